// Affines through crop and resize, channels, casts and AsDiscrete against what MONAI gave. Chains run from the text of a transforms.json.
import { describe, expect, it } from "vitest";
import { isAbort } from "../base/errors.ts";
import { fromNumpy, type DataType, type TypedData } from "../tensor/data-type.ts";
import { readNpz } from "../tensor/npy.ts";
import { typedData } from "../tensor/tensor.ts";
import { recordedVolume, runOne, sampleDifferences, sha256OfFloats, type RecordedArray } from "../testing/monai.ts";
import { readRecorded, readRecordedJson } from "../testing/recorded.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { asDiscreteCpu } from "./as-discrete/cpu.ts";
import { asDiscreteSpec, type AsDiscreteParameters } from "./as-discrete/spec.ts";
import { castToTypeCpu } from "./cast-to-type/cpu.ts";
import { castToTypeSpec } from "./cast-to-type/spec.ts";
import { loadCpuTable } from "./catalogue.ts";
import { parseChain } from "./chain.ts";
import { runChainOnCpu } from "./chain-run.ts";
import { castElements } from "./element-cast.ts";
import { ensureChannelFirstCpu } from "./ensure-channel-first/cpu.ts";
import { ensureChannelFirstSpec } from "./ensure-channel-first/spec.ts";
import { resizeCpu } from "./resize/cpu.ts";
import { resizeSpec, type ResizeParameters } from "./resize/spec.ts";
import type { ArrayItem } from "./transform.ts";

interface Case<P = Record<string, unknown>> {
  readonly name: string;
  readonly params: P;
  readonly input: { readonly volume?: string; readonly array?: readonly (number | null | string)[] | string; readonly generator?: string; readonly shape?: readonly number[] };
  readonly output?: RecordedArray & { readonly npz?: string | null };
  readonly error?: { readonly type: string; readonly message: string };
}

/** The cases of a group; without the recorded reference data one skipped test says so. */
async function casesOf<C>(group: string): Promise<readonly C[]> {
  const recorded = await readRecordedJson<{ cases: C[] }>(`monai-more/cases/${group}.json`);
  if (recorded === undefined) it.skip(`monai-more/cases/${group}.json: not among the recorded reference data`, () => {});
  return recorded?.cases ?? [];
}

function expectAffine(found: ArrayLike<number> | undefined, recorded: RecordedArray): void {
  const wanted = recorded.affine_after?.flat() ?? [];
  expect(found?.length).toBe(wanted.length);
  wanted.forEach((value, index) => expect(Math.abs((found?.[index] ?? NaN) - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value))));
}

function floatsOf(item: ArrayItem): Float32Array {
  return castElements(item.data, item.dataType, "TYPE_FP32") as Float32Array;
}

interface ChainCase extends Case {
  readonly window: readonly [number, number];
  readonly crop_args: Record<string, unknown>;
  readonly start_coord: number[];
  readonly end_coord: number[];
  readonly transform: string;
  readonly world_points?: readonly { readonly voxel: readonly number[]; readonly world: readonly number[] }[];
}

const CONFIG = {
  max_batch_size: 0,
  input: [
    { name: "IMAGE", data_type: "TYPE_FP32", dims: [-1, -1, -1] },
    { name: "AFFINE", data_type: "TYPE_FP64", dims: [4, 4] },
  ],
  output: [
    { name: "OUT", data_type: "TYPE_FP32", dims: [1, -1, -1, -1] },
    { name: "OUT_AFFINE", data_type: "TYPE_FP64", dims: [4, 4] },
    { name: "START", data_type: "TYPE_INT64", dims: [3] },
    { name: "END", data_type: "TYPE_INT64", dims: [3] },
  ],
} as unknown as ModelConfig;

