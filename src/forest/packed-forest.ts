import { COMPARISON, type Forest, NODE, sumsPerRow, type Tree, widestClassCount } from "./forest.ts";
import { keyAbove, keyNotBelow, MISSING_KEY } from "./ordered-key.ts";

/** Bits of a node's last word below the feature. */
export const DEFAULT_NEAR = 1;
export const CATEGORICAL = 2;
export const EQUAL = 4;
export const FEATURE_SHIFT = 3;
/** Words of a narrow node, whose second is distance to the far child (16 bits), feature (13) and bits (3); a wide one has three words. */
const NARROW_WORDS = 2;
const WIDE_WORDS = 3;
const MOST_NARROW = { distance: 0xffff, feature: 0x1fff };

/** Words per tree of `PackedForest.trees`: node of the root, first sum, number of sums, step from sum to sum. */
export const TREE_WORDS = 4;

/** In front of a category list: the words that follow are sorted categories, else bits. */
export const SORTED_LIST = 0x80000000;
/** A float32 above this is no category: it cannot tell neighbours apart. Treelite's limit. */
export const LARGEST_CATEGORY = 1 << 24;

/**
 * A forest as both the GPU and the processor walk it. The near child of a node follows it directly; it is taken where the node's test holds:
 * key of the value < first word (EQUAL: equal to it), or the value is in the category list at the first word. The far child comes `distance` nodes later; a
 * distance of 0 marks a leaf, whose first word is its place in `leaves`.
 */
export interface PackedForest {
  readonly featureCount: number;
  /** Sums of one row. */
  readonly sums: number;
  readonly nodes: Uint32Array<ArrayBuffer>;
  readonly nodeWords: typeof NARROW_WORDS | typeof WIDE_WORDS;
  readonly trees: Uint32Array<ArrayBuffer>;
  /** Values of the leaves, those of one leaf together. */
  readonly leaves: Float64Array<ArrayBuffer>;
  readonly categories: Uint32Array<ArrayBuffer>;
  /** Packed node → id of the node in its tree. */
  readonly nodeIds: Int32Array<ArrayBuffer>;
  /** What each sum is divided by: 1 where outputs are not averaged. */
  readonly divisors: Float64Array<ArrayBuffer>;
  readonly baseScores: Float64Array<ArrayBuffer>;
}

/** The forest, packed. It must have passed `checkForest`. */
export function packForest(forest: Forest): PackedForest {
  const total = forest.trees.reduce((sum, { nodeType }) => sum + nodeType.length, 0);
  const nodes = { first: new Uint32Array(total), distance: new Uint32Array(total), last: new Uint32Array(total), ids: new Int32Array(total), count: 0 };
  const leaves: number[] = [];
  const categories: number[] = [];
  const trees = new Uint32Array(forest.trees.length * TREE_WORDS);
  forest.trees.forEach((tree, index) => {
    trees.set([nodes.count, ...target(forest, index)], index * TREE_WORDS);
    packTree(tree, nodes, leaves, categories);
  });
  const count = nodes.count;
  const narrow = nodes.distance.every((distance) => distance <= MOST_NARROW.distance) && forest.featureCount - 1 <= MOST_NARROW.feature;
  const nodeWords = narrow ? NARROW_WORDS : WIDE_WORDS;
  const packed = new Uint32Array(count * nodeWords);
  for (let node = 0, at = 0; node < count; node++) {
    packed[at++] = nodes.first[node] ?? 0;
    if (narrow) packed[at++] = ((nodes.distance[node] ?? 0) << 16) | (nodes.last[node] ?? 0);
    else {
      packed[at++] = nodes.distance[node] ?? 0;
      packed[at++] = nodes.last[node] ?? 0;
    }
  }
  return {
    featureCount: forest.featureCount,
    sums: sumsPerRow(forest),
    nodes: packed,
    nodeWords,
    trees,
    leaves: Float64Array.from(leaves),
    categories: Uint32Array.from(categories),
    nodeIds: nodes.ids.slice(0, count),
    divisors: divisorsOf(forest, trees),
    baseScores: forest.baseScores,
  };
}

/** First sum, number of sums and step of a tree. */
function target(forest: Forest, tree: number): [number, number, number] {
  const [targets, classes] = [forest.classCounts.length, widestClassCount(forest)];
  const [targetId = 0, classId = 0] = [forest.targetIds[tree], forest.classIds[tree]];
  if (targetId >= 0 && classId >= 0) return [targetId * classes + classId, 1, 1];
  if (targetId >= 0) return [targetId * classes, classes, 1];
  return classId >= 0 ? [classId, targets, classes] : [0, targets * classes, 1];
}

