// The GPU transforms against what MONAI gave on real scans: whole results by their SHA-256, boxes and masks voxel by voxel.
import { describe, expect, test, type TestContext } from "vitest";
import { niftiInput } from "../inputs/nifti/decode.ts";
import { readNpz } from "../tensor/npy.ts";
import { elementCount } from "../tensor/tensor.ts";
import { floats, runOnGpu, step, worstDifference, type Step } from "../testing/gpu-transform.ts";
import { countMaps, withGpu } from "../testing/gpu.ts";
import { readRecorded, readRecordedJson } from "../testing/recorded.ts";
import { asDiscreteCpu } from "./as-discrete/cpu.ts";
import { asDiscreteGpu } from "./as-discrete/gpu.ts";
import { asDiscreteSpec } from "./as-discrete/spec.ts";
import { cropForegroundCpu } from "./crop-foreground/cpu.ts";
import { cropForegroundGpu } from "./crop-foreground/gpu.ts";
import { cropForegroundSpec, type CropForegroundParameters } from "./crop-foreground/spec.ts";
import { ensureChannelFirstCpu } from "./ensure-channel-first/cpu.ts";
import { ensureChannelFirstGpu } from "./ensure-channel-first/gpu.ts";
import { ensureChannelFirstSpec } from "./ensure-channel-first/spec.ts";
import { keepLargestConnectedComponentCpu } from "./keep-largest-connected-component/cpu.ts";
import { keepLargestConnectedComponentGpu } from "./keep-largest-connected-component/gpu.ts";
import { keepLargestConnectedComponentSpec, type KeepLargestConnectedComponentParameters } from "./keep-largest-connected-component/spec.ts";
import { labelToContourCpu } from "./label-to-contour/cpu.ts";
import { labelToContourGpu } from "./label-to-contour/gpu.ts";
import { labelToContourSpec } from "./label-to-contour/spec.ts";
import { resizeCpu } from "./resize/cpu.ts";
import { resizeGpu } from "./resize/gpu.ts";
import { resizeSpec, type ResizeParameters } from "./resize/spec.ts";
import { scaleIntensityRangeCpu } from "./scale-intensity-range/cpu.ts";
import { scaleIntensityRangeGpu } from "./scale-intensity-range/gpu.ts";
import { scaleIntensityRangeSpec } from "./scale-intensity-range/spec.ts";
import type { ArrayItem } from "./transform.ts";

/** What is not run here because a software adapter takes too long; the CPU twin, to which the GPU is bit-equal, runs all of it. */
const OMITTED = [
  "resize to 224³ of every case but abd_ct_ts",
  "resize to 224³ of every variant",
  "scale and crop alone, and resize, of t1_brainchop (256³) and its variants t1_bright and mr_margin_k",
  "post cases of 128³, and of 224³ but abd_ct_ts_bone_224",
];

const PRE = [
  "abd_ct_ts", "anat_bigendian_i16", "avg152_bigendian_u8", "epi4d_nibabel_t0", "func4d_nibabel_t0", "head_ct_shear",
  "nan_bigendian_f32", "odd_minimal_be", "orient_IPL", "orient_RAS", "pair_ras",
];
const VARIANTS = ["abd_ct_padded", "aorta_ct_bone_window", "head_ct_bone_window"];

interface Result {
  shape: number[];
  sha256_f32le_Corder: string;
  samples?: { index: number[]; value: (number | null)[] };
}
interface PreCase {
  file: string;
  header: { t_index: number | null };
  scale: Result;
  crop: Result & { box_start_inclusive: number[]; box_end_exclusive: number[] };
  resize_96: Result;
  resize_224: Result;
}
type Variant = { name: string; file: string; pad: [number, number][] | null; pad_value: number; window: { a_min: number; a_max: number }; crop_args: object; box_start: number[]; box_end: number[]; crop: Result } & Record<string, Result>;

