import { allocate } from "../../tensor/data-type.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { mapEntries } from "../dictionary.ts";
import { imageAxes, imageShape } from "../image-axes.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { cropSize, cropStart, type CenterCropParameters } from "./spec.ts";

/** torchvision's CenterCrop: rows are copied, what lies beyond the picture is 0. */
export const v2CenterCropCpu: CpuTransform<CenterCropParameters> = (parameters, keys, dictionary) =>
  mapEntries("v2.CenterCrop", keys, dictionary, (item, key) => cropped(parameters, item, key));

function cropped(parameters: CenterCropParameters, item: ArrayItem, key: string): ArrayItem {
  const axes = imageAxes("v2.CenterCrop", key, item, 2);
  const { height, width } = axes;
  const [toHeight, toWidth] = cropSize(parameters);
  const [top, left] = [cropStart(height, toHeight), cropStart(width, toWidth)];
  const [outer, inner] = [elementCount(axes.outer), elementCount(axes.inner)];
  const shape = imageShape(axes, toHeight, toWidth);
  // Typed as one member of the union: the body is the same for every element type.
  const source = item.data as Uint8Array;
  const data = allocate(item.dataType, elementCount(shape));
  const first = Math.max(left, 0);
  const count = Math.min(left + toWidth, width) - first;
  for (let block = 0; block < outer; block++) {
    for (let row = 0; row < toHeight; row++) {
      const from = row + top;
      if (from < 0 || from >= height) continue;
      const begin = ((block * height + from) * width + first) * inner;
      (data as Uint8Array).set(source.subarray(begin, begin + count * inner), ((block * toHeight + row) * toWidth + first - left) * inner);
    }
  }
  return { dataType: item.dataType, shape, data, ...(item.image && { image: item.image }) };
}
