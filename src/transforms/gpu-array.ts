import { bytesPerElement, DATA_TYPES, type DataType } from "../tensor/data-type.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { Gpu } from "../runtime/gpu.ts";
import type { GpuBuffer } from "../runtime/memory/gpu-memory.ts";
import type { RunReport } from "../runtime/run-report.ts";
import type { DeferredScale } from "./gpu-scale.ts";
import type { ImageMode } from "./transform.ts";

/**
 * A dictionary entry in GPU memory: MONAI's MetaTensor. It holds one reference to each of its buffers; `releaseArray` gives them back.
 * Two entries of a dictionary may be the same object (CopyItems), which then is released once.
 */
export interface GpuArray {
  /** Of the values, after what is deferred. */
  readonly dataType: DataType;
  /** Of the elements in `buffer`; with a window, the image in which the window lies. */
  readonly shape: readonly number[];
  readonly buffer: GpuBuffer;
  /** Voxel index → RAS millimetres of the values: row-major 4 × 4 float64 bits, 128 bytes. */
  readonly affine?: GpuBuffer;
  /** The entry is a PIL image, TYPE_UINT8 [height, width, channels], and no array yet. Never together with what is deferred. */
  readonly image?: ImageMode;
  /** The values are whole numbers from 0 below this, for what AsDiscrete made; absent where nobody knows. */
  readonly labelCount?: number;
  /**
   * `buffer` holds logits, channel first, of which the values (one float32 channel) are the argmax that readers still have to take. Never
   * together with `deferred` or `window`.
   */
  readonly logits?: { readonly dataType: DataType; readonly channels: number };
  /**
   * The values again, where they are 0 and 1 alone: 2 × 2 × 2 voxels per byte (bit = axis 2 + 2 · axis 1 + 4 · axis 0), four bytes a word,
   * blocks in C order.
   */
  readonly blocks?: GpuBuffer;
  /** A pointwise map that readers still have to apply to the float32 elements. */
  readonly deferred?: DeferredScale;
  /** The part of the image that the values are; its size depends on the data and is known to the GPU alone. */
  readonly window?: GpuWindow;
}

/** A box in GPU memory that says which part of an array counts. */
export interface GpuWindow {
  /** 8 words: start 0..2, 0, end 0..2, 0; trailing axes that the array does not have are 0..1. */
  readonly box: GpuBuffer;
  /** Whether the box can reach beyond the image, where the value is `fill`. */
  readonly mayLeave: boolean;
  /** After what is deferred. Other than 0 for float32 only. */
  readonly fill: number;
}

/** What every GPU transform works with. */
export interface GpuContext {
  readonly gpu: Gpu;
  readonly report: RunReport;
  readonly signal: AbortSignal;
}

/**
 * The KIND_GPU path of a transform: a new dictionary whose unchanged entries are the same objects, and whose new ones are owned by it. It
 * neither releases its input nor waits for the GPU. Throws TRANSFORM_FAILED and DEVICE_LIMIT; what only the data can tell goes to the report.
 */
export type GpuTransform<P> = (
  context: GpuContext,
  parameters: P,
  keys: readonly string[],
  dictionary: ReadonlyMap<string, GpuArray>,
) => Promise<Map<string, GpuArray>>;

/** The code of a data type in WGSL: its value in model_config.proto. */
export function typeCode(dataType: DataType): number {
  return DATA_TYPES.indexOf(dataType);
}

/** Bytes of the elements of an array of this type and shape. */
export function arrayBytes(dataType: DataType, shape: readonly number[]): number {
  return elementCount(shape) * bytesPerElement(dataType);
}

/** Invocations of a kernel that writes one word each, or one 8-byte element each. */
export function wordThreads(dataType: DataType, elements: number): number {
  const bytes = bytesPerElement(dataType);
  return bytes === 8 ? elements : Math.ceil((elements * bytes) / 4);
}

/** The three spatial sizes of a channel-first shape; axes that it does not have are 1, which leaves the C order as it is. */
export function spatialSizes(shape: readonly number[]): [number, number, number] {
  const [, a = 1, b = 1, c = 1] = shape;
  return [a, b, c];
}

/** What is left of an entry's properties when they are taken away or stay behind. */
type Changes = { readonly [K in keyof GpuArray]?: GpuArray[K] | undefined };

/**
 * Another entry that shares the buffers, with references of its own; `changes` says what differs. Buffers in `changes` are handed over. What
 * is known of the values goes with a change of anything but the affine, unless `changes` says it again.
 */
export function shareArray(array: GpuArray, changes: Changes = {}): GpuArray {
  const sameValues = Object.keys(changes).every((key) => key === "affine");
  const known = sameValues ? {} : { labelCount: undefined, blocks: undefined, ...(changes.buffer && { logits: undefined }) };
  const given: Changes = { ...known, ...changes };
  if (given.buffer === undefined) array.buffer.retain();
  for (const name of ["affine", "blocks"] as const) if (!(name in given)) array[name]?.retain();
  if (!("window" in given)) array.window?.box.retain();
  const entries = Object.entries({ ...array, ...given }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as GpuArray;
}

/** Gives the references of an entry back. */
export function releaseArray(array: GpuArray): void {
  array.buffer.release();
  array.affine?.release();
  array.blocks?.release();
  array.window?.box.release();
}

/** Releases the entries of `before` that `after` does not hold any more. */
export function releaseDropped(before: ReadonlyMap<string, GpuArray>, after: ReadonlyMap<string, GpuArray>): void {
  const kept = new Set(after.values());
  for (const array of new Set(before.values())) if (!kept.has(array)) releaseArray(array);
}

/** Runs `body` with buffers that end with it: `own` registers one and returns it. */
export async function withTemporaries<T>(body: (own: <B extends GpuBuffer | GpuArray>(held: B) => B) => Promise<T>): Promise<T> {
  const held: (GpuBuffer | GpuArray)[] = [];
  try {
    return await body((buffer) => {
      held.push(buffer);
      return buffer;
    });
  } finally {
    for (const one of held) {
      if ("release" in one) one.release();
      else releaseArray(one);
    }
  }
}

/** Fills a new buffer; when that fails the buffer is released. */
export async function filled(gpu: Gpu, label: string, byteLength: number, fill: (target: GpuBuffer) => Promise<void>): Promise<GpuBuffer> {
  const target = gpu.memory.allocate(label, byteLength);
  try {
    await fill(target);
    return target;
  } catch (thrown) {
    target.release();
    throw thrown;
  }
}

/** A new dictionary in which each key's entry was replaced by what `change` makes of it. On failure nothing made here stays. */
export async function replaceEach(
  keys: readonly string[],
  dictionary: ReadonlyMap<string, GpuArray>,
  change: (array: GpuArray, key: string) => Promise<GpuArray>,
): Promise<Map<string, GpuArray>> {
  const result = new Map(dictionary);
  const made: GpuArray[] = [];
  try {
    for (const key of keys) {
      const array = dictionary.get(key);
      if (array === undefined) throw new Error(`Conch bug: the chain checked that key "${key}" exists`);
      const changed = await change(array, key);
      if (changed !== array) made.push(changed);
      result.set(key, changed);
    }
    return result;
  } catch (thrown) {
    for (const array of made) releaseArray(array);
    throw thrown;
  }
}
