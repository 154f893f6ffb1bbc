import type { Forest } from "./forest.ts";
import { keyOfBits, MISSING_KEY, numberOfKey } from "./ordered-key.ts";
import { CATEGORICAL, DEFAULT_NEAR, EQUAL, FEATURE_SHIFT, LARGEST_CATEGORY, type PackedForest, SORTED_LIST, TREE_WORDS } from "./packed-forest.ts";
import { finishRow, outputsPerRow, type RowOutput } from "./postprocess.ts";

/** What a forest gives for rows of features, C order [rows, features], NaN for a missing value: [rows, `outputsPerRow`]. */
export function predictRows(forest: Forest, packed: PackedForest, features: Float32Array, output: RowOutput): Float32Array<ArrayBuffer> {
  const width = outputsPerRow(packed.sums, output);
  const outputs = new Float32Array((features.length / packed.featureCount) * width);
  walkRows(packed, features, (row, keys) => finishRow(forest, sumsOf(packed, keys), output, outputs, row * width));
  return outputs;
}

/** The sums of rows before any postprocessing: [rows, sums]. */
export function predictMargins(packed: PackedForest, features: Float32Array): Float64Array<ArrayBuffer> {
  const margins = new Float64Array((features.length / packed.featureCount) * packed.sums);
  walkRows(packed, features, (row, keys) => margins.set(sumsOf(packed, keys), row * packed.sums));
  return margins;
}

/** Id of the leaf that a row reaches in each tree: [rows, trees]. */
export function leafIndices(packed: PackedForest, features: Float32Array): Int32Array<ArrayBuffer> {
  const count = packed.trees.length / TREE_WORDS;
  const leaves = new Int32Array((features.length / packed.featureCount) * count);
  walkRows(packed, features, (row, keys) => {
    for (let tree = 0; tree < count; tree++) leaves[row * count + tree] = packed.nodeIds[leafOf(packed, packed.trees[tree * TREE_WORDS] ?? 0, keys)] ?? -1;
  });
  return leaves;
}

function walkRows({ featureCount }: PackedForest, features: Float32Array, visit: (row: number, keys: Int32Array) => void): void {
  const bits = new Int32Array(features.buffer, features.byteOffset, features.length);
  const keys = new Int32Array(featureCount);
  for (let row = 0, at = 0; at + featureCount <= bits.length; row++) {
    for (let feature = 0; feature < featureCount; feature++) keys[feature] = keyOfBits(bits[at++] ?? 0);
    visit(row, keys);
  }
}

/** Sums in the order of the trees, in float64. */
function sumsOf(packed: PackedForest, keys: Int32Array): Float64Array {
  const { trees, leaves, nodes, nodeWords, divisors, baseScores } = packed;
  const sums = new Float64Array(packed.sums);
  for (let at = 0; at < trees.length; at += TREE_WORDS) {
    const leaf = nodes[leafOf(packed, trees[at] ?? 0, keys) * nodeWords] ?? 0;
    const [from, count, step] = [trees[at + 1] ?? 0, trees[at + 2] ?? 0, trees[at + 3] ?? 1];
    for (let index = 0; index < count; index++) sums[from + index * step] = (sums[from + index * step] ?? 0) + (leaves[leaf + index] ?? 0);
  }
  for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] ?? 0) / (divisors[index] ?? 1) + (baseScores[index] ?? 0);
  return sums;
}

/** The packed node of the leaf that a row reaches. */
function leafOf({ nodes, nodeWords, categories }: PackedForest, root: number, keys: Int32Array): number {
  for (let node = root; ; ) {
    const at = node * nodeWords;
    const second = nodes[at + 1] ?? 0;
    const distance = nodeWords === 2 ? second >>> 16 : second;
    if (distance === 0) return node;
    const last = nodeWords === 2 ? second & 0xffff : (nodes[at + 2] ?? 0);
    const key = keys[last >>> FEATURE_SHIFT] ?? MISSING_KEY;
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
