import { describe, expect, test } from "vitest";
import type { Forest } from "../../../forest/forest.ts";
import { packForest, TREE_WORDS } from "../../../forest/packed-forest.ts";
import type { RowOutput } from "../../../forest/postprocess.ts";
import { leafIndices, predictRows } from "../../../forest/predict.ts";
import { readForest } from "../../../forest/read-forest.ts";
import { randomForest, randomFrom, randomRows } from "../../../testing/forests.ts";
import { withGpu } from "../../../testing/gpu.ts";
import { forestBytes, recordedForests } from "../../../testing/recorded-forests.ts";
import type { Gpu } from "../../gpu.ts";
import { createGpuForest } from "./gpu-forest.ts";

const recorded = await recordedForests();
const VALUES: RowOutput = { kind: "values", threshold: 0.5 };

interface Walked {
  readonly outputs: Float32Array;
  readonly leaves: Int32Array;
}

async function walk(gpu: Gpu, forest: Forest, features: Float32Array<ArrayBuffer>, output = VALUES, staged?: boolean): Promise<Walked> {
  const packed = packForest(forest);
  const onGpu = createGpuForest(gpu, forest, packed, staged === undefined ? {} : { staged });
  const input = gpu.memory.upload("test/rows", new Uint8Array(features.buffer));
  const rows = features.length / packed.featureCount;
  try {
    const outputs = await onGpu.predict(input, rows, output);
    const leaves = await onGpu.leafNodes(input, rows);
    const [values, nodes] = await gpu.memory.download("test", [outputs, leaves]);
    outputs.release();
    leaves.release();
    return {
      outputs: new Float32Array((values as Uint8Array<ArrayBuffer>).buffer, 0, outputs.byteLength / 4),
      leaves: Int32Array.from(new Uint32Array((nodes as Uint8Array<ArrayBuffer>).buffer, 0, leaves.byteLength / 4), (node) => packed.nodeIds[node] ?? -1),
    };
  } finally {
    input.release();
    onGpu.dispose();
  }
}

function apart(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = found.length === expected.length ? 0 : Infinity;
  for (let index = 0; index < expected.length; index++) most = Math.max(most, Math.abs((found[index] ?? NaN) - (expected[index] ?? NaN)));
  return most;
}

function differences(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  return Array.from(expected).filter((value, index) => value !== found[index]).length + Math.abs(found.length - expected.length);
}

describe.skipIf(recorded.length === 0)("recorded forests on the GPU (skipped where ../shared/data/forests is not there)", () => {
  test.for(recorded.map((one) => [one.name, one] as const))("%s gives what the program that made it gave", async ([, { name, format, features, margins, predictions, leaves }]) => {
    const forest = readForest((await forestBytes(name)) ?? new Uint8Array(0), format, name);
    await withGpu(async (gpu) => {
      const predicted = await walk(gpu, forest, features);
      const raw = await walk(gpu, { ...forest, postprocessor: "identity" }, features);
      expect(apart(raw.outputs, margins ?? raw.outputs)).toBeLessThanOrEqual(1e-5);
      expect(apart(predicted.outputs, predictions ?? predicted.outputs)).toBeLessThanOrEqual(1e-5);
      expect(differences(predicted.leaves, leaves ?? predicted.leaves)).toBe(0);
    });
  });
});