const channelFirst = step(ensureChannelFirstSpec, ensureChannelFirstCpu, ensureChannelFirstGpu, { channel_dim: "no_channel" });
const scale = (a_min = -57, a_max = 164) =>
  step(scaleIntensityRangeSpec, scaleIntensityRangeCpu, scaleIntensityRangeGpu, { a_min: { value: a_min, integer: false }, a_max, b_min: 0, b_max: 1, clip: true });
const crop = (given: Partial<CropForegroundParameters> = {}) => step(cropForegroundSpec, cropForegroundCpu, cropForegroundGpu, { source_key: "image", ...given });
const resize = (given: Partial<ResizeParameters>) => step(resizeSpec, resizeCpu, resizeGpu, given);
const keep = (given: Partial<KeepLargestConnectedComponentParameters>) =>
  step(keepLargestConnectedComponentSpec, keepLargestConnectedComponentCpu, keepLargestConnectedComponentGpu, given);
const contour = step(labelToContourSpec, labelToContourCpu, labelToContourGpu);
const argmax = step(asDiscreteSpec, asDiscreteCpu, asDiscreteGpu, { argmax: true });

async function load(context: TestContext, path: string, frame: number | null): Promise<ArrayItem> {
  const names = path.endsWith(".hdr") ? [path, path.replace(".hdr", ".img")] : [path];
  const files = await Promise.all(names.map(async (name) => ({ name: name.split("/").at(-1) ?? name, bytes: (await readRecorded(name)) ?? missing(context, name) })));
  const target = { name: "IMAGE", dataType: "TYPE_FP32", dims: [-1, -1, -1], batch: false } as const;
  const { tensor, affine } = niftiInput.decode(files, target, frame === null ? {} : { frame });
  return { dataType: "TYPE_FP32", shape: tensor.shape, data: tensor.data as Float32Array, ...(affine && { affine }) };
}

function missing(context: TestContext, path: string): never {
  return context.skip(`the recorded reference data have no ${path}`);
}

async function json<T>(context: TestContext, path: string): Promise<T> {
  return (await readRecordedJson<T>(path)) ?? missing(context, path);
}

async function npz(context: TestContext, path: string): Promise<ReturnType<typeof readNpz>> {
  return readNpz((await readRecorded(path)) ?? missing(context, path));
}

async function sha256(item: ArrayItem | undefined): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Float32Array.from((item?.data ?? []) as Float32Array));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** NaN has no one bit pattern: where there are any, the recorded samples decide. */
async function expectResult(found: ArrayItem | undefined, expected: Result, tolerance = 0): Promise<void> {
  expect(found?.shape.slice(1)).toEqual(expected.shape.slice(-3));
  const values = found?.data as Float32Array;
  if (tolerance === 0 && !values.some(Number.isNaN)) {
    expect(await sha256(found)).toBe(expected.sha256_f32le_Corder);
    return;
  }
  const samples = expected.samples ?? { index: [], value: [] };
  expect(samples.index.length).toBeGreaterThan(0);
  const at = floats([samples.index.length], (i) => values[samples.index[i] ?? 0] ?? 0);
  expect(worstDifference(at, floats([samples.value.length], (i) => samples.value[i] ?? NaN), tolerance)).toBe("agree");
}

async function run(steps: readonly Step[], image: ArrayItem): Promise<Map<string, ArrayItem>> {
  let items = new Map<string, ArrayItem>();
  await withGpu(async (gpu) => {
    const result = await runOnGpu(gpu, steps, new Map([["image", image]]));
    expect(result.errors).toEqual([]);
    items = result.items;
  });
  return items;
}

const corners = (items: Map<string, ArrayItem>) => ["foreground_start_coord", "foreground_end_coord"].map((key) => Array.from(items.get(key)?.data ?? [], Number));

