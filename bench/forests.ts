import { checkForest } from "../src/forest/check.ts";
import { COMPARISON, type Forest, NODE, noSegments, noStatistic, type Tree } from "../src/forest/forest.ts";
import { packForest } from "../src/forest/packed-forest.ts";
import type { RowOutput } from "../src/forest/postprocess.ts";
import { predictRows } from "../src/forest/predict.ts";
import { createGpuForest } from "../src/runtime/backends/fil/gpu-forest.ts";
import type { Gpu } from "../src/runtime/gpu.ts";
import { COPY } from "./anchors.ts";
import { measure, type Protocol } from "./measure.ts";
import { cells, ratio, type Table } from "./table.ts";

const TREES = 100;
const DEPTH = 16;
const FEATURES = 207;
const VALUES: RowOutput = { kind: "values", threshold: 0.5 };
const BRIEF: Protocol = { warmups: 3, runs: 20, budget: 15_000 };

/** A forest of full trees on batches of rows: WGSL against TypeScript, and against a plain copy of the rows. */
export async function forests(gpu: Gpu, { sizes }: { sizes: readonly number[] }): Promise<Table> {
  const forest = fullForest();
  const packed = packForest(forest);
  const onGpu = createGpuForest(gpu, forest, packed);
  const rows: Table["rows"][number][] = [];
  for (const count of sizes) {
    const features = Float32Array.from({ length: count * FEATURES }, (_, index) => pseudo(index));
    const input = gpu.memory.upload("bench/rows", new Uint8Array(features.buffer));
    const target = gpu.memory.allocate("bench/copy", input.byteLength);
    const finished = async (): Promise<void> => {
      gpu.submit();
      await gpu.device.queue.onSubmittedWorkDone();
    };
    const [wgsl, copy, typescript] = await measure(
      [
        {
          name: "WGSL",
          run: async () => {
            (await onGpu.predict(input, count, VALUES)).release();
            await finished();
          },
        },
        {
          name: "copy",
          run: async () => {
            await gpu.dispatch({ shader: COPY, entry: "copy", bindings: { 0: input, 1: target }, uniforms: [features.length], threads: features.length });
            await finished();
          },
        },
        { name: "TypeScript", run: () => Promise.resolve(void predictRows(forest, packed, features, VALUES)) },
      ],
      BRIEF,
    );
    input.release();
    target.release();
    gpu.memory.trim();
    if (wgsl === undefined || copy === undefined || typescript === undefined) continue;
    const perSecond = (median: number): number => (count / median) * 1000;
    rows.push([count, ...cells(wgsl.time), perSecond(wgsl.time.median), ...cells(typescript.time), perSecond(typescript.time.median), ratio(typescript.time.median, wgsl.time.median), copy.time.median, ratio(wgsl.time.median, copy.time.median)]);
  }
  onGpu.dispose();
  return {
    title: `A forest of ${TREES} trees of depth ${DEPTH} on rows of ${FEATURES} features`,
    columns: ["rows", "WGSL median ms", "p95 ms", "runs", "rows/s", "TypeScript median ms", "p95 ms", "runs", "rows/s", "as fast as TypeScript", "copy of the rows, median ms", "as long as the copy"],
    rows,
    notes: ["WGSL: one submit and one wait a run, rows on the GPU before and outputs on the GPU after. TypeScript: one thread.", `${packed.nodeIds.length} nodes, ${(onGpu.byteLength / 1e6).toFixed(0)} MB in GPU memory. Every row visits ${TREES * DEPTH} nodes.`],
  };
}

/** A number from 0 to 1 that follows from an index. */
function pseudo(index: number): number {
  const mixed = Math.imul(index ^ (index >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 12)) >>> 0) / 2 ** 32;
}

/** Trees whose levels are all full. */
function fullForest(): Forest {
  const count = 2 ** (DEPTH + 1) - 1;
  const inner = 2 ** DEPTH - 1;
  const each = (value: (node: number) => number): number[] => Array.from({ length: count }, (_, node) => value(node));
  const tree = (index: number): Tree => ({
    nodeType: Int8Array.from(each((node) => (node < inner ? NODE.numerical : NODE.leaf))),
    left: Int32Array.from(each((node) => (node < inner ? 2 * node + 1 : -1))),
    right: Int32Array.from(each((node) => (node < inner ? 2 * node + 2 : -1))),
    feature: Int32Array.from(each((node) => (node < inner ? (node * 31 + index * 7) % FEATURES : -1))),
    defaultLeft: new Uint8Array(count),
    threshold: Float32Array.from(each((node) => 0.25 + pseudo(node + index * count) / 2)),
    leafValue: Float32Array.from(each((node) => pseudo(node * 3 + index) - 0.5)),
    comparison: Int8Array.from(each((node) => (node < inner ? COMPARISON.lt : COMPARISON.none))),
    categoriesGoRight: new Uint8Array(count),
    leafVectors: noSegments(new Float32Array(0)),
    categories: noSegments(new Uint32Array(0)),
    dataCount: noStatistic(new BigUint64Array(0)),
    sumHessian: noStatistic(new Float64Array(0)),
    gain: noStatistic(new Float64Array(0)),
  });
  return checkForest(
    {
      precision: "float32",
      trees: Array.from({ length: TREES }, (_, index) => tree(index)),
      featureCount: FEATURES,
      task: "regressor",
      averageTreeOutput: true,
      classCounts: Int32Array.of(1),
      leafVectorShape: [1, 1],
      targetIds: new Int32Array(TREES),
      classIds: new Int32Array(TREES),
      postprocessor: "identity",
      sigmoidAlpha: 1,
      ratioC: 1,
      baseScores: new Float64Array(1),
      attributes: "{}",
    },
    "bench",
  );
}
