// Loading aside, the preprocessing chain on real scans, stage by stage, against what MONAI gave: bit for bit by SHA-256.
import { describe, expect, it } from "vitest";
import { readNpz } from "../tensor/npy.ts";
import { typedData } from "../tensor/tensor.ts";
import { recordedVolume, runOne, sampleDifferences, sha256OfFloats, withDefaults, type RecordedArray } from "../testing/monai.ts";
import { readRecorded, readRecordedJson } from "../testing/recorded.ts";
import { cropForegroundCpu, foregroundBox } from "./crop-foreground/cpu.ts";
import { cropForegroundSpec, type CropForegroundParameters } from "./crop-foreground/spec.ts";
import { ensureChannelFirstCpu } from "./ensure-channel-first/cpu.ts";
import { ensureChannelFirstSpec } from "./ensure-channel-first/spec.ts";
import { resizeCpu } from "./resize/cpu.ts";
import { resizeSpec, type ResizeMode } from "./resize/spec.ts";
import { scaleIntensityRangeCpu } from "./scale-intensity-range/cpu.ts";
import { scaleIntensityRangeSpec } from "./scale-intensity-range/spec.ts";
import type { ArrayItem } from "./transform.ts";

interface PreCase {
  readonly file: string;
  readonly header: { readonly t_index: number | null };
  readonly loaded: RecordedArray;
  readonly scale: RecordedArray;
  readonly crop: RecordedArray & { readonly box_start_inclusive: number[]; readonly box_end_exclusive: number[] };
  readonly resize_224: RecordedArray;
  readonly resize_96: RecordedArray;
}

const NAMES = [
  "abd_ct_ts",
  "anat_bigendian_i16",
  "avg152_bigendian_u8",
  "epi4d_nibabel_t0",
  "func4d_nibabel_t0",
  "head_ct_shear",
  "nan_bigendian_f32",
  "odd_minimal_be",
  "orient_IPL",
  "orient_RAS",
  "pair_ras",
  "t1_brainchop",
];

function scaled(item: ArrayItem, a_min = -57, a_max = 164): ArrayItem {
  const first = runOne(ensureChannelFirstSpec, ensureChannelFirstCpu, { channel_dim: "no_channel" }, item);
  return runOne(scaleIntensityRangeSpec, scaleIntensityRangeCpu, { a_min: { value: a_min, integer: true }, a_max, b_min: 0, b_max: 1, clip: true }, first);
}

function cropped(item: ArrayItem, given: Partial<CropForegroundParameters> = {}): ArrayItem {
  return runOne(cropForegroundSpec, cropForegroundCpu, { source_key: "image", allow_smaller: true, ...given }, item);
}

function resized(item: ArrayItem, spatial_size: readonly number[], mode: ResizeMode = "area"): ArrayItem {
  return runOne(resizeSpec, resizeCpu, { spatial_size, mode }, item);
}

async function expectEqual(item: ArrayItem, recorded: RecordedArray): Promise<void> {
  expect(item.shape).toEqual([1, ...recorded.shape]);
  expect(sampleDifferences(item.data as Float32Array, recorded, 0)).toEqual([]);
  expect(await sha256OfFloats(item.data as Float32Array)).toBe(recorded.sha256_f32le_Corder);
}

describe("the preprocessing chain", async () => {
  for (const name of NAMES) {
    const recorded = await readRecordedJson<PreCase>(`monai/pre/${name}.json`);
    const volume = recorded === undefined ? undefined : await recordedVolume(recorded.file, recorded.header.t_index ?? undefined);
    if (recorded === undefined || volume === undefined) {
      it.skip(`${name}: not among the recorded reference data`, () => {});
      continue;
    }
    const scale = scaled(volume);
    const crop = cropped(scale);

    it(`${name}: scales bit for bit`, () => expectEqual(scale, recorded.scale));
    it(`${name}: crops to the same box`, async () => {
      const box = foregroundBox(withDefaults(cropForegroundSpec, { source_key: "image" }), scale);
      expect(box).toEqual({ start: recorded.crop.box_start_inclusive, end: recorded.crop.box_end_exclusive });
      await expectEqual(crop, recorded.crop);
    });
    it(`${name}: resizes to 96³ bit for bit`, () => expectEqual(resized(crop, [96, 96, 96]), recorded.resize_96));
    it(`${name}: resizes to 224³ bit for bit`, async () => {
      const result = resized(crop, [224, 224, 224]);
      await expectEqual(result, recorded.resize_224);
      const slices = await readRecorded(`monai/pre/${name}_resize224_midslices.npz`);
      if (slices === undefined) return;
      const plane = readNpz(slices).get("x112");
      const middle = (result.data as Float32Array).subarray(112 * 224 * 224, 113 * 224 * 224);
      if (plane !== undefined) expect(await sha256OfFloats(middle)).toBe(await sha256OfFloats(typedData(plane) as Float32Array));
    });
  }
});

