import type { Shader } from "../../runtime/gpu.ts";
import type { GpuBuffer } from "../../runtime/memory/gpu-memory.ts";
import type { DataType } from "../../tensor/data-type.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { arrayBytes, filled, replaceEach, shareArray, typeCode, withTemporaries, wordThreads, type GpuArray, type GpuContext, type GpuTransform } from "../gpu-array.ts";
import { castArray, settleArray } from "../gpu-conversion.ts";
import elements from "../gpu-elements.wgsl?raw";
import prelude from "../gpu-prelude.wgsl?raw";
import resultWords from "../gpu-words.wgsl?raw";
import { imageAxes, imageShape } from "../image-axes.ts";
import alphaBody from "./alpha.wgsl?raw";
import bytesBody from "./bytes.wgsl?raw";
import { antialiasTaps, pillowIndices, pillowTaps, plainTaps, torchIndices, type Taps } from "./cpu-taps.ts";
import floatsBody from "./floats.wgsl?raw";
import nearestBody from "./nearest.wgsl?raw";
import { checkInterpolation, resizedSize, type ResizeParameters, type ResizeSizes } from "./spec.ts";
import tapsBody from "./taps.wgsl?raw";

const bytesShader: Shader = { label: "v2-resize-bytes", code: prelude + tapsBody + bytesBody };
const floatsShader: Shader = { label: "v2-resize-floats", code: prelude + elements + tapsBody + floatsBody };
const alphaShader: Shader = { label: "v2-resize-alpha", code: prelude + alphaBody };
const nearestShader: Shader = { label: "v2-resize-nearest", code: prelude + elements + nearestBody + resultWords };
const REASON = "the data-dependent box of CropForeground, before v2.Resize";

/**
 * torchvision's Resize on the GPU, columns first and then rows, as two passes over memory. PIL images are equal to Pillow's byte for byte;
 * tensors are computed in float32, also those of float64.
 */
export const v2ResizeGpu: GpuTransform<ResizeParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) =>
    withTemporaries(async (own) => {
      if (array.image === undefined) checkInterpolation(parameters, key);
      const source = own(await settleArray(context, array, REASON));
      const axes = imageAxes("v2.Resize", key, source);
      const [toHeight, toWidth] = resizedSize(parameters, axes.height, axes.width, key).map((size) => size ?? 0) as [number, number];
      if (toHeight === axes.height && toWidth === axes.width) return shareArray(source, { affine: undefined });
      const { height, width } = axes;
      const shape = imageShape(axes, toHeight, toWidth);
      const sizes: ResizeSizes = { outer: elementCount(axes.outer), height, width, inner: elementCount(axes.inner), toHeight, toWidth };
      const { interpolation } = parameters;
      if (interpolation === "nearest" || interpolation === "nearest-exact") return nearest(context, source, sizes, shape, interpolation);
      const resize = source.image === undefined ? resizeTensor : resizePixels;
      return resize(context, source, sizes, shape, { ...parameters, interpolation });
    }),
  );

type Smooth = ResizeParameters & { readonly interpolation: Exclude<ResizeParameters["interpolation"], "nearest" | "nearest-exact"> };

/** One axis of a block of memory. */
interface Axis {
  readonly outer: number;
  readonly inner: number;
  readonly taps: Taps;
}

/** The axes that change their size, columns first. */
function changedAxes({ outer, height, width, inner, toHeight, toWidth }: ResizeSizes, tapsOf: (from: number, to: number) => Taps): Axis[] {
  return [
    ...(width === toWidth ? [] : [{ outer: outer * height, inner, taps: tapsOf(width, toWidth) }]),
    ...(height === toHeight ? [] : [{ outer, inner: toWidth * inner, taps: tapsOf(height, toHeight) }]),
  ];
}

async function resizePixels(context: GpuContext, source: GpuArray, sizes: ResizeSizes, shape: readonly number[], { interpolation }: Smooth): Promise<GpuArray> {
  return withTemporaries(async (own) => {
    const hasAlpha = source.image === "RGBA";
    let buffer = own(hasAlpha ? await multiplyAlpha(context, "multiply", source.buffer) : source.buffer.retain());
    for (const axis of changedAxes(sizes, (from, to) => pillowTaps(from, to, interpolation))) {
      buffer = own(await resample(context, { shader: bytesShader, ...bytesEntry(axis), source: buffer, target: "TYPE_UINT8" }, axis));
    }
    if (hasAlpha) buffer = own(await multiplyAlpha(context, "divide", buffer));
    return shareArray(source, { buffer: buffer.retain(), shape, affine: undefined });
  });
}

/** The entry point of bytes.wgsl for an axis, and how many bytes one invocation of it makes. */
function bytesEntry({ inner }: Axis): Pick<Pass, "entry" | "bytesEach"> {
  if (inner % 4 === 0) return { entry: "resample_words" };
  return inner === 3 ? { entry: "resample_pixels", bytesEach: 12 } : { entry: "resample" };
}