function divisorsOf(forest: Forest, trees: Uint32Array): Float64Array<ArrayBuffer> {
  const counts = new Float64Array(sumsPerRow(forest));
  if (!forest.averageTreeOutput) return counts.fill(1);
  for (let at = 0; at < trees.length; at += TREE_WORDS) {
    const [, from = 0, count = 0, step = 1] = trees.subarray(at, at + TREE_WORDS);
    for (let index = 0; index < count; index++) counts[from + index * step] = (counts[from + index * step] ?? 0) + 1;
  }
  return counts.map((count) => Math.max(1, count));
}

interface PackedNodes {
  readonly first: Uint32Array;
  readonly distance: Uint32Array;
  readonly last: Uint32Array;
  readonly ids: Int32Array;
  count: number;
}

function packTree(tree: Tree, nodes: PackedNodes, leaves: number[], categories: number[]): void {
  /** Node ids to place, each with the packed node that waits for its distance, or -1. */
  const waiting = [0, -1];
  while (waiting.length > 0) {
    const parent = waiting.pop() ?? -1;
    const id = waiting.pop() ?? 0;
    const at = nodes.count++;
    nodes.ids[at] = id;
    if (parent >= 0) nodes.distance[parent] = at - parent;
    if (tree.nodeType[id] === NODE.leaf) {
      nodes.first[at] = leaves.length;
      const [from = 0, to = 0] = [tree.leafVectors.begin[id], tree.leafVectors.end[id]];
      if (from === to) leaves.push(tree.leafValue[id] ?? 0);
      else for (let index = from; index < to; index++) leaves.push(tree.leafVectors.values[index] ?? 0);
      continue;
    }
    const { first, nearIsLeft, bits } = testOf(tree, id, categories);
    const defaultNear = (tree.defaultLeft[id] === 1) === nearIsLeft;
    nodes.first[at] = first;
    nodes.last[at] = ((tree.feature[id] ?? 0) << FEATURE_SHIFT) | bits | (defaultNear ? DEFAULT_NEAR : 0);
    const [near = 0, far = 0] = nearIsLeft ? [tree.left[id], tree.right[id]] : [tree.right[id], tree.left[id]];
    waiting.push(far, at, near, -1);
  }
}

/** The first word of a node, which child is near, and the bits that say how the word is compared. */
function testOf(tree: Tree, id: number, categories: number[]): { first: number; nearIsLeft: boolean; bits: number } {
  if (tree.nodeType[id] === NODE.categorical) {
    const first = packCategories(tree.categories.values.subarray(tree.categories.begin[id] ?? 0, tree.categories.end[id] ?? 0), categories);
    return { first, nearIsLeft: tree.categoriesGoRight[id] === 0, bits: CATEGORICAL };
  }
  const threshold = tree.threshold[id] ?? 0;
  switch (tree.comparison[id]) {
    case COMPARISON.lt:
      return { first: keyNotBelow(threshold), nearIsLeft: true, bits: 0 };
    case COMPARISON.le:
      return { first: keyAbove(threshold), nearIsLeft: true, bits: 0 };
    case COMPARISON.gt:
      return { first: keyAbove(threshold), nearIsLeft: false, bits: 0 };
    case COMPARISON.ge:
      return { first: keyNotBelow(threshold), nearIsLeft: false, bits: 0 };
    default:
      // No float32 equals a float64 between two of them: no key is below the least.
      return Math.fround(threshold) === threshold ? { first: keyNotBelow(threshold), nearIsLeft: true, bits: EQUAL } : { first: MISSING_KEY, nearIsLeft: true, bits: 0 };
  }
}

/** Adds a list, as bits where that takes no more than twice the words of the sorted list; gives its place. */
function packCategories(list: Uint32Array, categories: number[]): number {
  const sorted = Uint32Array.from(list)
    .sort()
    .filter((category, index, all) => category <= LARGEST_CATEGORY && category !== all[index - 1]);
  const at = categories.length;
  const words = sorted.length === 0 ? 0 : ((sorted.at(-1) ?? 0) >> 5) + 1;
  if (words > 2 * sorted.length) {
    categories.push(SORTED_LIST + sorted.length);
    for (const category of sorted) categories.push(category);
    return at;
  }
  categories.push(words);
  for (let word = 0; word < words; word++) categories.push(0);
  for (const category of sorted) {
    const word = at + 1 + (category >> 5);
    categories[word] = ((categories[word] ?? 0) | (1 << (category & 31))) >>> 0;
  }
  return at;
}
