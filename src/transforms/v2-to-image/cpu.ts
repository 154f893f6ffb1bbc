import { mapEntries } from "../dictionary.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { checkImage, tensorShape, type ToImageParameters } from "./spec.ts";

/** torchvision's ToImage. */
export const v2ToImageCpu: CpuTransform<ToImageParameters> = (_, keys, dictionary) =>
  mapEntries("v2.ToImage", keys, dictionary, (item, key) => tensorOf("v2.ToImage", key, item));

/** torchvision's PILToTensor. */
export const v2PilToTensorCpu: CpuTransform<ToImageParameters> = (_, keys, dictionary) =>
  mapEntries("v2.PILToTensor", keys, dictionary, (item, key) => {
    checkImage(item, key);
    return tensorOf("v2.PILToTensor", key, item);
  });

function tensorOf(transform: string, key: string, item: ArrayItem): ArrayItem {
  const { dataType, image } = item;
  const shape = tensorShape(transform, key, item);
  return { dataType, shape, data: image === undefined ? item.data : channelFirst(item.data as Uint8Array, shape[0] ?? 1) };
}

function channelFirst(pixels: Uint8Array, channels: number): Uint8Array {
  const plane = pixels.length / channels;
  const planes = new Uint8Array(pixels.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < plane; i++) planes[channel * plane + i] = pixels[i * channels + channel] as number;
  }
  return planes;
}