function multiplyAlpha({ gpu }: GpuContext, entry: "multiply" | "divide", source: GpuBuffer): Promise<GpuBuffer> {
  const pixels = source.byteLength / 4;
  return filled(gpu, `v2-resize/${entry}`, source.byteLength, (target) =>
    gpu.dispatch({ shader: alphaShader, entry, bindings: { 0: source, 1: target }, uniforms: [pixels], threads: pixels }),
  );
}

async function resizeTensor(context: GpuContext, source: GpuArray, sizes: ResizeSizes, shape: readonly number[], { interpolation, antialias }: Smooth): Promise<GpuArray> {
  if (interpolation !== "bilinear" && interpolation !== "bicubic") throw new Error("Conch bug: checkInterpolation lets other interpolations of tensors pass");
  return withTemporaries(async (own) => {
    const bytes = source.dataType === "TYPE_UINT8";
    const whole = source.dataType.startsWith("TYPE_INT");
    const start = bytes ? source : own(await castArray(context, source, "TYPE_FP32"));
    let { buffer }: { buffer: GpuBuffer } = start;
    let type = start.dataType;
    const wide = source.dataType === "TYPE_FP64";
    const axes = changedAxes(sizes, (from, to) => (antialias === true ? antialiasTaps : plainTaps)(from, to, interpolation, wide));
    for (const [index, axis] of axes.entries()) {
      const last = index === axes.length - 1;
      const target: DataType = last && bytes ? "TYPE_UINT8" : "TYPE_FP32";
      const constants = { SOURCE_TYPE: typeCode(type), WHOLE: last && whole ? 1 : 0 };
      buffer = own(await resample(context, { shader: floatsShader, entry: target === "TYPE_UINT8" ? "to_bytes" : "to_floats", constants, source: buffer, target }, axis));
      type = target;
    }
    const resized = own(shareArray(source, { buffer: buffer.retain(), shape, dataType: type, affine: undefined }));
    return castArray(context, resized, source.dataType);
  });
}

interface Pass {
  readonly shader: Shader;
  readonly entry: string;
  readonly constants?: Readonly<Record<string, number>>;
  readonly source: GpuBuffer;
  readonly target: DataType;
  /** Bytes that an invocation makes. Default 4, a word. */
  readonly bytesEach?: number;
}

async function resample({ gpu }: GpuContext, { shader, entry, constants, source, target, bytesEach = 4 }: Pass, { outer, inner, taps }: Axis): Promise<GpuBuffer> {
  const count = outer * taps.to * inner;
  return withTemporaries(async (own) => {
    const weights = own(gpu.memory.upload("v2-resize/taps", tapBytes(taps)));
    return filled(gpu, `v2-resize/${entry}`, arrayBytes(target, [count]), (buffer) =>
      gpu.dispatch({
        shader,
        entry,
        ...(constants && { constants }),
        bindings: { 0: source, 1: weights, 2: buffer },
        uniforms: [count, taps.from, taps.to, inner, taps.width],
        threads: Math.ceil(arrayBytes(target, [count]) / bytesEach),
      }),
    );
  });
}

/** Starts, counts and weights one after the other in words, as taps.wgsl reads them. */
function tapBytes({ to, starts, counts, weights }: Taps): Uint8Array {
  const bytes = new Uint8Array(4 * (2 * to + weights.length));
  const words = weights instanceof Float64Array ? Float32Array.from(weights) : weights;
  for (const [index, part] of [starts, counts, words].entries()) bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), 4 * index * to);
  return bytes;
}

async function nearest(context: GpuContext, source: GpuArray, sizes: ResizeSizes, shape: readonly number[], interpolation: "nearest" | "nearest-exact"): Promise<GpuArray> {
  const { gpu } = context;
  const { height, width, toHeight, toWidth, inner } = sizes;
  return withTemporaries(async (own) => {
    const indices = source.image === undefined ? (from: number, to: number) => torchIndices(from, to, interpolation === "nearest-exact") : pillowIndices;
    const table = new Int32Array([...indices(height, toHeight), ...indices(width, toWidth)]);
    const tableBuffer = own(gpu.memory.upload("v2-resize/indices", new Uint8Array(table.buffer)));
    // Wide integers go by way of float32, which other types would not notice.
    const wide = source.dataType === "TYPE_INT32" || source.dataType === "TYPE_INT64";
    const given = wide ? own(await castArray(context, source, "TYPE_FP32")) : source;
    const count = elementCount(shape);
    const buffer = await filled(gpu, "v2-resize/nearest", arrayBytes(given.dataType, shape), (target) =>
      gpu.dispatch({
        shader: nearestShader,
        entry: "main",
        constants: { SOURCE_TYPE: typeCode(given.dataType) },
        bindings: { 0: given.buffer, 1: target, 2: tableBuffer },
        uniforms: [count, height, width, toHeight, toWidth, inner],
        threads: wordThreads(given.dataType, count),
      }),
    );
    const picked = own(shareArray(given, { buffer, shape, affine: undefined }));
    return castArray(context, picked, source.dataType);
  });
}
