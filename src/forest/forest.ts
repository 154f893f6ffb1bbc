/** Float arrays of a forest's precision. */
export type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** What kind of node an entry of `Tree.nodeType` is. */
export const NODE = { leaf: 0, numerical: 1, categorical: 2 } as const;

/** The test of a numerical node: value, operator, threshold. "Left" is where the test holds. */
export const COMPARISON = { none: 0, eq: 1, lt: 2, le: 3, gt: 4, ge: 5 } as const;

/** Parts of one array that belong to the nodes: those of node n lie at begin[n] … end[n]. `begin` and `end` may be empty: no node has any. */
export interface Segments<Values> {
  readonly values: Values;
  readonly begin: Uint32Array<ArrayBuffer>;
  readonly end: Uint32Array<ArrayBuffer>;
}

/** A value that only some nodes have. Both arrays are empty where no node has one. */
export interface Statistic<Values> {
  readonly values: Values;
  readonly present: Uint8Array<ArrayBuffer>;
}

/** One decision tree, in Treelite's terms: arrays by node id, node 0 is the root. Owned by its forest and never changed. */
export interface Tree {
  /** Values of NODE. */
  readonly nodeType: Int8Array<ArrayBuffer>;
  /** -1 for a leaf. */
  readonly left: Int32Array<ArrayBuffer>;
  readonly right: Int32Array<ArrayBuffer>;
  /** Feature that the node tests. */
  readonly feature: Int32Array<ArrayBuffer>;
  /** 1 where a missing value (NaN) goes left. */
  readonly defaultLeft: Uint8Array<ArrayBuffer>;
  readonly threshold: Floats;
  readonly leafValue: Floats;
  /** Values of COMPARISON. */
  readonly comparison: Int8Array<ArrayBuffer>;
  /** 1 where the categories in the node's list go right, 0 where they go left. */
  readonly categoriesGoRight: Uint8Array<ArrayBuffer>;
  /** Of leaves that give several values: C order over targets and classes. */
  readonly leafVectors: Segments<Floats>;
  readonly categories: Segments<Uint32Array<ArrayBuffer>>;
  /** Rows of the training data that passed through the node. */
  readonly dataCount: Statistic<BigUint64Array<ArrayBuffer>>;
  readonly sumHessian: Statistic<Float64Array<ArrayBuffer>>;
  readonly gain: Statistic<Float64Array<ArrayBuffer>>;
}

/** What a forest was trained for, in Treelite's order. */
export const TASKS = ["binary classifier", "regressor", "multi-class classifier", "learning to rank", "isolation forest"] as const;
export type Task = (typeof TASKS)[number];

/** What is done to the sums of a row, by Treelite's names. */
export const POSTPROCESSORS = [
  "identity",
  "signed_square",
  "hinge",
  "sigmoid",
  "exponential",
  "exponential_standard_ratio",
  "logarithm_one_plus_exp",
  "identity_multiclass",
  "softmax",
  "multiclass_ova",
] as const;
export type Postprocessor = (typeof POSTPROCESSORS)[number];

/** A forest of decision trees, as Treelite understands it. Every reader makes one that `checkForest` has accepted. */
export interface Forest {
  /** Type of thresholds and leaves. */
  readonly precision: "float32" | "float64";
  readonly trees: readonly Tree[];
  /** Features of a row. */
  readonly featureCount: number;
  readonly task: Task;
  /** The sums are divided by the number of trees that add to them. */
  readonly averageTreeOutput: boolean;
  /** Classes of each target; 1 for a regressor or a binary classifier. Its length is the number of targets. */
  readonly classCounts: Int32Array<ArrayBuffer>;
  /** Targets and classes of a leaf that gives several values; [1, 1] for leaves of one value. */
  readonly leafVectorShape: readonly [number, number];
  /** Target that a tree adds to; -1: all of them. */
  readonly targetIds: Int32Array<ArrayBuffer>;
  /** Class that a tree adds to; -1: all of them. */
  readonly classIds: Int32Array<ArrayBuffer>;
  readonly postprocessor: Postprocessor;
  readonly sigmoidAlpha: number;
  readonly ratioC: number;
  /** Added to the sums: targets × the largest class count. */
  readonly baseScores: Float64Array<ArrayBuffer>;
  /** JSON of the program that made the forest. */
  readonly attributes: string;
}

/** The most classes of any target: the length of a row of sums per target. */
export function widestClassCount({ classCounts }: Pick<Forest, "classCounts">): number {
  return classCounts.reduce((most, count) => Math.max(most, count), 1);
}

/** Sums of one row: targets × the largest class count. */
export function sumsPerRow(forest: Pick<Forest, "classCounts">): number {
  return forest.classCounts.length * widestClassCount(forest);
}

/** Zeros in the precision of a forest. */
export function floats(precision: Forest["precision"], length: number): Floats {
  return precision === "float32" ? new Float32Array(length) : new Float64Array(length);
}

/** The segments of a tree none of whose nodes has any. */
export function noSegments<Values>(values: Values): Segments<Values> {
  return { values, begin: new Uint32Array(0), end: new Uint32Array(0) };
}

/** A statistic that no node has. */
export function noStatistic<Values>(values: Values): Statistic<Values> {
  return { values, present: new Uint8Array(0) };
}
