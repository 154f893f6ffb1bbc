import { ConchError } from "../../../base/errors.ts";
import { type Forest, POSTPROCESSORS } from "../../../forest/forest.ts";
import { type PackedForest, TREE_WORDS } from "../../../forest/packed-forest.ts";
import { outputsPerRow, type RowOutput } from "../../../forest/postprocess.ts";
import { floatBits, type Gpu, type Shader } from "../../gpu.ts";
import type { GpuBuffer } from "../../memory/gpu-memory.ts";
import { toFixedPoint } from "./fixed-point.ts";
import code from "./forest.wgsl?raw";

const shader: Shader = { label: "forest", code };

/** The kernel's rows and groups of trees per workgroup, and its words of staged keys. */
const ROWS = 16;
const LANES = 16;
const STAGE_WORDS = 4032;
/** Trees are spread over so many invocations, rows times groups, that a small batch fills the device too. */
const WANTED_INVOCATIONS = 1 << 14;
const KINDS: readonly RowOutput["kind"][] = ["values", "class", "pair"];

/** A forest in GPU memory. */
export interface GpuForest {
  /**
   * Records the walk of [rows, features] float32 values, NaN for a missing one: [rows, outputs] float32. Nothing is read back. The caller owns
   * what it gets. Throws DEVICE_LIMIT.
   */
  predict(features: GpuBuffer, rows: number, output: RowOutput): Promise<GpuBuffer>;
  /** Records the walk alone: the packed node of the leaf that each row reaches in each tree, [rows, trees] uint32. */
  leafNodes(features: GpuBuffer, rows: number): Promise<GpuBuffer>;
  /** Bytes of the forest in GPU memory. */
  readonly byteLength: number;
  dispose(): void;
}

/**
 * Uploads a forest. Throws DEVICE_LIMIT. `staged`: rows that fit are brought to workgroup memory before they are walked; the answers are the
 * same. By default they are, but on software adapters, where waiting for a workgroup costs more than all else.
 */
