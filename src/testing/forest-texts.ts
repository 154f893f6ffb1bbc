/** Fields of an XGBoost model that a test sets. */
export interface XgboostChoices {
  readonly objective?: string;
  readonly baseScore?: string;
  readonly classes?: number;
  readonly features?: number;
  readonly trees?: readonly object[];
  readonly treeInfo?: readonly number[];
  readonly weights?: readonly number[];
}

/** A tree of XGBoost: node 0 tests feature 0 < 0.5, default left; node 2 asks whether feature 1 is category 1 or 3, which go right. */
export function xgboostTree(change: object = {}): object {
  return {
    tree_param: { num_deleted: "0", num_feature: "2", num_nodes: "5", size_leaf_vector: "0" },
    id: 0,
    left_children: [1, -1, 3, -1, -1],
    right_children: [2, -1, 4, -1, -1],
    parents: [2147483647, 0, 0, 2, 2],
    split_indices: [0, 0, 1, 0, 0],
    split_conditions: [0.5, -1, null, 2, 4],
    split_type: [0, 0, 1, 0, 0],
    default_left: [1, 0, 0, 0, 0],
    base_weights: [0, -1, 0, 2, 4],
    loss_changes: [1, 0, 1, 0, 0],
    sum_hessian: [10, 4, 6, 3, 3],
    categories: [1, 3],
    categories_nodes: [2],
    categories_segments: [0],
    categories_sizes: [2],
    ...change,
  };
}

/** An XGBoost model as parsed JSON. */
export function xgboostModel({ objective = "reg:squarederror", baseScore = "5E-1", classes = 0, features = 2, trees = [xgboostTree(), xgboostTree()], treeInfo, weights }: XgboostChoices = {}): object {
  const model = { gbtree_model_param: { num_parallel_tree: "1", num_trees: String(trees.length) }, tree_info: treeInfo ?? trees.map(() => 0), trees };
  return {
    version: [2, 0, 3],
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: weights === undefined ? { model, name: "gbtree" } : { gbtree: { model, name: "gbtree" }, name: "dart", weight_drop: weights },
      learner_model_param: { base_score: baseScore, boost_from_average: "1", num_class: String(classes), num_feature: String(features), num_target: "1" },
      objective: { name: objective },
    },
  };
}

/** Parsed JSON as UBJSON, as XGBoost writes it: arrays of numbers are typed. */
export function ubjson(value: unknown): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytesOf(value));
}

function bytesOf(value: unknown): number[] {
  if (value === null) return ["Z".charCodeAt(0)];
  if (typeof value === "string") return [0x53, ...sized(value)];
  if (typeof value === "number") return Number.isInteger(value) ? [0x6c, ...int32(value)] : [0x64, ...float32(value)];
  if (Array.isArray(value)) {
    const whole = value.length > 0 && value.every((one) => Number.isInteger(one));
    const numbers = value.length > 0 && value.every((one) => typeof one === "number" || one === null);
    if (whole) return [0x5b, 0x24, 0x6c, 0x23, 0x4c, ...int64(value.length), ...value.flatMap(int32)];
    if (numbers) return [0x5b, 0x24, 0x64, 0x23, 0x4c, ...int64(value.length), ...value.flatMap((one) => float32((one as number | null) ?? NaN))];
    return [0x5b, 0x23, 0x4c, ...int64(value.length), ...value.flatMap(bytesOf)];
  }
  return [0x7b, ...Object.entries(value as object).flatMap(([key, one]) => [...sized(key), ...bytesOf(one)]), 0x7d];
}

const sized = (text: string): number[] => [0x4c, ...int64(text.length), ...new TextEncoder().encode(text)];
const written = (size: number, set: (view: DataView) => void): number[] => {
  const view = new DataView(new ArrayBuffer(size));
  set(view);
  return [...new Uint8Array(view.buffer)];
};
const int32 = (value: number): number[] => written(4, (view) => view.setInt32(0, value));
const int64 = (value: number): number[] => written(8, (view) => view.setBigInt64(0, BigInt(value)));
const float32 = (value: number): number[] => written(4, (view) => view.setFloat32(0, value));

/** A LightGBM text of one tree per class: split 0 tests feature 0 ≤ 1.5; split 1 asks whether feature 1 is category 0 or 33. */
export function lightgbmText(head: Readonly<Record<string, string | undefined>> = {}, tree: Readonly<Record<string, string | undefined>> = {}): string {
  const fields = {
    num_leaves: "3",
    num_cat: "1",
    split_feature: "0 1",
    threshold: "1.5 0",
    decision_type: "8 1",
    left_child: "-1 -2",
    right_child: "1 -3",
    leaf_value: "-1 2 4",
    cat_boundaries: "0 2",
    cat_threshold: "1 2",
    ...tree,
  };
  const all = { version: "v4", num_class: "1", num_tree_per_iteration: "1", max_feature_idx: "1", objective: "regression", ...head };
  const lines = (record: Readonly<Record<string, string | undefined>>): string[] => Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  const trees = Array.from({ length: Number(all.num_class) || 1 }, (_, index) => `Tree=${index}\n${lines(fields).join("\n")}\n\n`);
  return `tree\n${lines(all).join("\n")}\n\n${trees.join("")}end of trees\n\nfeature_importances:\nthreshold=7\n`;
}
