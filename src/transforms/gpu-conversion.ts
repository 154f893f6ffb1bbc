import { floatBits, type Shader } from "../runtime/gpu.ts";
import type { GpuBuffer } from "../runtime/memory/gpu-memory.ts";
import type { DataType } from "../tensor/data-type.ts";
import { elementCount } from "../tensor/tensor.ts";
import {
  arrayBytes,
  filled,
  shareArray,
  typeCode,
  withTemporaries,
  wordThreads,
  type GpuArray,
  type GpuContext,
} from "./gpu-array.ts";
import argmaxBody from "./gpu-argmax.wgsl?raw";
import castBody from "./gpu-cast.wgsl?raw";
import elements from "./gpu-elements.wgsl?raw";
import float64 from "./gpu-float64.wgsl?raw";
import forceBody from "./gpu-force.wgsl?raw";
import gatherBody from "./gpu-gather.wgsl?raw";
import order from "./gpu-order.wgsl?raw";
import prelude from "./gpu-prelude.wgsl?raw";
import scale from "./gpu-scale.wgsl?raw";
import { scaleWords } from "./gpu-scale.ts";
import resultWords from "./gpu-words.wgsl?raw";

const castShader: Shader = { label: "cast", code: prelude + float64 + elements + castBody + resultWords };
const argmaxShader: Shader = { label: "argmax", code: prelude + elements + order + argmaxBody };
const forceShader: Shader = { label: "scale-intensity-range", code: prelude + scale + forceBody };
const gatherShader: Shader = { label: "gather", code: prelude + elements + gatherBody + resultWords };

const BOX_FOR_CAST = "the data-dependent box of CropForeground, to convert its padding";

/** The same values with nothing deferred. The caller owns the result. */
export async function forceArray({ gpu }: GpuContext, array: GpuArray): Promise<GpuArray> {
  const { deferred, logits } = array;
  if (logits !== undefined) {
    const voxels = elementCount(array.shape);
    const buffer = await filled(gpu, "as-discrete/argmax", voxels * 4, (target) =>
      gpu.dispatch({
        shader: argmaxShader,
        entry: "main",
        constants: { SOURCE_TYPE: typeCode(logits.dataType) },
        bindings: { 0: array.buffer, 1: target },
        uniforms: [voxels, logits.channels],
        threads: voxels,
      }),
    );
    return shareArray(array, { buffer, labelCount: array.labelCount });
  }
  if (deferred === undefined) return shareArray(array);
  const count = elementCount(array.shape);
  const buffer = await filled(gpu, "scale-intensity-range/out", count * 4, (target) =>
    gpu.dispatch({
      shader: forceShader,
      entry: "main",
      bindings: { 0: array.buffer, 1: target },
      uniforms: [...scaleWords(deferred), count],
      threads: count,
    }),
  );
  return shareArray(array, { buffer, deferred: undefined });
}

/**
 * The same values in another data type, converted as numpy does on x86; a window stays. `minus`, a whole number, is subtracted from integers
 * before, wrapping in their type. The caller owns the result.
 */
export async function castArray(context: GpuContext, array: GpuArray, dataType: DataType, minus = 0): Promise<GpuArray> {
  if (array.dataType === dataType) return shareArray(array);
  return withTemporaries(async (own) => {
    // A fill other than 0 would have to be converted too.
    const keepsWindow = array.window === undefined || (array.window.fill === 0 && minus === 0);
    const source = own(await (keepsWindow ? forceArray(context, array) : settleArray(context, array, BOX_FOR_CAST)));
    const count = elementCount(source.shape);
    const buffer = await filled(context.gpu, "cast/out", arrayBytes(dataType, source.shape), (target) =>
      context.gpu.dispatch({
        shader: castShader,
        entry: "main",
        constants: { SOURCE_TYPE: typeCode(array.dataType), TARGET_TYPE: typeCode(dataType) },
        bindings: { 0: source.buffer, 1: target },
        uniforms: [count, ...wordsOf(minus)],
        threads: wordThreads(dataType, count),
      }),
    );
    return shareArray(source, { buffer, dataType, labelCount: source.labelCount });
  });
}

function wordsOf(integer: number): [number, number] {
  const words = new Uint32Array(new BigInt64Array([BigInt(integer)]).buffer);
  return [words[0] ?? 0, words[1] ?? 0];
}

/** How the elements of a new array are found in another's. */
export interface GatherRule {
  /** Sizes of the result, outermost first; exactly four, leading ones 1. */
  readonly sizes: readonly [number, number, number, number];
  /** Elements of the source from one index to the next along each axis of the result. */
  readonly strides: readonly [number, number, number, number];
  /** Start of the result in the source along the three inner axes, and the source's extent there. Default: all of it. */
  readonly start?: readonly [number, number, number];
  readonly extent?: readonly [number, number, number];
  /** Bits of the value outside the extent. Default 0. */
  readonly fill?: readonly [number, number];
}

/** Moves elements of an array without deferred work. The caller owns the buffer. */
export function gatherElements({ gpu }: GpuContext, label: string, dataType: DataType, source: GpuBuffer, rule: GatherRule): Promise<GpuBuffer> {
  const count = elementCount(rule.sizes);
  const [, ...inner] = rule.sizes;
  return filled(gpu, label, arrayBytes(dataType, rule.sizes), (target) =>
    gpu.dispatch({
      shader: gatherShader,
      entry: "main",
      constants: { SOURCE_TYPE: typeCode(dataType) },
      bindings: { 0: source, 1: target },
      uniforms: [
        count,
        ...rule.sizes,
        ...rule.strides,
        ...(rule.start ?? [0, 0, 0]),
        ...(rule.extent ?? inner),
        ...(rule.fill ?? [0, 0]),
      ],
      threads: wordThreads(dataType, count),
    }),
  );
}

/**
 * The same values with nothing deferred and no window: where the size depends on the data, the box (32 bytes) is read back, for `reason`.
 * The caller owns the result.
 */
export async function settleArray(context: GpuContext, array: GpuArray, reason: string): Promise<GpuArray> {
  const { window } = array;
  if (window === undefined) return forceArray(context, array);
  return withTemporaries(async (own) => {
    const source = own(await forceArray(context, array));
    const [bytes] = await context.gpu.memory.download(reason, [window.box]);
    const box = new Int32Array(bytes?.buffer ?? new ArrayBuffer(32));
    const at = (i: number) => box[i] ?? 0;
    const [channels = 1, ...spatial] = source.shape;
    const size: [number, number, number] = [at(4) - at(0), at(5) - at(1), at(6) - at(2)];
    const [n0, n1, n2] = [spatial[0] ?? 1, spatial[1] ?? 1, spatial[2] ?? 1];
    const buffer = await gatherElements(context, "crop-foreground/out", source.dataType, source.buffer, {
      sizes: [channels, ...size],
      strides: [n0 * n1 * n2, n1 * n2, n2, 1],
      start: [at(0), at(1), at(2)],
      extent: [n0, n1, n2],
      fill: [floatBits(window.fill), 0],
    });
    return shareArray(source, { buffer, shape: [channels, ...size.slice(0, spatial.length)], window: undefined });
  });
}
