// What the tests against MONAI's recorded results share.
import { niftiInput } from "../inputs/nifti/decode.ts";
import type { TypedData } from "../tensor/data-type.ts";
import type { ArrayItem, CpuTransform, TransformSpec } from "../transforms/transform.ts";
import { readRecorded } from "./recorded.ts";

/** What is recorded of an array: `null` is NaN. */
export interface RecordedArray {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256_f32le_Corder: string;
  readonly nan?: number;
  readonly affine_after?: readonly (readonly number[])[];
  readonly samples?: { readonly index: readonly number[]; readonly value: readonly (number | string | null)[]; readonly half_tie?: readonly number[] };
}

/** A volume as LoadImage reads it, float32 and without channel, or undefined where the recorded data are not there. */
export async function recordedVolume(path: string, frame?: number): Promise<ArrayItem | undefined> {
  const paths = path.endsWith(".hdr") ? [path, path.replace(/\.hdr$/, ".img")] : [path];
  const files: { name: string; bytes: Uint8Array<ArrayBuffer> }[] = [];
  for (const name of paths) {
    const bytes = await readRecorded(name);
    if (bytes === undefined) return undefined;
    files.push({ name: name.split("/").at(-1) ?? name, bytes });
  }
  const target = { name: "IMAGE", dataType: "TYPE_FP32", dims: [-1, -1, -1], batch: false } as const;
  const { tensor, affine } = niftiInput.decode(files, target, frame === undefined ? {} : { frame });
  return { dataType: "TYPE_FP32", shape: tensor.shape, data: tensor.data as Float32Array, ...(affine === undefined ? {} : { affine }) };
}

/** The SHA-256 of the elements as little-endian float32, every NaN with the bits that torch gives its own. */
export async function sha256OfFloats(data: ArrayLike<number>): Promise<string> {
  const floats = Float32Array.from(data);
  const digest = await crypto.subtle.digest("SHA-256", floats.buffer as ArrayBuffer);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** All parameters of a transform: the given ones and the spec's defaults. */
export function withDefaults<P>(spec: TransformSpec<P>, given: Partial<P>): P {
  const defaults = Object.entries<{ default?: unknown }>(spec.parameters).map(([name, parameter]) => [name, parameter.default]);
  return { ...Object.fromEntries(defaults), ...given } as P;
}

/** A transform run on one array under the key "image". */
export function runOne<P>(spec: TransformSpec<P>, cpu: CpuTransform<P>, given: Partial<P>, item: ArrayItem): ArrayItem {
  const result = cpu(withDefaults(spec, given), ["image"], new Map([["image", item]])).get("image");
  if (result === undefined) throw new Error(`${spec.name} lost its key`);
  return result;
}

/** The elements as a plain array, for comparing. */
export function elementsOf(data: TypedData | undefined): (number | bigint)[] {
  return data === undefined ? [] : Array.from(data as Float32Array);
}

/** Recorded packed bits as 0 and 1: voxel n is bit n & 7 of byte n >> 3. */
export function unpackBits(bytes: Uint8Array, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, n) => ((bytes[n >> 3] ?? 0) >> (n & 7)) & 1);
}

/** Places where the found elements are not the recorded samples within `tolerance`: "12: 0.5, recorded 0.25". Ties of nearest are not judged. */
export function sampleDifferences(found: ArrayLike<number>, recorded: RecordedArray, tolerance: number): string[] {
  const { index, value, half_tie } = recorded.samples ?? { index: [], value: [] };
  return index.flatMap((at, n) => {
    const wanted = numberOf(value[n] ?? null);
    const has = found[at] ?? NaN;
    const agrees = Object.is(has, wanted) || Math.abs(has - wanted) <= tolerance || half_tie?.[n] === 1;
    return agrees ? [] : [`${at}: ${has}, recorded ${wanted}`];
  });
}

function numberOf(value: number | string | null): number {
  if (value === null) return NaN;
  if (typeof value === "number") return Math.fround(value);
  return value === "inf" ? Infinity : -Infinity;
}