describe("affines through the whole chain", async () => {
  for (const one of await casesOf<ChainCase>("ChainAffine")) {
    const volume = one.input.volume === undefined ? undefined : await recordedVolume(one.input.volume);
    if (volume === undefined || one.output === undefined) {
      it.skip(`${one.name}: not among the recorded reference data`, () => {});
      continue;
    }
    const recorded = one.output;
    it(one.name, async () => {
      const [a_min, a_max] = one.window;
      const text = JSON.stringify({
        inputs: { image: "IMAGE", image_affine: "AFFINE" },
        transforms: [
          { _target_: "monai.transforms.EnsureTyped", keys: "image" },
          { _target_: "EnsureChannelFirstd", keys: ["image"], channel_dim: "no_channel" },
          { _target_: "ScaleIntensityRanged", keys: "image", a_min, a_max, b_min: 0, b_max: 1, clip: true },
          { _target_: "CropForegroundd", keys: "image", source_key: "image", allow_smaller: true, ...one.crop_args },
          ...(one.transform === "Resized" ? [{ _target_: "Resized", keys: "image", ...one.params }] : []),
        ],
        outputs: { OUT: "image", OUT_AFFINE: "image_affine", START: "foreground_start_coord", END: "foreground_end_coord" },
      });
      const { chain, diagnostics } = parseChain(text, { file: "m/1/transforms.json" });
      expect(diagnostics).toEqual([]);
      if (chain === undefined) return;
      const inputs = new Map([
        ["IMAGE", { dataType: "TYPE_FP32" as const, shape: volume.shape, data: volume.data }],
        ["AFFINE", { dataType: "TYPE_FP64" as const, shape: [4, 4], data: volume.affine ?? new Float64Array(16) }],
      ]);
      const outputs = runChainOnCpu(chain, CONFIG, inputs, await loadCpuTable(chain));
      const found = outputs.get("OUT")?.data as Float32Array;
      expect(outputs.get("OUT")?.shape).toEqual(recorded.shape);
      expect(Array.from(outputs.get("START")?.data as BigInt64Array, Number)).toEqual(one.start_coord);
      expect(Array.from(outputs.get("END")?.data as BigInt64Array, Number)).toEqual(one.end_coord);
      const affine = outputs.get("OUT_AFFINE")?.data as Float64Array;
      expectAffine(affine, recorded);
      for (const { voxel, world } of one.world_points ?? []) {
        world.forEach((value, axis) => {
          const [x = 0, y = 0, z = 0] = voxel;
          const at = (affine[axis * 4] ?? 0) * x + (affine[axis * 4 + 1] ?? 0) * y + (affine[axis * 4 + 2] ?? 0) * z + (affine[axis * 4 + 3] ?? 0);
          expect(Math.abs(at - value)).toBeLessThanOrEqual(1e-6);
        });
      }
      const mode = one.transform === "Resized" ? one.params["mode"] : "exact";
      expect(sampleDifferences(found, recorded, mode === "trilinear" ? 2 ** -23 : 0)).toEqual([]);
      if (mode !== "trilinear") expect(await sha256OfFloats(found)).toBe(recorded.sha256_f32le_Corder);
    });
  }
});

describe("Resize with its affine", async () => {
  for (const one of await casesOf<Case<Partial<ResizeParameters>>>("ResizeAffine")) {
    const volume = await recordedVolume(one.input.volume ?? "");
    const recorded = one.output;
    if (volume === undefined || recorded === undefined) {
      it.skip(`${one.name}: not among the recorded reference data`, () => {});
      continue;
    }
    const item: ArrayItem = { ...volume, shape: [1, ...volume.shape] };
    if (one.params.anti_aliasing === true) {
      it(`${one.name}: anti_aliasing is refused by name`, () => {
        const text = JSON.stringify({ inputs: { image: "IMAGE" }, transforms: [{ _target_: "Resized", keys: "image", ...one.params }], outputs: { OUT: "image" } });
        const { chain, diagnostics } = parseChain(text, { file: "m/1/transforms.json" });
        expect(chain).toBeUndefined();
        expect(diagnostics[0]).toMatchObject({ code: "TRANSFORM_PARAMETER_INVALID", severity: "error", message: expect.stringContaining("anti_aliasing") });
      });
      continue;
    }
    it(one.name, async () => {
      const found = runOne(resizeSpec, resizeCpu, one.params, item);
      expect(found.shape).toEqual(recorded.shape);
      expectAffine(found.affine, recorded);
      const bytes = recorded.npz === undefined || recorded.npz === null ? undefined : await readRecorded(`monai-more/${recorded.npz}`);
      const whole = bytes === undefined ? undefined : readNpz(bytes).get("data");
      const wanted = whole === undefined ? new Float32Array(0) : (typedData(whole) as Float32Array);
      const sampled = (recorded.samples?.value ?? []).map(Number);
      const range = [...sampled, ...wanted].reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
      // One voxel is torch's mean of the array, summed in an order of its own.
      const tolerance = one.params.mode === "trilinear" || one.name.endsWith("_one") ? range * 1e-6 : 0;
      expect(sampleDifferences(found.data as Float32Array, recorded, tolerance)).toEqual([]);
      if (tolerance === 0) expect(await sha256OfFloats(floatsOf(found))).toBe(recorded.sha256_f32le_Corder);
      wanted.forEach((value, n) => {
        const has = Number(found.data[n]);
        if (!Object.is(has, value) && !(Math.abs(has - value) <= tolerance)) expect.fail(`element ${n} is ${has}, recorded ${value}`);
      });
    });
  }
});

