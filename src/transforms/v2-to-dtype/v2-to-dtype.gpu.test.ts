import { describe, test } from "vitest";
import { numpyName } from "../../tensor/data-type.ts";
import { expectTwins, noise, OBLIQUE, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import { ARRAY_TYPES } from "../dtype-name.ts";
import { castElements } from "../element-cast.ts";
import type { ArrayItem } from "../transform.ts";
import { v2ConvertImageDtypeCpu, v2ToDtypeCpu } from "./cpu.ts";
import { v2ConvertImageDtypeGpu, v2ToDtypeGpu } from "./gpu.ts";
import { conversionOf, v2ConvertImageDtypeSpec, v2ToDtypeSpec } from "./spec.ts";

/** Whole numbers over the range of the type; floats from 0 to 1 and a little around. */
function tensor(dataType: ArrayItem["dataType"]): ArrayItem {
  const float = dataType.startsWith("TYPE_FP");
  const reach = { TYPE_BOOL: 2, TYPE_UINT8: 256, TYPE_INT8: 256, TYPE_INT16: 65536, TYPE_INT32: 2 ** 32, TYPE_INT64: 2 ** 53 }[dataType as "TYPE_BOOL"] ?? 1;
  const values = new Float64Array(3 * 11 * 13).map((_, i) => {
    if (float) return i < 2 ? i : noise(i) * 1.01 - 0.003;
    return Math.floor(noise(i) * reach) - (dataType.startsWith("TYPE_INT") ? reach / 2 : 0);
  });
  return { dataType, shape: [3, 11, 13], data: castElements(values, "TYPE_FP64", dataType), affine: new Float64Array(OBLIQUE) };
}

function isPossible(from: ArrayItem["dataType"], dtype: string, scale: boolean): boolean {
  try {
    conversionOf("v2.ToDtype", { dtype, scale }, { dataType: from }, "image");
    return true;
  } catch {
    return false;
  }
}

describe("v2.ToDtype on the GPU", () => {
  test.each(ARRAY_TYPES)("%s to every type, with and without scale, equals the CPU bit for bit", (from) =>
    withGpu(async (gpu) => {
      for (const to of ARRAY_TYPES) {
        for (const scale of [false, true]) {
          const dtype = numpyName(to);
          if (isPossible(from, dtype, scale)) await expectTwins(gpu, [step(v2ToDtypeSpec, v2ToDtypeCpu, v2ToDtypeGpu, { dtype, scale })], new Map([["image", tensor(from)]]));
        }
      }
    }),
  );

  test("ConvertImageDtype is ToDtype with scale", () =>
    withGpu((gpu) => expectTwins(gpu, [step(v2ConvertImageDtypeSpec, v2ConvertImageDtypeCpu, v2ConvertImageDtypeGpu)], new Map([["image", tensor("TYPE_UINT8")]]))));
});
