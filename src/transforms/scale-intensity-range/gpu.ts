import type { Shader } from "../../runtime/gpu.ts";
import type { DataType } from "../../tensor/data-type.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { dataTypeOfDtype } from "../dtype-name.ts";
import { arrayBytes, filled, replaceEach, shareArray, typeCode, withTemporaries, wordThreads, type GpuArray, type GpuContext, type GpuTransform } from "../gpu-array.ts";
import { castArray, forceArray, settleArray } from "../gpu-conversion.ts";
import elements from "../gpu-elements.wgsl?raw";
import float64 from "../gpu-float64.wgsl?raw";
import prelude from "../gpu-prelude.wgsl?raw";
import { scaleValue, type DeferredScale } from "../gpu-scale.ts";
import type { ScaleIntensityRangeParameters } from "./spec.ts";
import wideBody from "./wide.wgsl?raw";

const wideShader: Shader = { label: "scale-intensity-range-wide", code: prelude + float64 + elements + wideBody };
const REASON = "the data-dependent box of CropForeground, to scale its padding";

/**
 * ScaleIntensityRange on the GPU. Of float32 (and of integers, which become float32) it is deferred: CropForeground and Resize apply it to
 * the voxels that they read, everything else makes it a pass of its own.
 */
export const scaleIntensityRangeGpu: GpuTransform<ScaleIntensityRangeParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array) =>
    withTemporaries(async (own) => {
      const constant = parameters.a_min.value === parameters.a_max;
      const wanted = parameters.dtype === null || constant ? array.dataType : (dataTypeOfDtype(parameters.dtype) ?? array.dataType);
      const wide = array.dataType === "TYPE_FP16" || array.dataType === "TYPE_FP64";
      const scaled = own(wide ? await scaleWide(context, parameters, array) : await defer(context, parameters, array));
      return castArray(context, scaled, wanted);
    }),
  );

async function defer(context: GpuContext, parameters: ScaleIntensityRangeParameters, array: GpuArray): Promise<GpuArray> {
  const { a_max, b_min, b_max, clip } = parameters;
  const { value, integer } = parameters.a_min;
  return withTemporaries(async (own) => {
    const isFloat = array.dataType === "TYPE_FP32";
    // An int a_min is subtracted in the integer type of the elements, where it wraps around; float32 takes over from there.
    const wraps = !isFloat && integer;
    const float = own(isFloat ? await forceArray(context, array) : await castArray(context, array, "TYPE_FP32", wraps ? value : 0));
    // The divisor is made of the parameters as they stand, also after a_min was subtracted.
    const deferred: DeferredScale = wraps
      ? { a_min: 0, a_max: a_max - value, b_min, b_max, clip }
      : { a_min: value, a_max, b_min, b_max, clip };
    const window = float.window && { ...float.window, box: float.window.box.retain(), fill: float.window.mayLeave ? scaleValue(float.window.fill, deferred) : 0 };
    return shareArray(float, { deferred, ...(window && { window }) });
  });
}

async function scaleWide(context: GpuContext, parameters: ScaleIntensityRangeParameters, array: GpuArray): Promise<GpuArray> {
  const { a_max, b_min, b_max, clip } = parameters;
  const a_min = parameters.a_min.value;
  return withTemporaries(async (own) => {
    const source = array.window?.mayLeave === true ? own(await settleArray(context, array, REASON)) : array;
    const count = elementCount(source.shape);
    const { dataType } = source;
    const maps = b_min !== null && b_max !== null;
    const constant = a_max === a_min;
    const flags =
      (maps || (constant && b_min !== null) ? 2 : 0) |
      (constant ? 8 : 0) |
      (clip && b_min !== null ? 16 : 0) |
      (clip && b_max !== null ? 32 : 0);
    const numbers = [a_min, a_max - a_min, maps ? b_max - b_min : 0, b_min ?? 0, b_min ?? 0, b_max ?? 0];
    const buffer = await filled(context.gpu, "scale-intensity-range/out", arrayBytes(dataType, source.shape), (target) =>
      context.gpu.dispatch({
        shader: wideShader,
        entry: "main",
        constants: { SOURCE_TYPE: typeCode(dataType) },
        bindings: { 0: source.buffer, 1: target },
        uniforms: [count, flags, ...numbers.flatMap((number) => doubleWords(number, dataType))],
        threads: wordThreads(dataType, count),
      }),
    );
    return shareArray(source, { buffer });
  });
}

/** A parameter as torch takes it: a scalar joins a float16 tensor as float32, whose arithmetic is rounded to float16 once per operation. */
function doubleWords(value: number, dataType: DataType): number[] {
  const words = new Uint32Array(new Float64Array([dataType === "TYPE_FP64" ? value : Math.fround(value)]).buffer);
  return [words[0] ?? 0, words[1] ?? 0];
}
