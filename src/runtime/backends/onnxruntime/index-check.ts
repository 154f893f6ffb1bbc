import { ConchError } from "../../../base/errors.ts";
import type { IndexBound } from "../../../onnx/index-bounds.ts";
import { elementCount, typedData } from "../../../tensor/tensor.ts";
import prelude from "../../../transforms/gpu-prelude.wgsl?raw";
import type { Gpu, Shader } from "../../gpu.ts";
import type { RunReport } from "../../run-report.ts";
import type { RuntimeTensor } from "../backend.ts";
import body from "./index-check.wgsl?raw";

const shader: Shader = { label: "index-check", code: prelude + body };
/** What the kernel writes of an index that is negative or beyond 32 bits. */
const OUT_OF_WORD = 0xffffffff;

/**
 * Checks the indices that an input brings, since ONNX Runtime's GPU kernels read beside the table and go on. On the host it throws
 * INDEX_OUT_OF_RANGE; on the GPU a kernel is recorded, which tells the run's report.
 */
export async function checkIndices(model: string, bound: IndexBound, tensor: RuntimeTensor, gpu: Gpu | undefined, report: RunReport | undefined): Promise<void> {
  const { rows } = bound;
  if (tensor.location === "host") {
    const data = typedData(tensor.tensor);
    for (const index of data) if (index >= rows || index < -rows) throw outOfRange(model, bound, String(index));
    return;
  }
  if (gpu === undefined || report === undefined) return;
  await gpu.dispatch({
    shader,
    entry: "main",
    bindings: { 0: tensor.buffer, 1: report.status },
    uniforms: [
      elementCount(tensor.shape),
      tensor.dataType === "TYPE_INT64" ? 2 : 1,
      rows,
      report.flag((found) => outOfRange(model, bound, found === OUT_OF_WORD ? "a negative number, or one beyond 32 bits" : String(found))),
    ],
    threads: elementCount(tensor.shape),
  });
}

function outOfRange(model: string, { input, table, rows }: IndexBound, found: string): ConchError {
  return new ConchError(
    "INDEX_OUT_OF_RANGE",
    `Input "${input}" of model "${model}" holds ${found}, and "${table}", whose rows it names, has ${rows}: expected ${-rows} to ${rows - 1}. Ids come from a vocabulary that is larger than the model's, or another one`,
    { data: { model, input, table, found, rows } },
  );
}
