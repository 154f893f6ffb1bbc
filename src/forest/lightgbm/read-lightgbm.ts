import { checkClassCounts, checkForest } from "../check.ts";
import { COMPARISON, type Forest, NODE, noSegments, noStatistic, type Postprocessor, type Task, type Tree } from "../forest.ts";
import { invalidForest, unsupportedForest, type ForestPlace } from "../forest-error.ts";
import { numbersOf, parseModelText, wholeOf, wholesOf } from "./model-text.ts";

/** Names that older versions and the command line have for objectives. */
const ALIASES: Readonly<Record<string, string>> = {
  gamma_deviance: "gamma",
  l1: "regression_l1",
  l2: "regression",
  l2_root: "regression",
  mae: "regression_l1",
  mean_absolute_error: "regression_l1",
  mean_squared_error: "regression",
  mse: "regression",
  multiclass_ova: "multiclassova",
  ova: "multiclassova",
  ovr: "multiclassova",
  regression_l2: "regression",
  rmse: "regression",
  root_mean_squared_error: "regression",
  softmax: "multiclass",
  xendcg: "rank_xendcg",
  xentlambda: "cross_entropy_lambda",
  xentropy: "cross_entropy",
};

/** What LightGBM does to the sums, by its objective. */
const POSTPROCESSORS: Readonly<Record<string, Postprocessor>> = {
  binary: "sigmoid",
  cross_entropy: "sigmoid",
  cross_entropy_lambda: "logarithm_one_plus_exp",
  custom: "identity",
  fair: "identity",
  gamma: "exponential",
  huber: "identity",
  lambdarank: "identity",
  mape: "identity",
  multiclass: "softmax",
  multiclassova: "multiclass_ova",
  poisson: "exponential",
  quantile: "identity",
  rank_xendcg: "identity",
  regression: "identity",
  regression_l1: "identity",
  tweedie: "exponential",
};

const REGRESSION: ReadonlySet<string> = new Set(["regression", "regression_l1", "huber", "fair", "quantile", "mape"]);
const INT32_MAX = 0x7fffffff;

/** A forest from a LightGBM model text. Nodes are numbered level by level, as Treelite does. Throws FOREST_INVALID, FOREST_TRUNCATED, FOREST_UNSUPPORTED. */
export function readLightgbm(bytes: Uint8Array, file: string): Forest {
  const { head, trees } = parseModelText(new TextDecoder().decode(bytes), file);
  const place: ForestPlace = { file };
  const [written = "", ...settings] = (head.get("objective") ?? "custom").split(" ");
  const objective = Object.hasOwn(ALIASES, written) ? (ALIASES[written] ?? written) : written;
  const postprocessor = Object.hasOwn(POSTPROCESSORS, objective) ? POSTPROCESSORS[objective] : undefined;
  if (postprocessor === undefined) throw unsupportedForest(place, `its objective is "${written}", expected one of ${Object.keys(POSTPROCESSORS).join(", ")}`);
  const classes = wholeOf(head, "num_class", place);
  checkClassCounts([classes], file);
  const multi = objective === "multiclass" || objective === "multiclassova";
  if (classes > 1 && !multi) throw invalidForest(place, `it has ${classes} classes and objective "${written}", expected multiclass or multiclassova`);
  return checkForest(
    {
      precision: "float64",
      trees: trees.map((fields, tree) => readTree(fields, { file, tree })),
      featureCount: wholeOf(head, "max_feature_idx", place) + 1,
      task: taskOf(objective, classes),
      averageTreeOutput: head.has("average_output"),
      classCounts: Int32Array.of(classes),
      leafVectorShape: [1, 1],
      targetIds: new Int32Array(trees.length),
      classIds: Int32Array.from(trees, (_, tree) => tree % classes),
      postprocessor: REGRESSION.has(objective) && settings.includes("sqrt") ? "signed_square" : postprocessor,
      sigmoidAlpha: objective === "binary" || objective === "multiclassova" ? sigmoidOf(settings, place) : 1,
      ratioC: 1,
      baseScores: new Float64Array(classes),
      attributes: "{}",
    },
    file,
  );
}

function taskOf(objective: string, classes: number): Task {
  if (classes > 1) return "multi-class classifier";
  if (["binary", "cross_entropy", "cross_entropy_lambda"].includes(objective)) return "binary classifier";
  return objective === "lambdarank" || objective === "rank_xendcg" ? "learning to rank" : "regressor";
}

function sigmoidOf(settings: readonly string[], place: ForestPlace): number {
  const text = settings.find((setting) => setting.startsWith("sigmoid:"))?.slice("sigmoid:".length);
  const alpha = Math.fround(Number(text));
  if (text === undefined || !(alpha > 0) || alpha === Infinity) throw invalidForest(place, `the sigmoid of its objective is ${text ?? "missing"}, expected a number above 0`);
  return alpha;
}

/** The bits of a split's decision_type. */
const CATEGORICAL = 1;
const DEFAULT_LEFT = 2;
const MISSING_IS_NAN = 2;