describe("random forests", () => {
  test.for([
    { seed: 1, rows: 1, trees: 1, depth: 1, features: 1 },
    { seed: 2, rows: 1, trees: 100, depth: 6, features: 7 },
    { seed: 3, rows: 17, trees: 33, depth: 5, features: 5 },
    { seed: 4, rows: 64, trees: 20, depth: 8, features: 250 },
    { seed: 5, rows: 40, trees: 16, depth: 4, features: 600 },
    { seed: 6, rows: 33, trees: 4, depth: 5, features: 9000 },
    { seed: 7, rows: 300, trees: 9, depth: 7, features: 4 },
    ...Array.from({ length: 24 }, (_, index) => ({ seed: 100 + index, rows: 1 + index * 3, trees: 1 + index, depth: 2 + (index % 5), features: 3 + index })),
  ])("reach the same leaves as in TypeScript: $seed", async ({ seed, rows, ...size }) => {
    const random = randomFrom(seed);
    const forest = randomForest(random, size);
    const features = randomRows(random, rows, size.features);
    const packed = packForest(forest);
    await withGpu(async (gpu) => {
      const found = await walk(gpu, forest, features);
      expect(differences(found.leaves, leafIndices(packed, features))).toBe(0);
      expect(apart(found.outputs, predictRows(forest, packed, features, VALUES))).toBeLessThanOrEqual(1e-5);
      const classes = { kind: "class", threshold: 0.6 } as const;
      expect(differences((await walk(gpu, forest, features, classes)).outputs, predictRows(forest, packed, features, classes))).toBe(0);
    });
  });

  test("give bit for bit the same in every run, alone or among other rows", async () => {
    const random = randomFrom(11);
    const forest = randomForest(random, { trees: 120, depth: 6, features: 6 });
    const features = randomRows(random, 200, 6);
    await withGpu(async (gpu) => {
      const first = await walk(gpu, forest, features);
      expect((await walk(gpu, forest, features)).outputs).toEqual(first.outputs);
      const alone = await walk(gpu, forest, features.slice(6 * 150, 6 * 151));
      expect(alone.outputs).toEqual(first.outputs.slice(150 * (first.outputs.length / 200), 151 * (first.outputs.length / 200)));
      expect(packForest(forest).trees).toHaveLength(120 * TREE_WORDS);
    });
  });

  test.for([1, 3, 40, 250, 300])("give the same with %d features, in workgroup memory or not", async (features) => {
    const random = randomFrom(features);
    const forest = randomForest(random, { trees: 30, depth: 5, features });
    const rows = randomRows(random, 35, features);
    await withGpu(async (gpu) => {
      const [staged, plain] = [await walk(gpu, forest, rows, VALUES, true), await walk(gpu, forest, rows, VALUES, false)];
      expect(staged.outputs).toEqual(plain.outputs);
    });
  });

  test("wait for none of the GPU's answers", async () => {
    const random = randomFrom(12);
    const forest = randomForest(random, { trees: 10, depth: 4, features: 6 });
    const rows = randomRows(random, 1000, 6);
    await withGpu(async (gpu) => {
      const onGpu = createGpuForest(gpu, forest, packForest(forest));
      const input = gpu.memory.upload("test/rows", new Uint8Array(rows.buffer));
      (await onGpu.predict(input, 1000, VALUES)).release();
      expect(gpu.memory.takeReadbacks()).toEqual([]);
      input.release();
      onGpu.dispose();
    });
  });
});

test("a forest without a tree gives its base score", async () => {
  const forest = randomForest(randomFrom(2), { trees: 1, depth: 1, features: 3 });
  const empty: Forest = { ...forest, trees: [], targetIds: new Int32Array(0), classIds: new Int32Array(0), postprocessor: "identity", classCounts: Int32Array.of(1), leafVectorShape: [1, 1], baseScores: Float64Array.of(0.25) };
  await withGpu(async (gpu) => {
    expect([...(await walk(gpu, empty, new Float32Array(6))).outputs]).toEqual([0.25, 0.25]);
  });
});

test("two targets of different classes have their own softmax", async () => {
  const random = randomFrom(21);
  const tree = randomForest(random, { trees: 6, depth: 3, features: 3 });
  const forest: Forest = {
    ...tree,
    trees: tree.trees.map((one) => ({ ...one, leafVectors: { values: one.leafVectors.values.slice(0, 0), begin: new Uint32Array(0), end: new Uint32Array(0) } })),
    classCounts: Int32Array.of(2, 3),
    leafVectorShape: [1, 1],
    targetIds: Int32Array.of(0, 0, 1, 1, 1, 0),
    classIds: Int32Array.of(0, 1, 0, 1, 2, 0),
    postprocessor: "softmax",
    baseScores: Float64Array.of(0.5, 0, 0, 0, 1, 0),
    averageTreeOutput: true,
  };
  const rows = randomRows(random, 20, 3);
  await withGpu(async (gpu) => {
    const { outputs } = await walk(gpu, forest, rows);
    expect(apart(outputs, predictRows(forest, packForest(forest), rows, VALUES))).toBeLessThanOrEqual(1e-6);
  });
});

describe("postprocessors of large margins", () => {
  test.for(["sigmoid", "exponential", "exponential_standard_ratio", "logarithm_one_plus_exp", "signed_square", "hinge", "softmax"] as const)("%s is as in float64, to a millionth", async (postprocessor) => {
    const random = randomFrom(13);
    const forest: Forest = { ...randomForest(randomFrom(2), { trees: 60, depth: 3, features: 3 }), postprocessor, averageTreeOutput: false };
    const scaled: Forest = { ...forest, trees: forest.trees.map((tree) => ({ ...tree, leafValue: tree.leafValue.map((value) => value * 2) })) };
    const features = randomRows(random, 100, 3);
    await withGpu(async (gpu) => {
      const { outputs } = await walk(gpu, scaled, features);
      const expected = predictRows(scaled, packForest(scaled), features, VALUES);
      const relative = Array.from(expected, (value, index) => Math.abs(value - (outputs[index] ?? NaN)) / Math.max(1, Math.abs(value)));
      expect(Math.max(...relative)).toBeLessThan(2e-6);
    });
  });
});
