import { checkForest } from "../forest/check.ts";
import { COMPARISON, type Floats, floats, type Forest, NODE, noStatistic, POSTPROCESSORS, type Tree } from "../forest/forest.ts";

/** Numbers from 0 to 1 that follow from a seed. */
export type Random = () => number;

/** A generator (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sizes of a random forest. */
export interface ForestSize {
  readonly trees: number;
  readonly depth: number;
  readonly features: number;
}

const whole = (random: Random, most: number): number => Math.floor(random() * (most + 1));
const pick = <T>(random: Random, from: readonly T[]): T => from[whole(random, from.length - 1)] as T;
/** Thresholds and values that sit on, beside and far from each other. */
const NUMBERS = [0, -0, 1, -1, 0.5, 1e-45, -1e-45, 1e30, -1e30, 3.5, 7, 2 ** 24, 1 / 3, -2.25];

/** A forest with every kind of node and of output that there is. */
export function randomForest(random: Random, { trees, depth, features }: ForestSize): Forest {
  const precision = pick(random, ["float32", "float64"] as const);
  const classes = pick(random, [1, 1, 2, 5]);
  const vectors = classes > 1 && random() < 0.4;
  const made = Array.from({ length: trees }, () => randomTree(random, precision, depth, features, vectors ? classes : 1));
  return checkForest(
    {
      precision,
      trees: made,
      featureCount: features,
      task: classes > 1 ? "multi-class classifier" : "regressor",
      averageTreeOutput: random() < 0.3,
      classCounts: Int32Array.of(classes),
      leafVectorShape: [1, vectors ? classes : 1],
      targetIds: new Int32Array(trees),
      classIds: Int32Array.from({ length: trees }, (_, tree) => (vectors ? -1 : tree % classes)),
      postprocessor: classes > 1 ? pick(random, ["softmax", "multiclass_ova", "identity_multiclass"] as const) : pick(random, POSTPROCESSORS.filter((name) => !/softmax|multi|^exp/.test(name))),
      sigmoidAlpha: 1,
      ratioC: 2,
      baseScores: Float64Array.from({ length: classes }, () => Math.fround(random() - 0.5)),
      attributes: "{}",
    },
    "random forest",
  );
}

/** Rows for a forest: some values missing, some on its thresholds. */
export function randomRows(random: Random, rows: number, features: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows * features }, () => (random() < 0.1 ? NaN : random() < 0.4 ? pick(random, NUMBERS) : random() < 0.5 ? whole(random, 40) : random() * 20 - 10));
}

function randomTree(random: Random, precision: Forest["precision"], depth: number, features: number, leafLength: number): Tree {
  const nodes: { type: number; left: number; right: number; feature: number; defaultLeft: boolean; threshold: number; leaf: number; comparison: number; goRight: boolean; categories: number[]; vector: number[] }[] = [];
  const grow = (level: number): number => {
    const at = nodes.length;
    const leaf = level >= depth || (level > 0 && random() < 0.15);
    const categorical = !leaf && random() < 0.3;
    nodes.push({
      type: leaf ? NODE.leaf : categorical ? NODE.categorical : NODE.numerical,
      left: -1,
      right: -1,
      feature: leaf ? -1 : whole(random, features - 1),
      defaultLeft: random() < 0.5,
      threshold: leaf || categorical ? 0 : random() < 0.5 ? pick(random, NUMBERS) : random() * 20 - 10,
      leaf: leaf && leafLength === 1 ? random() * 2 - 1 : 0,
      comparison: leaf || categorical ? COMPARISON.none : pick(random, [COMPARISON.lt, COMPARISON.le, COMPARISON.gt, COMPARISON.ge, COMPARISON.eq]),
      goRight: categorical && random() < 0.5,
      categories: categorical ? Array.from({ length: whole(random, 12) }, () => (random() < 0.1 ? whole(random, 1 << 25) : whole(random, 40))) : [],
      vector: leaf && leafLength > 1 ? Array.from({ length: leafLength }, () => random() * 2 - 1) : [],
    });
    if (!leaf) Object.assign(nodes[at] as object, { left: grow(level + 1), right: grow(level + 1) });
    return at;
  };
  grow(0);
  const segments = <V extends Floats | Uint32Array<ArrayBuffer>>(of: (node: (typeof nodes)[number]) => number[], values: (length: number) => V) => {
    const ends = nodes.map((_, node) => nodes.slice(0, node + 1).reduce((sum, one) => sum + of(one).length, 0));
    const all = values(ends.at(-1) ?? 0);
    all.set(nodes.flatMap(of));
    return { values: all, begin: Uint32Array.from(nodes, (one, node) => (ends[node] ?? 0) - of(one).length), end: Uint32Array.from(ends) };
  };
  const numbers = (of: (node: (typeof nodes)[number]) => number): Floats => {
    const array = floats(precision, nodes.length);
    array.set(nodes.map(of));
    return array;
  };
  return {
    nodeType: Int8Array.from(nodes, ({ type }) => type),
    left: Int32Array.from(nodes, ({ left }) => left),
    right: Int32Array.from(nodes, ({ right }) => right),
    feature: Int32Array.from(nodes, ({ feature }) => feature),
    defaultLeft: Uint8Array.from(nodes, ({ defaultLeft }) => Number(defaultLeft)),
    threshold: numbers(({ threshold }) => threshold),
    leafValue: numbers(({ leaf }) => leaf),
    comparison: Int8Array.from(nodes, ({ comparison }) => comparison),
    categoriesGoRight: Uint8Array.from(nodes, ({ goRight }) => Number(goRight)),
    leafVectors: segments(({ vector }) => vector, (length) => floats(precision, length)),
    categories: segments(({ categories }) => categories, (length) => new Uint32Array(length)),
    dataCount: noStatistic(new BigUint64Array(0)),
    sumHessian: noStatistic(new Float64Array(0)),
    gain: noStatistic(new Float64Array(0)),
  };
}
