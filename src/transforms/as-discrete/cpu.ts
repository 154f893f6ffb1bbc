import { elementCount } from "../../tensor/tensor.ts";
import { failed, mapEntries } from "../dictionary.ts";
import { dataTypeOfDtype } from "../dtype-name.ts";
import { castElements, castItem, numbersOf, type Numbers } from "../element-cast.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { discreteShape, type AsDiscreteParameters } from "./spec.ts";

/** AsDiscreted. */
export const asDiscreteCpu: CpuTransform<AsDiscreteParameters> = (parameters, keys, dictionary) =>
  mapEntries("AsDiscrete", keys, dictionary, (item, key) => discrete(parameters, item, key));

function discrete(parameters: AsDiscreteParameters, item: ArrayItem, key: string): ArrayItem {
  const { argmax, to_onehot, threshold, rounding, dtype } = parameters;
  const shape = discreteShape(parameters, item.shape, key).map((size) => size ?? 0);
  const voxels = elementCount(shape.slice(1));
  let result = item;
  if (argmax) result = { ...item, dataType: "TYPE_FP32", shape: [1, ...shape.slice(1)], data: argmaxOf(numbersOf(item) as Numbers, item.shape[0] ?? 1, voxels) };
  if (to_onehot !== null) result = { ...result, dataType: "TYPE_FP32", shape, data: oneHot(result, to_onehot, voxels, key) };
  if (threshold !== null) result = { ...result, dataType: "TYPE_BOOL", data: atLeast(result, threshold) };
  if (rounding !== null) result = rounded(result);
  return castItem(result, dataTypeOfDtype(dtype) ?? "TYPE_FP32");
}

/** Index of the largest channel of each voxel; NaN is larger than every number, the first of equals wins. */
function argmaxOf(data: Numbers, channels: number, voxels: number): Float32Array {
  const result = new Float32Array(voxels);
  if (channels === 2 && data instanceof Float32Array) {
    pairArgmax(data, voxels, result);
    return result;
  }
  // In pieces that stay in the cache while the channels pass over them.
  const piece = 8192;
  const best = data.slice(0, Math.min(piece, voxels));
  for (let begin = 0; begin < voxels; begin += piece) {
    const count = Math.min(piece, voxels - begin);
    for (let i = 0; i < count; i++) best[i] = data[begin + i] as number;
    for (let channel = 1; channel < channels; channel++) {
      const base = channel * voxels + begin;
      for (let i = 0; i < count; i++) {
        const value = data[base + i] as number;
        const held = best[i] as number;
        if (value > held || (Number.isNaN(value) && !Number.isNaN(held))) {
          best[i] = value;
          result[begin + i] = channel;
        }
      }
    }
  }
  return result;
}

function pairArgmax(data: Float32Array, voxels: number, result: Float32Array): void {
  for (let i = 0; i < voxels; i++) {
    const first = data[i] as number;
    const second = data[voxels + i] as number;
    // Not (second ≤ first): second is larger, or one of the two is NaN, and then it is the second that wins unless the first is NaN too.
    if (!(second <= first) && !Number.isNaN(first)) result[i] = 1;
  }
}

function oneHot(item: ArrayItem, classes: number, voxels: number, key: string): Float32Array {
  const labels = numbersOf(item);
  const result = new Float32Array(classes * voxels);
  for (let i = 0; i < voxels; i++) {
    const label = Math.trunc(Number(labels[i]));
    if (!(label >= 0 && label < classes)) {
      throw failed("AsDiscrete", key, `to_onehot has ${classes} classes and voxel ${i} the label ${Number(labels[i])}; MONAI fails here too`);
    }
    result[label * voxels + i] = 1;
  }
  return result;
}

function atLeast(item: ArrayItem, threshold: number): Uint8Array {
  const data = numbersOf(item);
  const limit = item.dataType === "TYPE_FP64" ? threshold : Math.fround(threshold);
  const result = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) result[i] = (data[i] as number) >= limit ? 1 : 0;
  return result;
}

// Adding and taking away 2^23 (2^52) rounds to an integer in the format's own mode, half to even; the sign is kept for -0.
function rounded(item: ArrayItem): ArrayItem {
  if (!item.dataType.startsWith("TYPE_FP")) return item;
  const wide = item.dataType === "TYPE_FP64";
  const source = numbersOf(item) as Numbers;
  const target = wide ? new Float64Array(source.length) : new Float32Array(source.length);
  const whole = wide ? 2 ** 52 : 2 ** 23;
  for (let i = 0; i < source.length; i++) {
    const value = source[i] as number;
    const size = Math.abs(value);
    if (!(size < whole)) target[i] = value;
    else {
      const round = wide ? size + whole - whole : Math.fround(size + whole) - whole;
      target[i] = value < 0 || Object.is(value, -0) ? -round : round;
    }
  }
  if (wide) return { ...item, data: target };
  return { ...item, data: castElements(target, "TYPE_FP32", item.dataType) };
}
