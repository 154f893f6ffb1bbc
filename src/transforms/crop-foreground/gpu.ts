import type { Shader } from "../../runtime/gpu.ts";
import type { GpuBuffer } from "../../runtime/memory/gpu-memory.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { releaseArray, replaceEach, shareArray, spatialSizes, typeCode, withTemporaries, type GpuArray, type GpuContext, type GpuTransform } from "../gpu-array.ts";
import { forceArray, settleArray } from "../gpu-conversion.ts";
import elements from "../gpu-elements.wgsl?raw";
import { cropAffine } from "../gpu-geometry.ts";
import { foregroundKeys } from "../gpu-scale.ts";
import body from "./crop-foreground.wgsl?raw";
import { checkBoxParameters, type CropForegroundParameters } from "./spec.ts";

const shader: Shader = { label: "crop-foreground", code: elements + body };
const REASON = "the data-dependent box of an earlier CropForeground";
/** Workgroups of the search: enough to fill a GPU, few enough to keep its six atomics cheap. */
const MOST_GROUPS = 1024;

/**
 * CropForeground on the GPU: the box is found and stays there, the arrays become windows of the same memory. A deferred intensity scale is
 * decided by comparing the values before it, which is exact.
 */
export const cropForegroundGpu: GpuTransform<CropForegroundParameters> = (context, parameters, keys, dictionary) =>
  withTemporaries(async (own) => {
    const source = dictionary.get(parameters.source_key);
    if (source === undefined) throw new Error(`Conch bug: the chain checked that key "${parameters.source_key}" exists`);
    checkBoxParameters(parameters, source.shape);
    const settled = isPlain(source) ? source : own(await settleArray(context, source, REASON));
    const found = await findBox(context, parameters, settled);
    own(found.box);
    const rank = source.shape.length - 1;
    const made: GpuArray[] = [];
    try {
      const result = await replaceEach(keys, dictionary, async (array) => {
        const whole = array === source ? settled : isPlain(array) ? array : own(await settleArray(context, array, REASON));
        const affine = whole.affine && (await cropAffine(context.gpu, whole.affine, found.box, rank));
        const mayLeave = leavesImage(parameters) || whole.shape.slice(1).join() !== settled.shape.slice(1).join();
        return shareArray(whole, { window: { box: found.box.retain(), mayLeave, fill: 0 }, ...(affine && { affine }) });
      });
      for (const [key, buffer] of [
        [parameters.start_coord_key, found.start],
        [parameters.end_coord_key, found.end],
      ] as const) {
        if (key === null) continue;
        const corner: GpuArray = { dataType: "TYPE_INT64", shape: [rank], buffer: buffer.retain() };
        made.push(corner);
        result.set(key, corner);
      }
      return result;
    } catch (thrown) {
      for (const array of made) releaseArray(array);
      throw thrown;
    } finally {
      found.start.release();
      found.end.release();
    }
  });

/** A deferred scale may stay; a window or an argmax may not. */
function isPlain({ window, logits }: GpuArray): boolean {
  return window === undefined && logits === undefined;
}

interface FoundBox {
  box: GpuBuffer;
  start: GpuBuffer;
  end: GpuBuffer;
}

/** The box and its corners as int64; the caller owns the three buffers. */
async function findBox(context: GpuContext, parameters: CropForegroundParameters, array: GpuArray): Promise<FoundBox> {
  const { gpu } = context;
  return withTemporaries(async (own) => {
    const source = array.dataType === "TYPE_FP32" ? array : own(await forceArray(context, array));
    const rank = source.shape.length - 1;
    const count = elementCount(source.shape);
    const { low, high } = foregroundKeys(source.deferred);
    const uniforms = [
      count,
      ...spatialSizes(source.shape),
      low,
      high,
      channelBits(parameters, source.shape[0] ?? 1),
      rank,
      ...threeOf(parameters.margin, 0, rank),
      parameters.allow_smaller ? 1 : 0,
      ...threeOf(parameters.k_divisible, 1, rank),
    ];
    const constants = { SOURCE_TYPE: typeCode(source.dataType) };
    const bounds = own(gpu.memory.allocate("crop-foreground/bounds", 24));
    const box = gpu.memory.allocate("crop-foreground/box", 32);
    const start = gpu.memory.allocate("crop-foreground/start", 8 * rank);
    const end = gpu.memory.allocate("crop-foreground/end", 8 * rank);
    try {
      await gpu.dispatch({ shader, entry: "clear_bounds", constants, bindings: { 1: bounds }, threads: 1 });
      const threads = Math.min(count, MOST_GROUPS * 256);
      await gpu.dispatch({ shader, entry: "find_bounds", constants, bindings: { 0: source.buffer, 1: bounds }, uniforms, threads });
      await gpu.dispatch({ shader, entry: "finish_box", constants, bindings: { 1: bounds, 2: box, 3: start, 4: end }, uniforms, threads: 1, groupSize: 1 });
      return { box, start, end };
    } catch (thrown) {
      for (const buffer of [box, start, end]) buffer.release();
      throw thrown;
    }
  });
}

function leavesImage({ margin, allow_smaller, k_divisible }: CropForegroundParameters): boolean {
  return [k_divisible].flat().some((divisor) => divisor > 1) || (!allow_smaller && [margin].flat().some((size) => size > 0));
}

function threeOf(value: number | readonly number[], absent: number, rank: number): number[] {
  const list = typeof value === "number" ? [value, value, value] : value;
  return [0, 1, 2].map((axis) => (axis < rank ? (list[axis] ?? absent) : absent));
}

function channelBits({ channel_indices }: CropForegroundParameters, channels: number): number {
  if (channel_indices === null) return 0xffffffff;
  return [channel_indices].flat().reduce((bits, index) => (bits | (1 << (index < 0 ? index + channels : index))) >>> 0, 0);
}
