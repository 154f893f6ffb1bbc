import { ConchError } from "../../base/errors.ts";
import { floatBits, type Shader } from "../../runtime/gpu.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { filled, replaceEach, shareArray, spatialSizes, withTemporaries, type GpuArray, type GpuContext, type GpuTransform } from "../gpu-array.ts";
import { castArray, forceArray, settleArray } from "../gpu-conversion.ts";
import float64 from "../gpu-float64.wgsl?raw";
import { resizeAffine, resizeGeometry } from "../gpu-geometry.ts";
import prelude from "../gpu-prelude.wgsl?raw";
import { scaleWords } from "../gpu-scale.ts";
import scale from "../gpu-scale.wgsl?raw";
import mean from "./mean.wgsl?raw";
import body from "./resize.wgsl?raw";
import { isLinear, resizedSizes, type ResizeParameters } from "./spec.ts";

const shader: Shader = { label: "resize", code: prelude + scale + float64 + body + mean };
const REASON = "the data-dependent box of CropForeground, because Resize keeps one of its sizes";

/** Resize on the GPU: reads through a window and a deferred intensity scale, so that scale, crop and resize are one pass. */
export const resizeGpu: GpuTransform<ResizeParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) =>
    withTemporaries(async (own) => {
      const sizes = array.shape.slice(1);
      const unknown = array.window === undefined ? sizes : sizes.map(() => null);
      let to = resizedSizes(parameters, unknown, key);
      let source = array;
      if (to.includes(null)) {
        source = own(await settleArray(context, source, REASON));
        to = resizedSizes(parameters, source.shape.slice(1), key);
      }
      const target = to.map((size) => size ?? 1);
      if (source.window === undefined && target.every((size, axis) => size === source.shape[axis + 1])) {
        return castArray(context, source, "TYPE_FP32");
      }
      if (source.logits !== undefined) source = own(await forceArray(context, source));
      if (source.dataType !== "TYPE_FP32") source = own(await castArray(context, source, "TYPE_FP32"));
      return resample(context, parameters, key, source, target);
    }),
  );

async function resample(context: GpuContext, parameters: ResizeParameters, key: string, source: GpuArray, to: readonly number[]): Promise<GpuArray> {
  const { gpu } = context;
  const rank = to.length;
  const shape = [source.shape[0] ?? 1, ...to];
  const sizes = spatialSizes(shape);
  const count = elementCount(shape);
  return withTemporaries(async (own) => {
    const geometry = own(await resizeGeometry(context, source, sizes, () => emptyError(parameters, rank, key)));
    const affine = source.affine && own(await resizeAffine(gpu, source.affine, geometry, sizes, rank));
    const buffer = await filled(gpu, "resize/out", count * 4, (target) =>
      gpu.dispatch({
        shader,
        entry: entryOf(parameters, to),
        bindings: { 0: source.buffer, 1: geometry, 2: target },
        uniforms: [
          ...scaleWords(source.deferred),
          count,
          ...spatialSizes(source.shape),
          ...sizes,
          floatBits(source.window?.fill ?? 0),
          parameters.align_corners === true ? 1 : 0,
        ],
        threads: isMean(parameters, to) ? count * 256 : count,
      }),
    );
    return shareArray(source, { buffer, shape, deferred: undefined, window: undefined, ...(affine && { affine: affine.retain() }) });
  });
}

/** torch takes another way to a single voxel: a mean whose sum is as good as exact. */
function isMean({ mode }: ResizeParameters, to: readonly number[]): boolean {
  return mode === "area" && to.every((size) => size === 1);
}

function entryOf(parameters: ResizeParameters, to: readonly number[]): string {
  if (isMean(parameters, to)) return "mean";
  return isLinear(parameters.mode) ? "trilinear" : parameters.mode.replace("-", "_");
}

/** The error of an empty array, in the words of the shape rule. */
function emptyError(parameters: ResizeParameters, rank: number, key: string): ConchError {
  try {
    resizedSizes(parameters, Array.from({ length: rank }, () => 0), key);
  } catch (thrown) {
    if (thrown instanceof ConchError) return thrown;
  }
  return new ConchError("TRANSFORM_FAILED", `Resize of "${key}": the array is empty`, { data: { transform: "Resize", key } });
}