describe("EnsureChannelFirst", async () => {
  for (const one of await casesOf<Case<{ channel_dim?: "no_channel" | number }>>("EnsureChannelFirst")) {
    const recorded = one.output;
    if (recorded === undefined) {
      it(`${one.name}: fails as MONAI does`, () => {
        const text = JSON.stringify({ inputs: { image: "IMAGE" }, transforms: [{ _target_: "EnsureChannelFirstd", keys: "image" }], outputs: { OUT: "image" } });
        expect(parseChain(text, { file: "m/1/transforms.json" }).diagnostics[0]).toMatchObject({ code: "TRANSFORM_PARAMETER_INVALID" });
      });
      continue;
    }
    const frames = recorded.shape[0] ?? 1;
    const several = recorded.shape.length === 5 ? (recorded.shape[4] ?? 1) : frames;
    const volume = several === 1 ? await recordedVolume(one.input.volume ?? "") : await framesOf(one.input.volume ?? "", several);
    if (volume === undefined) {
      it.skip(`${one.name}: ${one.input.volume} is not among the recorded reference data`, () => {});
      continue;
    }
    it(one.name, async () => {
      // Left out, MONAI takes what the file's reader noted: the last axis of a 4-D file, none of a 3-D file. Tensors carry no such note.
      const channel_dim = one.params.channel_dim ?? (volume.shape.length === 4 ? -1 : "no_channel");
      const found = runOne(ensureChannelFirstSpec, ensureChannelFirstCpu, { channel_dim }, volume);
      expect(found.shape).toEqual(recorded.shape);
      expectAffine(found.affine, recorded);
      expect(await sha256OfFloats(found.data as Float32Array)).toBe(recorded.sha256_f32le_Corder);
    });
  }
});

/** All frames of a 4-D volume, the frame being the last axis. */
async function framesOf(path: string, count: number): Promise<ArrayItem | undefined> {
  const frames = await Promise.all(Array.from({ length: count }, (_, frame) => recordedVolume(path, frame)));
  const first = frames[0];
  if (first === undefined) return undefined;
  const data = new Float32Array(first.data.length * count);
  frames.forEach((frame, t) => frame?.data.forEach((value: number | bigint, n: number) => (data[n * count + t] = Number(value))));
  return { ...first, shape: [...first.shape, count], data };
}

function numbersFrom(values: readonly (number | null | string)[]): Float32Array {
  return Float32Array.from(values, (value) => (value === null ? NaN : value === "inf" ? Infinity : value === "-inf" ? -Infinity : Number(value)));
}