function readTree(fields: ReadonlyMap<string, string>, place: ForestPlace): Tree {
  if ((fields.get("is_linear") ?? "0") !== "0") throw unsupportedForest(place, "it has linear models in its leaves");
  const leaves = wholeOf(fields, "num_leaves", place);
  if (leaves < 1) throw invalidForest(place, `num_leaves is ${leaves}, expected 1 or more`);
  const leafValues = numbersOf(fields, "leaf_value", leaves, place);
  const splits = leaves - 1;
  const whole = (key: string, least: number, most: number): Float64Array => (splits === 0 ? new Float64Array(0) : wholesOf(fields, key, splits, place, least, most));
  const features = whole("split_feature", 0, INT32_MAX);
  const thresholds = splits === 0 ? new Float64Array(0) : numbersOf(fields, "threshold", splits, place);
  const decisions = fields.has("decision_type") ? whole("decision_type", -128, 127) : new Float64Array(splits);
  const [lefts, rights] = [whole("left_child", -leaves, splits - 1), whole("right_child", -leaves, splits - 1)];
  const lists = categoryLists(fields, place);

  const order = levelOrder(lefts, rights, place);
  const count = order.old.length;
  const tree = {
    nodeType: new Int8Array(count),
    left: order.left,
    right: order.right,
    feature: new Int32Array(count).fill(-1),
    defaultLeft: new Uint8Array(count),
    threshold: new Float64Array(count),
    leafValue: new Float64Array(count),
    comparison: new Int8Array(count),
    categoriesGoRight: new Uint8Array(count),
  };
  const categories: number[] = [];
  const [begin, end] = [new Uint32Array(count), new Uint32Array(count)];
  order.old.forEach((old, node) => {
    begin[node] = categories.length;
    end[node] = categories.length;
    if (old < 0) {
      tree.leafValue[node] = leafValues[-old - 1] ?? NaN;
      return;
    }
    const [decision = 0, threshold = 0] = [decisions[old], thresholds[old]];
    tree.feature[node] = features[old] ?? -1;
    if ((decision & CATEGORICAL) !== 0) {
      tree.nodeType[node] = NODE.categorical;
      // A missing value is in no category, whatever the split says of missing values: it goes right.
      for (const category of lists(threshold, node)) categories.push(category);
      end[node] = categories.length;
      return;
    }
    tree.nodeType[node] = NODE.numerical;
    tree.comparison[node] = COMPARISON.le;
    tree.threshold[node] = threshold;
    const asNan = ((decision >> 2) & 3) === MISSING_IS_NAN;
    // Else a missing value counts as 0.
    tree.defaultLeft[node] = Number(asNan ? (decision & DEFAULT_LEFT) !== 0 : 0 <= threshold);
  });
  return {
    ...tree,
    leafVectors: noSegments(new Float64Array(0)),
    categories: categories.length === 0 ? noSegments(new Uint32Array(0)) : { values: Uint32Array.from(categories), begin, end },
    dataCount: noStatistic(new BigUint64Array(0)),
    sumHessian: noStatistic(new Float64Array(0)),
    gain: noStatistic(new Float64Array(0)),
  };
}

interface LevelOrder {
  /** New node → index of the split, or -1 - index of the leaf. */
  readonly old: readonly number[];
  readonly left: Int32Array<ArrayBuffer>;
  readonly right: Int32Array<ArrayBuffer>;
}

/** The nodes level by level from the root. Throws FOREST_INVALID where a split or leaf is reached twice. */
function levelOrder(lefts: Float64Array, rights: Float64Array, place: ForestPlace): LevelOrder {
  const old = [lefts.length === 0 ? -1 : 0];
  const left: number[] = [];
  const right: number[] = [];
  const seen = new Set(old);
  for (let node = 0; node < old.length; node++) {
    const split = old[node] ?? -1;
    left.push(-1);
    right.push(-1);
    if (split < 0) continue;
    for (const [children, from] of [[left, lefts], [right, rights]] as const) {
      const child = from[split] ?? -1;
      if (seen.has(child)) {
        const name = child < 0 ? `leaf ${-child - 1}` : `split ${child}`;
        throw invalidForest({ ...place, node: split }, `${name} is a child of another node already: the nodes form no tree`);
      }
      seen.add(child);
      children[node] = old.length;
      old.push(child);
    }
  }
  return { old, left: Int32Array.from(left), right: Int32Array.from(right) };
}

/** The categories that go left at a categorical split, by the number of its list. */
function categoryLists(fields: ReadonlyMap<string, string>, place: ForestPlace): (list: number, node: number) => Iterable<number> {
  const count = wholeOf(fields, "num_cat", place, 0);
  if (count <= 0) {
    return (list, node) => {
      throw invalidForest({ ...place, node }, `it is a categorical split with list ${list}, and num_cat is ${count}`);
    };
  }
  const words = fields.get("cat_threshold")?.split(" ").filter((word) => word !== "").length ?? 0;
  const bits = wholesOf(fields, "cat_threshold", words, place, 0, 0xffffffff);
  const boundaries = wholesOf(fields, "cat_boundaries", count + 1, place, 0, words);
  return function* (list, node) {
    const [from, to] = [boundaries[list], boundaries[list + 1]];
    if (from === undefined || to === undefined || from > to) throw invalidForest({ ...place, node }, `its list of categories is ${list}, and there are ${count}`);
    for (let word = from; word < to; word++) {
      const value = bits[word] ?? 0;
      for (let bit = 0; bit < 32; bit++) if ((value >>> bit) & 1) yield (word - from) * 32 + bit;
    }
  };
}
