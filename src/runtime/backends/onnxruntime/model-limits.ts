import { ConchError } from "../../../base/errors.ts";
import { tensorByteLength } from "../../../onnx/tensor-values.ts";
import type { ModelSource, Placement } from "../backend.ts";
import type { ModelFile } from "./model-file.ts";

/** The memory of a WebAssembly build with 32-bit addresses. Bytes. */
const WASM_MEMORY = 2 ** 32;
/** One tensor there: beyond, ONNX Runtime's arithmetic of sizes overflows. Bytes. */
const WASM_TENSOR = 2 ** 31 - 1;

/**
 * Refuses what cannot be loaded, before weights are read: those that do not fit the memory of ONNX Runtime on
 * the CPU, a tensor that does not fit there or into a GPU buffer. Throws MODEL_TOO_LARGE with file, bytes and limit.
 */
export function requireSizes(source: ModelSource, file: ModelFile, placement: Placement, device: GPUDevice | undefined): void {
  const { name, header } = file;
  const path = `${source.version}/${name}`;
  if (placement === "cpu" && header.weightBytes >= WASM_MEMORY) {
    throw tooLarge(source, weightFiles(file, path), header.weightBytes, WASM_MEMORY, `its weights in ${weightFiles(file, path)} take ${header.weightBytes} bytes, and ONNX Runtime's memory on the CPU ends at 4 GiB (${WASM_MEMORY} bytes): place it on the GPU, or save it with weights of fewer bits`);
  }
  const allowed = placement === "cpu" ? WASM_TENSOR : (device?.limits.maxBufferSize ?? Infinity);
  const [what, elsewhere] = placement === "cpu" ? ["a tensor on the CPU here", "place it on the GPU"] : ["a buffer of this GPU", "set instance_group to KIND_CPU"];
  for (const tensor of header.model.graph.initializers) {
    const bytes = tensorByteLength(tensor);
    if (bytes <= allowed) continue;
    const where = tensor.payload.kind === "external" ? `${source.version}/${tensor.payload.location}` : path;
    throw tooLarge(source, where, bytes, allowed, `"${tensor.name}" [${tensor.dims.join(", ")}] in ${where} takes ${bytes} bytes, and ${what} ends at ${allowed}: ${elsewhere}, or save it with weights of fewer bits`);
  }
}

/** MODEL_TOO_LARGE where ONNX Runtime ran out of memory while it loaded the model. */
export function outOfMemory(source: ModelSource, file: ModelFile, placement: Placement, cause: unknown): ConchError {
  const path = `${source.version}/${file.name}`;
  const { weightBytes } = file.header;
  const advice = placement === "cpu" ? "place it on the GPU, or save it with weights of fewer bits" : "close other tabs that use the GPU, or save it with weights of fewer bits";
  const limit = placement === "cpu" ? `within its ${WASM_MEMORY} bytes of memory` : "in the memory that the GPU has left";
  return new ConchError("MODEL_TOO_LARGE", `Model "${source.name}" does not fit: ONNX Runtime has no room for its weights in ${weightFiles(file, path)}, ${weightBytes} bytes, ${limit}: ${advice}`, {
    data: { model: source.name, file: weightFiles(file, path), bytes: weightBytes, ...(placement === "cpu" && { limit: WASM_MEMORY }), memorySpent: true },
    cause,
  });
}

function weightFiles({ weights }: ModelFile, path: string): string {
  const [first, ...more] = weights.keys();
  if (first === undefined) return path;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

function tooLarge(source: ModelSource, file: string, bytes: number, limit: number, reason: string): ConchError {
  return new ConchError("MODEL_TOO_LARGE", `Model "${source.name}" is too large: ${reason}`, { data: { model: source.name, file, bytes, limit } });
}