describe("the preprocessing chain on real scans, against MONAI", () => {
  test.for(PRE)("%s: scale, crop, box, resize to 96³", async (name, context) => {
    const recorded = await json<PreCase>(context, `monai/pre/${name}.json`);
    const image = await load(context, recorded.file, recorded.header.t_index);
    await expectResult((await run([channelFirst, scale()], image)).get("image"), recorded.scale);
    const cropped = await run([channelFirst, scale(), crop()], image);
    await expectResult(cropped.get("image"), recorded.crop);
    expect(corners(cropped)).toEqual([recorded.crop.box_start_inclusive, recorded.crop.box_end_exclusive]);
    await expectResult((await run([channelFirst, scale(), crop(), resize({ spatial_size: [96, 96, 96] })], image)).get("image"), recorded.resize_96);
  });

  test("abd_ct_ts: the whole chain to 224³, with no readback inside", async (context) => {
    const recorded = await json<PreCase>(context, "monai/pre/abd_ct_ts.json");
    const image = await load(context, recorded.file, null);
    const steps = [channelFirst, scale(), crop(), resize({ spatial_size: [224, 224, 224] })];
    let maps = 0;
    const watched = steps.map((one): Step => ({
      ...one,
      async gpu(...given) {
        let result: Awaited<ReturnType<Step["gpu"]>> | undefined;
        maps += (await countMaps(async () => void (result = await one.gpu(...given)))).maps;
        return result ?? new Map();
      },
    }));
    await expectResult((await run(watched, image)).get("image"), recorded.resize_224);
    expect(maps).toBe(0);
  });

  const sizes = [[96, 96, 96], [64, 80, 48], [33, 57, 101]] as const;
  test.for(VARIANTS)("%s: crops that cut, area, trilinear and nearest", async (name, context) => {
    const { cases } = await json<{ cases: Variant[] }>(context, "monai/pre/variants.json");
    const recorded = cases.find((one) => one.name === name) ?? missing(context, name);
    const image = padded(await load(context, recorded.file, null), recorded.pad, recorded.pad_value);
    const before = [channelFirst, scale(recorded.window.a_min, recorded.window.a_max), crop(recorded.crop_args)];
    const cropped = await run(before, image);
    await expectResult(cropped.get("image"), recorded.crop);
    expect(corners(cropped)).toEqual([recorded.box_start, recorded.box_end]);
    for (const spatial_size of sizes) {
      for (const mode of ["area", "trilinear", "nearest"] as const) {
        const result = recorded[`${mode}_${spatial_size.join("x")}`];
        if (result === undefined) throw new Error(`${name} has ${mode}`);
        const items = await run([...before, resize({ spatial_size, mode })], image);
        await expectResult(items.get("image"), result, mode === "trilinear" ? 1e-5 : 0);
      }
    }
  });
});

function padded(image: ArrayItem, pad: [number, number][] | null, value: number): ArrayItem {
  if (pad === null) return image;
  const shape = image.shape.map((size, axis) => size + (pad[axis]?.[0] ?? 0) + (pad[axis]?.[1] ?? 0));
  const [n0 = 1, n1 = 1, n2 = 1] = image.shape;
  const [, m1 = 1, m2 = 1] = shape;
  const data = new Float32Array(elementCount(shape)).fill(value);
  const at = (axis: number) => pad[axis]?.[0] ?? 0;
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      const row = (image.data as Float32Array).subarray((i * n1 + j) * n2, (i * n1 + j + 1) * n2);
      data.set(row, ((i + at(0)) * m1 + j + at(1)) * m2 + at(2));
    }
  }
  return { dataType: "TYPE_FP32", shape, data };
}

/** Packed bits as a float32 mask. */
function unpacked(bytes: ArrayLike<number | bigint | Uint8Array> | undefined, n: number): ArrayItem {
  return floats([1, n, n, n], (i) => (Number(bytes?.[i >> 3]) >> (i & 7)) & 1);
}

