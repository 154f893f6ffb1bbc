import { floatBits, type Shader } from "../../runtime/gpu.ts";
import type { DataType } from "../../tensor/data-type.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { dataTypeOfDtype } from "../dtype-name.ts";
import { arrayBytes, filled, replaceEach, shareArray, typeCode, withTemporaries, wordThreads, type GpuArray, type GpuContext, type GpuTransform } from "../gpu-array.ts";
import { castArray, settleArray } from "../gpu-conversion.ts";
import elements from "../gpu-elements.wgsl?raw";
import float64 from "../gpu-float64.wgsl?raw";
import prelude from "../gpu-prelude.wgsl?raw";
import resultWords from "../gpu-words.wgsl?raw";
import { conversionOf, type Conversion, type ConvertImageDtypeParameters, type ToDtypeParameters } from "./spec.ts";
import body from "./to-dtype.wgsl?raw";

const shader: Shader = { label: "v2-to-dtype", code: prelude + float64 + elements + body + resultWords };
/** Integers that float32 holds without rounding. */
const NARROW: readonly DataType[] = ["TYPE_BOOL", "TYPE_UINT8", "TYPE_INT8", "TYPE_INT16"];
const REASON = "the data-dependent box of CropForeground, before v2.ToDtype";

/** torchvision's ToDtype on the GPU, equal to the last bit. */
export const v2ToDtypeGpu: GpuTransform<ToDtypeParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) => convert(context, "v2.ToDtype", parameters, array, key));

/** torchvision's ConvertImageDtype on the GPU. */
export const v2ConvertImageDtypeGpu: GpuTransform<ConvertImageDtypeParameters> = (context, { dtype }, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) => convert(context, "v2.ConvertImageDtype", { dtype, scale: true }, array, key));

async function convert(context: GpuContext, transform: string, parameters: ToDtypeParameters, array: GpuArray, key: string): Promise<GpuArray> {
  const to = dataTypeOfDtype(parameters.dtype) ?? array.dataType;
  const conversion = conversionOf(transform, parameters, array, key);
  return withTemporaries(async (own) => {
    const settled = own(await settleArray(context, array, REASON));
    const source = own(shareArray(settled, { affine: undefined }));
    if (conversion.kind === "cast") return castArray(context, source, to);
    if (conversion.kind === "cast, multiply" && to === "TYPE_FP32" && NARROW.includes(source.dataType)) return change(context, source, conversion, to);
    if (conversion.kind === "cast, multiply" || conversion.kind === "shift left") return change(context, own(await castArray(context, source, to)), conversion);
    return castArray(context, own(await change(context, source, conversion)), to);
  });
}

/** The product or shift of a conversion, in the type of the array; of narrow integers the product is made float32 in the same pass. */
async function change({ gpu }: GpuContext, array: GpuArray, conversion: Exclude<Conversion, { kind: "cast" }>, to = array.dataType): Promise<GpuArray> {
  const { dataType, shape } = array;
  const count = elementCount(shape);
  const factor = "factor" in conversion ? conversion.factor : 0;
  const words = new Uint32Array(new Float64Array([dataType === "TYPE_FP64" ? factor : Math.fround(factor)]).buffer);
  const buffer = await filled(gpu, "v2-to-dtype/out", arrayBytes(to, shape), (target) =>
    gpu.dispatch({
      shader,
      entry: to === dataType ? "main" : "to_floats",
      constants: { SOURCE_TYPE: typeCode(dataType), LEFT: conversion.kind === "shift left" ? 1 : 0 },
      bindings: { 0: array.buffer, 1: target },
      uniforms: [count, "by" in conversion ? conversion.by : 0, words[0] ?? 0, words[1] ?? 0, floatBits(factor)],
      threads: wordThreads(to, count),
    }),
  );
  return shareArray(array, { buffer, dataType: to });
}
