import { type TypedData } from "../../tensor/data-type.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { mapEntries } from "../dictionary.ts";
import { castElements } from "../element-cast.ts";
import { imageAxes, imageShape } from "../image-axes.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { premultiplied, resampleBytes, resampleFloats, unmultiplied } from "./cpu-passes.ts";
import { antialiasTaps, pillowIndices, pillowTaps, plainTaps, torchIndices, type Taps } from "./cpu-taps.ts";
import { checkInterpolation, resizedSize, type Interpolation, type ResizeParameters, type ResizeSizes } from "./spec.ts";

/** torchvision's Resize: of PIL images equal to Pillow byte for byte, of tensors to torch within float32 rounding. */
export const v2ResizeCpu: CpuTransform<ResizeParameters> = (parameters, keys, dictionary, signal) =>
  mapEntries("v2.Resize", keys, dictionary, (item, key) => {
    signal?.throwIfAborted();
    return resized(parameters, item, key);
  });

function resized(parameters: ResizeParameters, item: ArrayItem, key: string): ArrayItem {
  const { dataType, data, image } = item;
  if (image === undefined) checkInterpolation(parameters, key);
  const axes = imageAxes("v2.Resize", key, item);
  const { height, width } = axes;
  const [toHeight, toWidth] = resizedSize(parameters, height, width, key).map((size) => size ?? 0) as [number, number];
  const shape = imageShape(axes, toHeight, toWidth);
  const plain = { dataType, shape, ...(image && { image }) };
  if (toHeight === height && toWidth === width) return { ...plain, data };
  const sizes: ResizeSizes = { outer: elementCount(axes.outer), height, width, inner: elementCount(axes.inner), toHeight, toWidth };
  if (image === undefined) return { ...plain, data: resizeTensor(item, sizes, parameters) };
  const pixels = data as Uint8Array;
  if (isNearest(parameters.interpolation)) return { ...plain, data: gather(pixels, sizes, pillowIndices(height, toHeight), pillowIndices(width, toWidth)) };
  return { ...plain, data: image === "RGBA" ? unmultiplied(resizePixels(premultiplied(pixels), sizes, parameters.interpolation)) : resizePixels(pixels, sizes, parameters.interpolation) };
}

function isNearest(interpolation: Interpolation): interpolation is "nearest" | "nearest-exact" {
  return interpolation === "nearest" || interpolation === "nearest-exact";
}

function resizePixels(pixels: Uint8Array, sizes: ResizeSizes, interpolation: Exclude<Interpolation, "nearest" | "nearest-exact">): Uint8Array {
  return resample(pixels, sizes, (from, to) => pillowTaps(from, to, interpolation), resampleBytes);
}

/** Both axes one after the other, columns first; an axis that keeps its size is passed over. */
function resample<D>(data: D, sizes: ResizeSizes, tapsOf: (from: number, to: number) => Taps, pass: (block: { data: D; outer: number; inner: number }, taps: Taps) => D): D {
  const { outer, height, width, inner, toHeight, toWidth } = sizes;
  const narrowed = width === toWidth ? data : pass({ data, outer: outer * height, inner }, tapsOf(width, toWidth));
  return height === toHeight ? narrowed : pass({ data: narrowed, outer, inner: toWidth * inner }, tapsOf(height, toHeight));
}

function resizeTensor({ dataType, data }: ArrayItem, sizes: ResizeSizes, { interpolation, antialias }: ResizeParameters): TypedData {
  const wide = dataType === "TYPE_FP64";
  const { height, width, toHeight, toWidth } = sizes;
  if (interpolation === "nearest" || interpolation === "nearest-exact") {
    const exact = interpolation === "nearest-exact";
    const [rows, columns] = [torchIndices(height, toHeight, exact), torchIndices(width, toWidth, exact)];
    // Wide integers go by way of float32, which other types would not notice.
    if (dataType !== "TYPE_INT32" && dataType !== "TYPE_INT64") return gather(data, sizes, rows, columns);
    return castElements(gather(castElements(data, dataType, "TYPE_FP32"), sizes, rows, columns), "TYPE_FP32", dataType);
  }
  if (interpolation !== "bilinear" && interpolation !== "bicubic") return data;
  const source = (wide ? data : castElements(data, dataType, "TYPE_FP32")) as Float32Array | Float64Array;
  const tapsOf = (from: number, to: number): Taps => (antialias === true ? antialiasTaps : plainTaps)(from, to, interpolation, wide);
  const result = resample(source, sizes, tapsOf, resampleFloats);
  if (wide || dataType === "TYPE_FP32") return result;
  if (/^TYPE_U?INT/.test(dataType)) roundHalfEven(result, dataType === "TYPE_UINT8" ? 255 : Infinity);
  return castElements(result, "TYPE_FP32", dataType);
}

/** Rounds in place; below 0 and above `most` only bytes are cut, which is no change for what is infinite. */
function roundHalfEven(values: Float32Array | Float64Array, most: number): void {
  const whole = 2 ** 23;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const size = Math.abs(value);
    const rounded = size < whole ? Math.fround(Math.fround(size + whole) - whole) * Math.sign(value) : value;
    values[i] = most === 255 ? Math.min(Math.max(rounded, 0), 255) : rounded;
  }
}

function gather<D extends TypedData>(data: D, { outer, height, width, inner }: ResizeSizes, rows: Int32Array, columns: Int32Array): D {
  const result = sameType(data, outer * rows.length * columns.length * inner);
  let at = 0;
  for (let block = 0; block < outer; block++) {
    for (const row of rows) {
      const base = (block * height + row) * width;
      for (const column of columns) {
        const first = (base + column) * inner;
        for (let j = 0; j < inner; j++) result[at++] = data[first + j] as never;
      }
    }
  }
  return result;
}

function sameType<D extends TypedData>(data: D, length: number): D {
  return new (data.constructor as new (length: number) => D)(length);
}
