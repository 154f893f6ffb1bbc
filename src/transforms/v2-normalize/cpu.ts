import { allocate, type DataType, type TypedData } from "../../tensor/data-type.ts";
import { floatToHalf, halfTable } from "../../tensor/half.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { mapEntries } from "../dictionary.ts";
import type { Numbers } from "../element-cast.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { channelValues, normalizedShape, type NormalizeParameters } from "./spec.ts";

/** torchvision's Normalize: each operation is rounded to the type of the tensor. */
export const v2NormalizeCpu: CpuTransform<NormalizeParameters> = (parameters, keys, dictionary) =>
  mapEntries("v2.Normalize", keys, dictionary, (item, key) => normalized(parameters, item, key));

function normalized(parameters: NormalizeParameters, item: ArrayItem, key: string): ArrayItem {
  const { dataType } = item;
  const shape = normalizedShape(parameters, item, key);
  const channels = shape.at(-3) ?? 1;
  const plane = elementCount(shape.slice(-2));
  const images = elementCount(shape.slice(0, -3));
  const values = channelValues(parameters, dataType, channels);
  const spread = item.shape.at(-3) !== channels;
  const source = item.data as Numbers;
  const data = allocate(dataType, elementCount(shape));
  for (let image = 0; image < images; image++) {
    values.forEach(({ mean, std }, channel) => {
      const at = (image * channels + channel) * plane;
      const from = spread ? image * plane : at;
      normalizePlane(dataType, source.subarray(from, from + plane), data.subarray(at, at + plane), mean, std);
    });
  }
  return { dataType, shape, data };
}

function normalizePlane(dataType: DataType, source: Numbers, target: TypedData, mean: number, std: number): void {
  if (dataType === "TYPE_FP32") for (let i = 0; i < source.length; i++) target[i] = Math.fround((source[i] as number) - mean) / std;
  else if (dataType === "TYPE_FP64") for (let i = 0; i < source.length; i++) target[i] = ((source[i] as number) - mean) / std;
  else {
    const table = halfTable();
    for (let i = 0; i < source.length; i++) target[i] = floatToHalf((table[floatToHalf((table[source[i] as number] as number) - mean)] as number) / std);
  }
}
