// AsDiscrete, KeepLargestConnectedComponent and LabelToContour against what MONAI gave, voxel for voxel.
import { describe, expect, it } from "vitest";
import { readNpz } from "../tensor/npy.ts";
import { typedData, type Tensor } from "../tensor/tensor.ts";
import { recordedVolume, runOne, unpackBits } from "../testing/monai.ts";
import { readRecorded, readRecordedJson } from "../testing/recorded.ts";
import { asDiscreteCpu } from "./as-discrete/cpu.ts";
import { asDiscreteSpec } from "./as-discrete/spec.ts";
import { keepLargestConnectedComponentCpu } from "./keep-largest-connected-component/cpu.ts";
import { keepLargestConnectedComponentSpec, type KeepLargestConnectedComponentParameters } from "./keep-largest-connected-component/spec.ts";
import { labelToContourCpu } from "./label-to-contour/cpu.ts";
import { labelToContourSpec } from "./label-to-contour/spec.ts";
import type { ArrayItem } from "./transform.ts";

function oneChannel(shape: readonly number[], data: ArrayLike<number>): ArrayItem {
  return { dataType: "TYPE_FP32", shape: [1, ...shape], data: Float32Array.from(data) };
}

function largest(item: ArrayItem, given: Partial<KeepLargestConnectedComponentParameters> = { applied_labels: 1 }): ArrayItem {
  return runOne(keepLargestConnectedComponentSpec, keepLargestConnectedComponentCpu, given, item);
}

function contour(item: ArrayItem): ArrayItem {
  return runOne(labelToContourSpec, labelToContourCpu, {}, item);
}

/** Where the elements differ, at most ten places. */
function differences(found: ArrayLike<number>, wanted: ArrayLike<number>): string[] {
  if (found.length !== wanted.length) return [`${found.length} elements, recorded ${wanted.length}`];
  const places: string[] = [];
  for (let n = 0; n < wanted.length && places.length < 10; n++) if (found[n] !== wanted[n]) places.push(`${n}: ${found[n]}, recorded ${wanted[n]}`);
  return places;
}

interface PostCase {
  readonly name: string;
  readonly file: string;
  readonly shape: readonly number[];
}

describe("masks of real scans", async () => {
  const index = await readRecordedJson<{ cases: PostCase[] }>("monai/post/index.json");
  if (index === undefined) it.skip("monai/post/index.json: not among the recorded reference data", () => {});
  for (const { name, file, shape } of index?.cases ?? []) {
    const bytes = await readRecorded(`monai/post/${file}`);
    if (bytes === undefined) {
      it.skip(`${name}: not among the recorded reference data`, () => {});
      continue;
    }
    const count = shape.reduce((product, size) => product * size, 1);
    const bits = (arrays: Map<string, Tensor>, key: string): Float32Array => unpackBits(typedData(arrays.get(key) as Tensor) as Uint8Array, count);
    it(`${name}: keeps the largest component and draws its contour`, () => {
      const arrays = readNpz(bytes);
      const mask = oneChannel(shape, bits(arrays, "mask"));
      const kept = largest(mask);
      expect(differences(kept.data as Float32Array, bits(arrays, "largest26"))).toEqual([]);
      expect(differences(contour(kept).data as Float32Array, bits(arrays, "contour_of_largest26"))).toEqual([]);
      expect(differences(contour(mask).data as Float32Array, bits(arrays, "contour_of_mask"))).toEqual([]);
    });
    it(`${name}: keeps the largest component of 6 neighbours`, () => {
      const arrays = readNpz(bytes);
      const kept = largest(oneChannel(shape, bits(arrays, "mask")), { applied_labels: 1, connectivity: 1 });
      expect(differences(kept.data as Float32Array, bits(arrays, "largest6"))).toEqual([]);
    });
  }
});

interface SmallCase {
  readonly name: string;
  readonly shape: readonly number[];
  readonly args: Partial<KeepLargestConnectedComponentParameters>;
  readonly input: readonly number[];
  readonly klcc: readonly number[];
  /** null where none was recorded. */
  readonly contour_of_klcc: readonly number[] | null;
  readonly contour_of_input: readonly number[] | null;
}

describe("small masks", async () => {
  const recorded = await readRecordedJson<{ cases: SmallCase[] }>("monai/post/small_cases.json");
  if (recorded === undefined) it.skip("monai/post/small_cases.json: not among the recorded reference data", () => {});
  it.each(recorded?.cases ?? [])("$name", ({ name, shape, args, input, klcc, contour_of_klcc, contour_of_input }) => {
    const item = oneChannel(shape, input);
    const count = /_num(\d)$/.exec(name)?.[1];
    const kept = largest(item, { ...args, ...(count === undefined ? {} : { num_components: Number(count) }) });
    expect(Array.from(kept.data as Float32Array)).toEqual(klcc);
    if (contour_of_klcc !== null) expect(Array.from(contour(kept).data as Float32Array)).toEqual(contour_of_klcc);
    if (contour_of_input !== null) expect(Array.from(contour(item).data as Float32Array)).toEqual(contour_of_input);
  });
});

