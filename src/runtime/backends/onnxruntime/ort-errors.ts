import { ConchError, isAbort, textOf } from "../../../base/errors.ts";

/** What was going on when ONNX Runtime failed. */
export interface OrtOperation {
  readonly model: string;
  readonly stage: "load" | "run";
}

/** Texts after which every later call fails too. */
const POISON = [
  "memory access out of bounds",
  "another WebGPU EP inference session is being created",
  "previous call to 'initializeWebAssembly()' failed",
  "previous call to 'initWasm()' failed",
  "Aborted(",
  "unreachable",
  "table index is out of bounds",
  "null function or function signature mismatch",
  "not of type 'GPUComputePipeline'",
];

const DEVICE_GONE = ["Failed to download data from buffer", "device is lost", "Device is lost", "A valid external Instance reference no longer exists"];

/** Anything that ONNX Runtime threw (numbers included) as a coded error that names the model and, where the text has it, the node. */
export function ortError(thrown: unknown, { model, stage }: OrtOperation): ConchError {
  if (thrown instanceof ConchError) return thrown;
  if (isAbort(thrown)) return new ConchError("CANCELLED", "The run was cancelled", { cause: thrown });
  const text = textOf(thrown);
  const node = nodeIn(text);
  const data = { model, ...(node === undefined ? {} : { node }) };
  const said = `ONNX Runtime said: ${plain(text)}`;
  if (typeof thrown === "number" || POISON.some((sign) => text.includes(sign)) || isWasmTrap(thrown)) {
    return new ConchError(
      "ORT_POISONED",
      `ONNX Runtime broke down ${stage === "load" ? "while it loaded" : "in"} model "${model}", and its worker has to be restarted. ${said}`,
      { data, cause: thrown },
    );
  }
  if (/exceeds the max buffer size|max buffer size limit/i.test(text)) {
    return new ConchError("DEVICE_LIMIT", `Model "${model}" needs a larger GPU buffer than the device allows: run it on KIND_CPU or on a smaller input. ${said}`, {
      data,
      cause: thrown,
    });
  }
  if (isOutOfMemory(thrown)) {
    return new ConchError("ORT_POISONED", `ONNX Runtime ran out of memory with model "${model}": try a smaller input. ${said}`, { data, cause: thrown });
  }
  if (DEVICE_GONE.some((sign) => text.includes(sign))) {
    return new ConchError("DEVICE_LOST", `The GPU device was lost while model "${model}" ran. ${said}`, { data, cause: thrown });
  }
  if (stage === "run" && /Unexpected input data type|Got invalid dimensions|Invalid rank for input|is missing in 'feeds'|invalid input '/.test(text)) {
    return new ConchError("TENSOR_MISMATCH", `Model "${model}" does not take this input. ${said}`, { data, cause: thrown });
  }
  if (stage === "load") {
    return new ConchError("ORT_LOAD_FAILED", `ONNX Runtime does not load model "${model}". ${said}`, { data, cause: thrown });
  }
  const where = node === undefined ? "" : ` at node "${node}"`;
  return new ConchError("ORT_RUN_FAILED", `Model "${model}" failed${where}. ${said}`, { data, cause: thrown });
}

/** Whether something failed for want of memory. */
export function isOutOfMemory(thrown: unknown): boolean {
  return /out of memory|Array buffer allocation failed|bad_alloc|Failed to allocate memory|failed to allocate a buffer/i.test(textOf(thrown));
}

function isWasmTrap(thrown: unknown): boolean {
  return thrown instanceof WebAssembly.RuntimeError;
}

/** The node that the text names, without the suffix that session creation appends. */
function nodeIn(text: string): string | undefined {
  const name = /Name:\s*'([^']*)'/.exec(text)?.[1] ?? /[Nn]ode(?: name)?:?\s*[(']([^()']+)[)']/.exec(text)?.[1];
  return name?.replace(/_token_\d+$/, "") || undefined;
}

/** The text without the source location and numbers that ONNX Runtime puts before it. */
function plain(text: string): string {
  const shortened = text
    .replace(/^(failed to call \w+\(\)\.|Can't create a session\.)\s*/i, "")
    .replace(/ERROR_CODE: \d+,\s*ERROR_MESSAGE:\s*/i, "")
    .replace(/\S*\/onnxruntime\/\S+:\d+\s+/g, "")
    .trim();
  return shortened.length > 500 ? `${shortened.slice(0, 500)}…` : shortened;
}
