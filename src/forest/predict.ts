import type { Forest } from "./forest.ts";
import { keyOfBits, MISSING_KEY, numberOfKey } from "./ordered-key.ts";
import { CATEGORICAL, DEFAULT_NEAR, EQUAL, FEATURE_SHIFT, LARGEST_CATEGORY, type PackedForest, SORTED_LIST, TREE_WORDS } from "./packed-forest.ts";
import { finishRow, outputsPerRow, type RowOutput } from "./postprocess.ts";

/** Rows walk a tree after each other, so that it is fetched into the processor's cache once for all of them: as many as have so many keys. */
const KEYS_TOGETHER = 1 << 18;
const MOST_ROWS_TOGETHER = 1024;

/** What a forest gives for rows of features, C order [rows, features], NaN for a missing value: [rows, `outputsPerRow`]. */
export function predictRows(forest: Forest, packed: PackedForest, features: Float32Array, output: RowOutput): Float32Array<ArrayBuffer> {
  const width = outputsPerRow(packed.sums, output);
  const outputs = new Float32Array((features.length / packed.featureCount) * width);
  walkBlocks(packed, features, (first, rows, keys) => {
    const sums = sumsOf(packed, keys, rows);
    for (let row = 0; row < rows; row++) finishRow(forest, sums.subarray(row * packed.sums, (row + 1) * packed.sums), output, outputs, (first + row) * width);
  });
  return outputs;
}

/** The sums of rows before any postprocessing: [rows, sums]. */
export function predictMargins(packed: PackedForest, features: Float32Array): Float64Array<ArrayBuffer> {
  const margins = new Float64Array((features.length / packed.featureCount) * packed.sums);
  walkBlocks(packed, features, (first, rows, keys) => margins.set(sumsOf(packed, keys, rows), first * packed.sums));
  return margins;
}

/** Id of the leaf that a row reaches in each tree: [rows, trees]. */
export function leafIndices(packed: PackedForest, features: Float32Array): Int32Array<ArrayBuffer> {
  const count = packed.trees.length / TREE_WORDS;
  const leaves = new Int32Array((features.length / packed.featureCount) * count);
  walkBlocks(packed, features, (first, rows, keys) => {
    for (let tree = 0; tree < count; tree++) {
      const root = packed.trees[tree * TREE_WORDS] ?? 0;
      for (let row = 0; row < rows; row++) leaves[(first + row) * count + tree] = packed.nodeIds[leafOf(packed, root, keys, row * packed.featureCount)] ?? -1;
    }
  });
  return leaves;
}

/** Calls `visit` with blocks of rows: the first, how many, and the keys of their features. */
function walkBlocks({ featureCount }: PackedForest, features: Float32Array, visit: (first: number, rows: number, keys: Int32Array) => void): void {
  const bits = new Int32Array(features.buffer, features.byteOffset, features.length);
  const total = Math.floor(bits.length / featureCount);
  const together = Math.min(total, MOST_ROWS_TOGETHER, Math.max(1, Math.floor(KEYS_TOGETHER / featureCount)));
  const keys = new Int32Array(together * featureCount);
  for (let first = 0; first < total; first += together) {
    const rows = Math.min(together, total - first);
    for (let index = 0, at = first * featureCount; index < rows * featureCount; index++) keys[index] = keyOfBits(bits[at++] ?? 0);
    visit(first, rows, keys);
  }
}

/** Sums of a block of rows, each in the order of the trees, in float64: [rows, sums]. */
function sumsOf(packed: PackedForest, keys: Int32Array, rows: number): Float64Array {
  const { trees, leaves, nodes, nodeWords, divisors, baseScores, featureCount, sums: width } = packed;
  const sums = new Float64Array(rows * width);
  for (let at = 0; at < trees.length; at += TREE_WORDS) {
    const root = trees[at] ?? 0;
    const from = trees[at + 1] ?? 0;
    const count = trees[at + 2] ?? 0;
    const step = trees[at + 3] ?? 1;
    for (let row = 0; row < rows; row++) {
      const leaf = nodes[leafOf(packed, root, keys, row * featureCount) * nodeWords] ?? 0;
      for (let index = 0, sum = row * width + from; index < count; index++, sum += step) sums[sum] = (sums[sum] ?? 0) + (leaves[leaf + index] ?? 0);
    }
  }
  for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] ?? 0) / (divisors[index % width] ?? 1) + (baseScores[index % width] ?? 0);
  return sums;
}

/** The packed node of the leaf that the row reaches whose keys begin at `row`. */
function leafOf({ nodes, nodeWords, categories }: PackedForest, root: number, keys: Int32Array, row: number): number {
  for (let node = root; ; ) {
    const at = node * nodeWords;
    const second = nodes[at + 1] ?? 0;
    const distance = nodeWords === 2 ? second >>> 16 : second;
    if (distance === 0) return node;
    const last = nodeWords === 2 ? second & 0xffff : (nodes[at + 2] ?? 0);
    const key = keys[row + (last >>> FEATURE_SHIFT)] ?? MISSING_KEY;
    const first = nodes[at] ?? 0;
    let near: boolean;
    if (key === MISSING_KEY) near = (last & DEFAULT_NEAR) !== 0;
    else if ((last & CATEGORICAL) !== 0) near = isListed(categories, first, key);
    else near = (last & EQUAL) === 0 ? key < (first | 0) : key === (first | 0);
    node += near ? 1 : distance;
  }
}

/** Whether the number of a key is in the category list at `list`, its fraction cut off. */
function isListed(categories: Uint32Array, list: number, key: number): boolean {
  const value = key < 0 ? -1 : numberOfKey(key);
  if (value < 0 || value > LARGEST_CATEGORY) return false;
  const category = Math.trunc(value);
  const head = categories[list] ?? 0;
  if (head < SORTED_LIST) {
    const word = category >> 5;
    return word < head && (((categories[list + 1 + word] ?? 0) >>> (category & 31)) & 1) === 1;
  }
  let [from, to] = [list + 1, list + 1 + (head - SORTED_LIST)];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((categories[middle] ?? 0) < category) from = middle + 1;
    else to = middle;
  }
  return to < list + 1 + (head - SORTED_LIST) && categories[to] === category;
}
