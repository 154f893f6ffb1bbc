import { ConchError } from "../../base/errors.ts";
import type { Dispatch, Shader } from "../../runtime/gpu.ts";
import type { GpuBuffer } from "../../runtime/memory/gpu-memory.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { spatialSizes, typeCode, withTemporaries, wordThreads, type GpuArray, type GpuContext } from "../gpu-array.ts";
import elements from "../gpu-elements.wgsl?raw";
import float64 from "../gpu-float64.wgsl?raw";
import prelude from "../gpu-prelude.wgsl?raw";
import body from "./label-components.wgsl?raw";
import unionFind from "./union-find.wgsl?raw";

const shader: Shader = { label: "label-components", code: prelude + float64 + elements + unionFind + body };

/** Labels that the shader's table has room for, 0 included. */
const LABELS = 65536;

/**
 * Erases in `target`, a copy of `source`, all but the largest components of each label that occurs. Which labels those are stays on the GPU: nothing
 * is read back. Values other than whole numbers below 65,536 are flagged in the run's report.
 * @param neighbours 6, 18 or 26.
 */
export function keepOfEachLabel(
  { gpu, report }: GpuContext,
  { neighbours, components, key }: { readonly neighbours: number; readonly components: number; readonly key: string },
  source: GpuArray,
  target: GpuBuffer,
): Promise<void> {
  const size = spatialSizes(source.shape);
  const voxels = elementCount(size);
  const word = report.flag(() => noLabel(key));
  const constants = { SOURCE_TYPE: typeCode(source.dataType), NEIGHBOURS: neighbours };
  const launch = (entry: string, bindings: Dispatch["bindings"], threads = voxels): Promise<void> =>
    gpu.dispatch({ shader, entry, constants, bindings, uniforms: [...size, word], threads });
  return withTemporaries(async (own) => {
    const scratch = (part: string, bytes: number) => own(gpu.memory.allocate(`label-components/${part}`, bytes));
    const labels = scratch("labels", voxels * 4);
    const parents = scratch("parents", voxels * 4);
    const counts = scratch("counts", voxels * 4);
    const best = scratch("best", LABELS * 8);
    await launch("read_labels", { 0: source.buffer, 1: labels, 2: parents, 3: counts, 6: report.status });
    await launch("join", { 1: labels, 2: parents });
    await launch("count", { 1: labels, 2: parents, 3: counts });
    for (let turn = 0; turn < components; turn++) {
      gpu.clear(best);
      await launch("find_greatest", { 1: labels, 3: counts, 4: best });
      await launch("find_last", { 1: labels, 3: counts, 4: best });
      await launch("keep", { 1: labels, 3: counts, 4: best });
    }
    await launch("erase", { 1: labels, 2: parents, 3: counts, 5: target }, wordThreads(source.dataType, voxels));
  });
}

function noLabel(key: string): ConchError {
  return new ConchError(
    "TRANSFORM_FAILED",
    `KeepLargestConnectedComponent of "${key}": applied_labels is null and there are values other than the whole numbers 0 to ${LABELS - 1}; list the labels, or place the step on KIND_CPU`,
    { data: { transform: "KeepLargestConnectedComponent", key } },
  );
}