describe("real logits with exact ties", async () => {
  const bytes = await readRecorded("monai/post/asdiscrete_real_logits_48.npz");
  if (bytes === undefined) it.skip("monai/post/asdiscrete_real_logits_48.npz: not among the recorded reference data", () => {});
  const arrays = bytes === undefined ? undefined : readNpz(bytes);
  for (const [logits, labels] of arrays === undefined ? [] : [["logits", "argmax"], ["logits_quantised", "argmax_quantised"]] as const) {
    it(`takes the argmax of ${logits}`, () => {
      const tensor = arrays?.get(logits) as Tensor;
      const item: ArrayItem = { dataType: "TYPE_FP32", shape: tensor.shape, data: typedData(tensor) };
      const found = runOne(asDiscreteSpec, asDiscreteCpu, { argmax: true }, item);
      expect(differences(found.data as Float32Array, typedData(arrays?.get(labels) as Tensor) as Uint8Array)).toEqual([]);
    });
  }
  if (arrays !== undefined) {
    it("keeps the largest component of label 1", () => {
      const item = oneChannel([48, 48, 48], typedData(arrays.get("argmax") as Tensor) as Uint8Array);
      expect(differences(largest(item).data as Float32Array, typedData(arrays.get("klcc1") as Tensor) as Uint8Array)).toEqual([]);
    });
  }
});

describe("a map of 117 classes", async () => {
  const bytes = await readRecorded("monai/post/ts_example_seg_multilabel.npz");
  const volume = await recordedVolume("volumes/ts_example_seg.nii.gz");
  if (bytes === undefined || volume === undefined) {
    it.skip("monai/post/ts_example_seg_multilabel.npz: not among the recorded reference data", () => {});
    return;
  }
  const arrays = readNpz(bytes);
  const item: ArrayItem = { ...volume, shape: [1, ...volume.shape] };
  const every = Array.from({ length: 117 }, (_, index) => index + 1);
  const wanted = (key: string): Uint8Array => typedData(arrays.get(key) as Tensor) as Uint8Array;
  it.each([
    ["klcc_label1", { applied_labels: 1 }],
    ["klcc_label5", { applied_labels: 5 }],
    ["klcc_label20", { applied_labels: 20 }],
    ["klcc_label86", { applied_labels: 86 }],
    ["klcc_label87", { applied_labels: 87 }],
    ["klcc_label117", { applied_labels: 117 }],
    ["klcc_all_independent", { applied_labels: every }],
    ["klcc_all_independent", { applied_labels: null }],
    ["klcc_1_5_20_union", { applied_labels: [1, 5, 20], independent: false }],
  ] as const)("%s with %o", (key, given) => {
    expect(differences(largest(item, given).data as Float32Array, wanted(key))).toEqual([]);
  });
  it("liver_contour", () => {
    const liver = Float32Array.from(item.data as Float32Array, (label) => (label === 5 ? 1 : 0));
    expect(differences(contour({ ...item, data: liver }).data as Float32Array, wanted("liver_contour"))).toEqual([]);
  });
});

describe("whole runs", async () => {
  interface EndCase {
    readonly name: string;
    readonly size: number;
    readonly file: string;
    readonly classes: number;
  }
  const index = await readRecordedJson<{ cases: EndCase[] }>("monai/e2e/index.json");
  if (index === undefined) it.skip("monai/e2e/index.json: not among the recorded reference data", () => {});
  for (const { name, size, file, classes } of index?.cases ?? []) {
    // With more classes the other labels are part of the result, and the recorded bits do not hold them.
    if (classes !== 2) continue;
    const bytes = await readRecorded(`monai/e2e/${file.split("/").at(-1)}`);
    const arrays = bytes === undefined ? undefined : readNpz(bytes);
    const bits = (key: string): Float32Array => unpackBits(typedData(arrays?.get(key) as Tensor) as Uint8Array, size ** 3);
    it.skipIf(arrays === undefined)(`${name}: the recorded argmax becomes the recorded component and contour`, () => {
      const kept = largest(oneChannel([size, size, size], bits("argmax1")));
      expect(differences(kept.data as Float32Array, bits("largest"))).toEqual([]);
      expect(differences(contour(kept).data as Float32Array, bits("contour"))).toEqual([]);
    });
  }
});