export function createGpuForest(gpu: Gpu, forest: Forest, packed: PackedForest, { staged = !isSoftware(gpu.device.adapterInfo) }: { readonly staged?: boolean } = {}): GpuForest {
  const trees = inOrderOfSums(packed.trees);
  const { words, scales } = toFixedPoint(packed.leaves, largestSum(packed));
  const owned: GpuBuffer[] = [];
  const upload = (name: string, data: Uint32Array | Float32Array): GpuBuffer => {
    // A binding holds at least one element, also where the forest has none.
    const words = data.length === 0 ? new Uint32Array(TREE_WORDS) : data;
    const buffer = gpu.memory.upload(`forest/${name}`, new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
    owned.push(buffer);
    return buffer;
  };
  const release = (): void => owned.splice(0).forEach((buffer) => buffer.release());
  let buffers: { readonly nodes: GpuBuffer; readonly trees: GpuBuffer; readonly original: GpuBuffer; readonly leaves: GpuBuffer; readonly categories: GpuBuffer; readonly terms: GpuBuffer };
  try {
    buffers = {
      nodes: upload("nodes", packed.nodes),
      trees: upload("trees", trees),
      original: upload("trees in the file's order", packed.trees),
      leaves: upload("leaves", words),
      categories: upload("categories", packed.categories),
      terms: upload("terms", termsOf(forest, packed)),
    };
  } catch (thrown) {
    release();
    throw thrown;
  }
  const treeCount = trees.length / TREE_WORDS;
  const constants = { WIDE: Number(packed.nodeWords === 3), STAGED: Number(staged && packed.featureCount * ROWS <= STAGE_WORDS) };

  function uniforms(rows: number, groups: number, output: RowOutput): number[] {
    const setting = forest.postprocessor === "exponential_standard_ratio" ? forest.ratioC : forest.sigmoidAlpha;
    return [
      rows,
      packed.featureCount,
      treeCount,
      groups,
      packed.sums,
      POSTPROCESSORS.indexOf(forest.postprocessor),
      KINDS.indexOf(output.kind),
      floatBits(output.threshold),
      floatBits(setting),
      floatBits(scales[0]),
      floatBits(scales[1]),
      forest.classCounts.length,
    ];
  }

  return {
    byteLength: owned.reduce((sum, { byteLength }) => sum + byteLength, 0),

    async predict(features, rows, output) {
      checkRows(rows, packed);
      const sums = gpu.memory.allocate("forest/sums", rows * packed.sums * 8);
      let outputs: GpuBuffer | undefined;
      try {
        outputs = gpu.memory.allocate("forest/outputs", rows * outputsPerRow(packed.sums, output) * 4);
        const groups = groupCount(rows, treeCount);
        const words = uniforms(rows, groups, output);
        if (rows > 0) gpu.clear(sums);
        await gpu.dispatch({
          shader,
          entry: "traverse",
          constants,
          bindings: { 1: features, 2: buffers.nodes, 3: buffers.trees, 4: buffers.leaves, 5: buffers.categories, 6: sums },
          uniforms: words,
          threads: Math.ceil(rows / ROWS) * Math.ceil(groups / LANES) * ROWS * LANES,
        });
        await gpu.dispatch({ shader, entry: "finish", bindings: { 6: sums, 7: buffers.terms, 8: outputs }, uniforms: words, threads: rows });
        return outputs;
      } catch (thrown) {
        outputs?.release();
        throw thrown;
      } finally {
        sums.release();
      }
    },

    async leafNodes(features, rows) {
      checkRows(rows, packed);
      const leaves = gpu.memory.allocate("forest/leaf nodes", rows * treeCount * 4);
      try {
        await gpu.dispatch({
          shader,
          entry: "leaves",
          constants: { ...constants, STAGED: 0 },
          bindings: { 1: features, 2: buffers.nodes, 3: buffers.original, 5: buffers.categories, 9: leaves },
          uniforms: uniforms(rows, 0, { kind: "values", threshold: 0 }),
          threads: rows * treeCount,
        });
        return leaves;
      } catch (thrown) {
        leaves.release();
        throw thrown;
      }
    },

    dispose: release,
  };
}

function isSoftware({ isFallbackAdapter, architecture, description, device }: GPUAdapterInfo): boolean {
  return isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${architecture} ${description} ${device}`);
}

/** Groups of trees: all trees in turn for many rows, each tree by itself for one. */
function groupCount(rows: number, trees: number): number {
  const wanted = Math.ceil(WANTED_INVOCATIONS / Math.max(1, rows));
  return Math.min(Math.max(LANES, Math.ceil(wanted / LANES) * LANES), Math.max(1, trees));
}

/** The trees of one sum after each other, so that an invocation adds them up before it shares them. */
function inOrderOfSums(trees: Uint32Array): Uint32Array<ArrayBuffer> {
  const order = Array.from({ length: trees.length / TREE_WORDS }, (_, tree) => tree * TREE_WORDS).sort((a, b) => (trees[a + 1] ?? 0) - (trees[b + 1] ?? 0) || a - b);
  const sorted = new Uint32Array(trees.length);
  order.forEach((at, index) => sorted.set(trees.subarray(at, at + TREE_WORDS), index * TREE_WORDS));
  return sorted;
}

/** The largest absolute value that a sum may have: that of the largest leaf of every tree. */
function largestSum({ trees, nodes, nodeWords, leaves }: PackedForest): number {
  const count = trees.length / TREE_WORDS;
  let total = 0;
  for (let tree = 0; tree < count; tree++) {
    const end = tree + 1 < count ? (trees[(tree + 1) * TREE_WORDS] ?? 0) : nodes.length / nodeWords;
    const parts = trees[tree * TREE_WORDS + 2] ?? 1;
    let largest = 0;
    for (let node = trees[tree * TREE_WORDS] ?? 0; node < end; node++) {
      const at = node * nodeWords;
      if (nodeWords === 2 ? (nodes[at + 1] ?? 0) >>> 16 !== 0 : nodes[at + 1] !== 0) continue;
      const leaf = nodes[at] ?? 0;
      for (let part = 0; part < parts; part++) largest = Math.max(largest, Math.abs(leaves[leaf + part] ?? 0));
    }
    total += largest;
  }
  return total;
}

function termsOf(forest: Forest, { sums, divisors, baseScores }: PackedForest): Float32Array {
  const terms = new Float32Array(2 * sums + forest.classCounts.length);
  for (let sum = 0; sum < sums; sum++) {
    terms[2 * sum] = divisors[sum] ?? 1;
    terms[2 * sum + 1] = baseScores[sum] ?? 0;
  }
  terms.set(forest.classCounts, 2 * sums);
  return terms;
}

/** The kernel counts words in 32 bits. */
function checkRows(rows: number, { featureCount, sums, trees }: PackedForest): void {
  const perRow = Math.max(featureCount, 2 * sums, trees.length / TREE_WORDS);
  if (rows * perRow < 2 ** 32) return;
  throw new ConchError("DEVICE_LIMIT", `${rows} rows of ${perRow} words are more than a kernel can count: send fewer rows at a time`, { data: { rows, words: perRow } });
}