describe("CastToType", async () => {
  for (const one of await casesOf<Case<{ dtype: string }>>("CastToType")) {
    const recorded = one.output;
    const volume = one.input.volume === undefined ? undefined : await recordedVolume(one.input.volume);
    const item: ArrayItem | undefined = Array.isArray(one.input.array)
      ? { dataType: "TYPE_FP32", shape: one.input.shape ?? [], data: numbersFrom(one.input.array as number[]) }
      : volume && { ...volume, shape: [1, ...volume.shape] };
    if (item === undefined || recorded === undefined) {
      it.skip(`${one.name}: not among the recorded reference data`, () => {});
      continue;
    }
    it(one.name, async () => {
      const dtype = one.params.dtype.replace(/^<class '(.*)'>$/, "$1");
      expect(castToTypeSpec.check?.({ dtype })).toEqual([]);
      const found = runOne(castToTypeSpec, castToTypeCpu, { dtype }, item);
      expect(found.dataType).toBe(fromNumpy(recorded.dtype) satisfies DataType | undefined);
      expect(found.shape).toEqual(recorded.shape);
      expect(await sha256OfFloats(floatsOf(found))).toBe(recorded.sha256_f32le_Corder);
    });
  }
});

describe("AsDiscrete", async () => {
  for (const one of await casesOf<Case<Partial<AsDiscreteParameters> & { to_onehot?: number | string }>>("AsDiscrete")) {
    const { to_onehot, ...rest } = one.params;
    const params: Partial<AsDiscreteParameters> = { ...rest, ...(to_onehot === undefined ? {} : { to_onehot: to_onehot === null ? null : Number(to_onehot) }) };
    const data = Array.isArray(one.input.array) ? withNegativeZeros(one.name, numbersFrom(one.input.array as number[])) : generated(one.input.generator ?? "", one.input.shape ?? []);
    const item: ArrayItem = { dataType: "TYPE_FP32", shape: one.input.shape ?? [], data };
    const recorded = one.output;
    if (recorded === undefined) {
      it(`${one.name}: fails as MONAI does`, () => {
        expect(() => runOne(asDiscreteSpec, asDiscreteCpu, params, item)).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED" }));
      });
      continue;
    }
    it(one.name, async () => {
      const found = runOne(asDiscreteSpec, asDiscreteCpu, params, item);
      expect(found.dataType).toBe(fromNumpy(recorded.dtype));
      expect(found.shape).toEqual(recorded.shape);
      expect(sampleDifferences(floatsOf(found), recorded, 0)).toEqual([]);
      expect(await sha256OfFloats(floatsOf(found))).toBe(recorded.sha256_f32le_Corder);
    });
  }
});

/** The "special" arrays hold 0 and -0 one after the other; the recorded JSON has lost the sign, the recorded hash of rounding has not. */
function withNegativeZeros(name: string, data: Float32Array): Float32Array {
  return name.includes("_special_") ? data.map((value, n) => (n > 0 && value === 0 && data[n - 1] === 0 ? -0 : value)) : data;
}

/** The arrays that the recorder's generator made: a linear congruential sequence, "seed 1, value=float32((u-0.5)*8)". */
function generated(rule: string, shape: readonly number[]): TypedData {
  const [, seed = "1", scale = "8"] = /seed (\d+), value=float32\(\(u-0\.5\)\*(\d+)\)/.exec(rule) ?? [];
  let state = Number(seed);
  return Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * Number(scale);
  });
}

describe("an aborted chain", () => {
  it("ends before the next transform", async () => {
    const { chain } = parseChain(
      JSON.stringify({ inputs: { image: "IMAGE" }, transforms: [{ _target_: "EnsureTyped", keys: "image" }], outputs: { OUT: "image" } }),
      { file: "m/1/transforms.json" },
    );
    const config = { max_batch_size: 0, input: [CONFIG.input[0]], output: [{ name: "OUT", data_type: "TYPE_FP32", dims: [-1] }] } as unknown as ModelConfig;
    const inputs = new Map([["IMAGE", { dataType: "TYPE_FP32" as const, shape: [1], data: new Float32Array(1) }]]);
    const table = chain === undefined ? new Map() : await loadCpuTable(chain);
    expect(() => chain && runChainOnCpu(chain, config, inputs, table, AbortSignal.abort())).toThrow(expect.toSatisfy(isAbort));
  });
});
