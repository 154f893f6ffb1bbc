import type { Shader } from "../../runtime/gpu.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { arrayBytes, filled, replaceEach, shareArray, type GpuTransform } from "../gpu-array.ts";
import prelude from "../gpu-prelude.wgsl?raw";
import scale from "../gpu-scale.wgsl?raw";
import { tensorShape, type ToTensorParameters } from "./spec.ts";
import body from "./to-tensor.wgsl?raw";

const shader: Shader = { label: "v2-to-tensor", code: prelude + scale + body };

/** torchvision's ToTensor on the GPU, equal to the last bit. */
export const v2ToTensorGpu: GpuTransform<ToTensorParameters> = ({ gpu }, _, keys, dictionary) =>
  replaceEach(keys, dictionary, async (array, key) => {
    const shape = tensorShape(array, key);
    const count = elementCount(shape);
    const buffer = await filled(gpu, "v2-to-tensor/out", arrayBytes("TYPE_FP32", shape), (target) =>
      gpu.dispatch({ shader, entry: "main", bindings: { 0: array.buffer, 1: target }, uniforms: [count, shape[0] ?? 1], threads: count }),
    );
    return shareArray(array, { buffer, shape, dataType: "TYPE_FP32", image: undefined, affine: undefined });
  });
