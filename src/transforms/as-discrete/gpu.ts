import { ConchError } from "../../base/errors.ts";
import type { Shader } from "../../runtime/gpu.ts";
import type { DataType } from "../../tensor/data-type.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { dataTypeOfDtype } from "../dtype-name.ts";
import { arrayBytes, filled, replaceEach, shareArray, typeCode, withTemporaries, type GpuArray, type GpuContext, type GpuTransform } from "../gpu-array.ts";
import { castArray, forceArray, settleArray } from "../gpu-conversion.ts";
import elements from "../gpu-elements.wgsl?raw";
import float64 from "../gpu-float64.wgsl?raw";
import order from "../gpu-order.wgsl?raw";
import prelude from "../gpu-prelude.wgsl?raw";
import body from "./as-discrete.wgsl?raw";
import type { AsDiscreteParameters } from "./spec.ts";

const shader: Shader = { label: "as-discrete", code: prelude + float64 + elements + order + body };
const REASON = "the data-dependent box of CropForeground, before AsDiscrete";

/** AsDiscrete on the GPU, exact. A label that to_onehot has no channel for is found at the end of the run. */
export const asDiscreteGpu: GpuTransform<AsDiscreteParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) =>
    withTemporaries(async (own) => {
      let current = own(await settleArray(context, array, REASON));
      if (parameters.argmax) {
        const [channels = 1, ...spatial] = current.shape;
        // Deferred: KeepLargestConnectedComponent takes it while it reads, all others have it made.
        current = own(shareArray(current, { logits: { dataType: current.dataType, channels }, dataType: "TYPE_FP32", shape: [1, ...spatial], labelCount: channels }));
        if (parameters.to_onehot !== null || parameters.threshold !== null || parameters.rounding !== null) current = own(await forceArray(context, current));
      }
      if (parameters.to_onehot !== null) {
        const classes = parameters.to_onehot;
        // int64 goes by way of float32, where what does not fit int32 stays too large.
        const narrow = current.dataType === "TYPE_INT64" ? own(await castArray(context, current, "TYPE_FP32")) : current;
        const labels = own(await castArray(context, narrow, "TYPE_INT32"));
        const [, ...spatial] = labels.shape;
        const word = context.report.flag((value) => labelError(key, (value ^ 0x80000000) | 0, classes));
        current = own(await launch(context, "one_hot", labels, [classes, ...spatial], elementCount(spatial), classes, { word }));
      }
      if (parameters.threshold !== null) {
        const values = own(await castArray(context, current, comparable(current.dataType)));
        const limit = current.dataType === "TYPE_FP64" ? parameters.threshold : Math.fround(parameters.threshold);
        current = own(await launch(context, "threshold", values, values.shape, elementCount(values.shape), 1, { limit }));
      }
      if (parameters.rounding !== null && current.dataType.startsWith("TYPE_FP")) {
        const values = own(await castArray(context, current, comparable(current.dataType)));
        current = own(await launch(context, "rounding", values, values.shape, elementCount(values.shape), 1));
      }
      return castArray(context, current, dataTypeOfDtype(parameters.dtype) ?? current.dataType);
    }),
  );

/** The float type in which values compare and round as in their own. */
function comparable(dataType: DataType): DataType {
  return dataType === "TYPE_FP32" || dataType === "TYPE_FP16" ? "TYPE_FP32" : "TYPE_FP64";
}

async function launch(
  { gpu, report }: GpuContext,
  entry: string,
  source: GpuArray,
  shape: readonly number[],
  count: number,
  channels: number,
  { limit = 0, word }: { limit?: number; word?: number } = {},
): Promise<GpuArray> {
  const dataType = entry === "rounding" ? source.dataType : "TYPE_FP32";
  const buffer = await filled(gpu, `as-discrete/${entry}`, arrayBytes(dataType, shape), (target) =>
    gpu.dispatch({
      shader,
      entry,
      constants: { SOURCE_TYPE: typeCode(source.dataType) },
      bindings: word === undefined ? { 0: source.buffer, 1: target } : { 0: source.buffer, 1: target, 2: report.status },
      uniforms: [count, channels, ...limitBits(source.dataType, limit), word ?? 0],
      threads: count,
    }),
  );
  return shareArray(source, { buffer, shape, dataType });
}

function limitBits(dataType: DataType, limit: number): [number, number] {
  const bytes = new Uint8Array(8);
  bytes.set(new Uint8Array((dataType === "TYPE_FP64" ? new Float64Array([limit]) : new Float32Array([limit])).buffer));
  const words = new Uint32Array(bytes.buffer);
  return [words[0] ?? 0, words[1] ?? 0];
}

function labelError(key: string, label: number, classes: number): ConchError {
  return new ConchError(
    "TRANSFORM_FAILED",
    `AsDiscrete of "${key}": label ${label} has no channel among the ${classes} of to_onehot; MONAI fails here too`,
    { data: { transform: "AsDiscrete", key, label, classes } },
  );
}