describe("the postprocessing on masks of real scans, against MONAI", () => {
  const volumes = ["abd_ct_ts", "head_ct_shear"].flatMap((scan) => ["bone", "air", "soft", "fat", "vessel", "sparse"].map((tissue) => `${scan}_${tissue}_64`));
  test.for([...volumes, "abd_ct_ts_bone_224"])("%s", async (name, context) => {
    const arrays = await npz(context, `monai/post/${name}.npz`);
    const n = Number(name.split("_").at(-1));
    const mask = unpacked(arrays.get("mask")?.data, n);
    const check = async (steps: readonly Step[], key: string, image = mask) =>
      expect(worstDifference((await run(steps, image)).get("image") as ArrayItem, unpacked(arrays.get(key)?.data, n), 0), key).toBe("agree");
    await check([keep({ applied_labels: 1 }), contour], "contour_of_largest26");
    const logits = floats([2, n, n, n], (i) => (i < n ** 3 ? 0.5 : (mask.data[i - n ** 3] as number)));
    await check([argmax, keep({ applied_labels: 1 }), contour], "contour_of_largest26", logits);
    if (n > 64) return;
    await check([keep({ applied_labels: 1 })], "largest26");
    await check([keep({ applied_labels: 1, connectivity: 1 })], "largest6");
    await check([contour], "contour_of_mask");
  });

  test("small grids: empty, full, ties, labels, several components", async (context) => {
    interface Small {
      name: string;
      shape: number[];
      args: Partial<KeepLargestConnectedComponentParameters>;
      input: number[];
      klcc: number[];
      /** null where MONAI was not asked: several labels. */
      contour_of_klcc: number[] | null;
      contour_of_input: number[] | null;
    }
    const { cases } = await json<{ cases: Small[] }>(context, "monai/post/small_cases.json");
    for (const { name, shape, args, input, klcc, contour_of_klcc, contour_of_input } of cases) {
      const image = floats([1, ...shape], (i) => input[i] ?? 0);
      const kept = (await run([keep(args)], image)).get("image");
      expect([...(kept?.data ?? [])], `${name}: component`).toEqual(klcc);
      for (const [steps, expected] of [
        [[keep(args), contour], contour_of_klcc],
        [[contour], contour_of_input],
      ] as const) {
        if (expected !== null) expect([...((await run(steps, image)).get("image")?.data ?? [])], `${name}: contour`).toEqual(expected);
      }
    }
    expect(cases.length).toBeGreaterThan(20);
  });

  test("real logits with 1,800 exact ties", async (context) => {
    const arrays = await npz(context, "monai/post/asdiscrete_real_logits_48.npz");
    const item = (key: string): ArrayItem => ({ dataType: "TYPE_FP32", shape: [3, 48, 48, 48], data: arrays.get(key)?.data as Float32Array });
    const expected = (key: string) => floats([1, 48, 48, 48], (i) => Number(arrays.get(key)?.data[i]));
    expect(worstDifference((await run([argmax], item("logits"))).get("image") as ArrayItem, expected("argmax"), 0)).toBe("agree");
    expect(worstDifference((await run([argmax], item("logits_quantised"))).get("image") as ArrayItem, expected("argmax_quantised"), 0)).toBe("agree");
    expect(worstDifference((await run([argmax, keep({ applied_labels: 1 })], item("logits"))).get("image") as ArrayItem, expected("klcc1"), 0)).toBe("agree");
  });

  test("a label map of 117 classes: components per label, in union, and of every label", async (context) => {
    const arrays = await npz(context, "monai/post/ts_example_seg_multilabel.npz");
    const image = await load(context, "volumes/ts_example_seg.nii.gz", null);
    const check = async (given: Partial<KeepLargestConnectedComponentParameters>, key: string) => {
      const expected = floats([1, ...image.shape], (i) => Number(arrays.get(key)?.data[i]));
      expect(worstDifference((await run([channelFirst, keep(given)], image)).get("image") as ArrayItem, expected, 0), key).toBe("agree");
    };
    for (const label of [1, 5, 20, 86, 87, 117]) await check({ applied_labels: label }, `klcc_label${label}`);
    await check({ applied_labels: [1, 5, 20], independent: false }, "klcc_1_5_20_union");
    await check({ applied_labels: null }, "klcc_all_independent");
  });
});

test.skip.each(OMITTED)("left out on a software adapter: %s", () => {});
