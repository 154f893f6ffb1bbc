import { mapEntries } from "../dictionary.ts";
import type { CpuTransform } from "../transform.ts";
import { tensorShape, type ToTensorParameters } from "./spec.ts";

/** torchvision's ToTensor: each byte divided by 255, rounded to float32. */
export const v2ToTensorCpu: CpuTransform<ToTensorParameters> = (_, keys, dictionary) =>
  mapEntries("v2.ToTensor", keys, dictionary, (item, key) => {
    const shape = tensorShape(item, key);
    const channels = shape[0] ?? 1;
    const pixels = item.data as Uint8Array;
    const plane = pixels.length / channels;
    const data = new Float32Array(pixels.length);
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < plane; i++) data[channel * plane + i] = (pixels[i * channels + channel] as number) / 255;
    }
    return { dataType: "TYPE_FP32", shape, data };
  });
