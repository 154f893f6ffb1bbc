import { elementCount } from "../../tensor/tensor.ts";
import { mapEntries } from "../dictionary.ts";
import { castElements, type Numbers } from "../element-cast.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { GRAY_WEIGHTS, grayEntry, PIL_GRAY_WEIGHTS, type GrayscaleParameters } from "./spec.ts";

/** torchvision's Grayscale. */
export const v2GrayscaleCpu: CpuTransform<GrayscaleParameters> = (parameters, keys, dictionary) =>
  mapEntries("v2.Grayscale", keys, dictionary, (item, key) => {
    const made = grayEntry(parameters, item, key);
    const { dataType } = item;
    return { dataType, ...made, data: item.image === undefined ? grayTensor(item, made.shape) : grayPixels(item, made.shape) };
  });

function grayPixels({ data, shape }: ArrayItem, to: readonly number[]): Uint8Array {
  const pixels = data as Uint8Array;
  const channels = shape[2] ?? 1;
  const copies = to[2] ?? 1;
  const result = new Uint8Array(elementCount(to));
  const [red, green, blue] = PIL_GRAY_WEIGHTS;
  for (let i = 0, at = 0; at < result.length; i += channels, at += copies) {
    const sum = (pixels[i] as number) * red + (pixels[i + 1] as number) * green + (pixels[i + 2] as number) * blue;
    result.fill(channels === 1 ? (pixels[i] as number) : (sum + 0x8000) >> 16, at, at + copies);
  }
  return result;
}

function grayTensor({ dataType, data, shape }: ArrayItem, to: readonly number[]): ArrayItem["data"] {
  const wide = dataType === "TYPE_FP64";
  const channels = shape.at(-3) ?? 1;
  const copies = to.at(-3) ?? 1;
  if (channels === 1 && copies === 1) return data;
  const source = (channels === 1 || wide ? data : castElements(data, dataType, "TYPE_FP32")) as Numbers;
  const plane = elementCount(shape.slice(-2));
  const images = elementCount(shape.slice(0, -3));
  const Elements = source.constructor as new (length: number) => Numbers;
  const result = new Elements(images * copies * plane);
  for (let image = 0; image < images; image++) {
    const given = source.subarray(image * channels * plane, (image + 1) * channels * plane);
    const gray = channels === 1 ? given : weighted(given, plane, wide ? (value) => value : Math.fround);
    for (let copy = 0; copy < copies; copy++) result.set(gray, (image * copies + copy) * plane);
  }
  return channels === 1 || wide ? result : castElements(result, "TYPE_FP32", dataType);
}

/** The weighted sum of three planes, each operation rounded. */
function weighted(planes: Numbers, size: number, round: (value: number) => number): Numbers {
  const [red, green, blue] = GRAY_WEIGHTS.map(round) as [number, number, number];
  const result = planes.slice(0, size);
  for (let i = 0; i < size; i++) {
    const sum = round(round((planes[i] as number) * red) + round((planes[i + size] as number) * green));
    result[i] = sum + round((planes[i + 2 * size] as number) * blue);
  }
  return result;
}