interface VariantCase {
  readonly name: string;
  readonly file: string;
  readonly pad_value: number | null;
  readonly pad: readonly (readonly [number, number])[] | null;
  readonly window: { readonly a_min: number; readonly a_max: number };
  readonly crop_args: Partial<CropForegroundParameters>;
  readonly box_start: number[];
  readonly box_end: number[];
  readonly scale: RecordedArray;
  readonly crop: RecordedArray;
  readonly [stage: string]: unknown;
}

describe("windows, margins and sizes that really crop", async () => {
  const recorded = await readRecordedJson<{ cases: VariantCase[] }>("monai/pre/variants.json");
  if (recorded === undefined) it.skip("monai/pre/variants.json: not among the recorded reference data", () => {});
  for (const variant of recorded?.cases ?? []) {
    const volume = await recordedVolume(variant.file);
    if (volume === undefined) {
      it.skip(`${variant.name}: not among the recorded reference data`, () => {});
      continue;
    }
    const padded = variant.pad === null ? volume : pad(volume, variant.pad, variant.pad_value ?? 0);
    const scale = scaled(padded, variant.window.a_min, variant.window.a_max);
    const crop = cropped(scale, variant.crop_args);
    it(`${variant.name}: scales bit for bit`, async () => {
      expect(await sha256OfFloats(scale.data as Float32Array)).toBe(variant.scale.sha256_f32le_Corder);
    });
    it(`${variant.name}: crops to the same box`, async () => {
      const box = foregroundBox(withDefaults(cropForegroundSpec, { source_key: "image", allow_smaller: true, ...variant.crop_args }), scale);
      expect(box).toEqual({ start: variant.box_start, end: variant.box_end });
      await expectEqual(crop, variant.crop);
    });
    for (const stage of Object.keys(variant)) {
      const match = /^(area|trilinear|nearest)_(\d+)x(\d+)x(\d+)$/.exec(stage);
      if (match === null) continue;
      const [, mode, ...sizes] = match;
      it(`${variant.name}: resizes by ${stage}`, async () => {
        const result = resized(crop, sizes.map(Number), mode as ResizeMode);
        const wanted = variant[stage] as RecordedArray;
        // This one was not cropped, so torch read an array in nibabel's memory order, where it rounds in another order.
        if (mode === "trilinear" && variant.name === "aorta_ct_bone_window") expect(sampleDifferences(result.data as Float32Array, wanted, 2 ** -23)).toEqual([]);
        else await expectEqual(result, wanted);
      });
    }
  }
});

function pad(item: ArrayItem, widths: readonly (readonly [number, number])[], value: number): ArrayItem {
  const shape = item.shape.map((size, axis) => size + (widths[axis]?.[0] ?? 0) + (widths[axis]?.[1] ?? 0));
  const [depth = 0, rows = 0, width = 0] = item.shape;
  const [d0, r0, w0] = widths.map(([before]) => before);
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value);
  for (let i = 0; i < depth; i++) {
    for (let j = 0; j < rows; j++) {
      const from = (i * rows + j) * width;
      data.set(item.data.subarray(from, from + width) as Float32Array, ((i + (d0 ?? 0)) * (shape[1] ?? 0) + j + (r0 ?? 0)) * (shape[2] ?? 0) + (w0 ?? 0));
    }
  }
  return { dataType: "TYPE_FP32", shape, data };
}
