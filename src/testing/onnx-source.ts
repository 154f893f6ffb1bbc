// A model with its files, as the executor hands it to a backend, made from the bytes of an .onnx file.
import { readHeader, type OnnxHeader } from "../onnx/header.ts";
import { bytesAccess } from "../onnx/skeleton.ts";
import { fromOnnx } from "../tensor/data-type.ts";
import type { BackendModel, ExecuteRequest, ModelSource, RuntimeTensor } from "../runtime/backends/backend.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { newMessage } from "../triton/model-config/new-message.ts";

/** A source whose version folder holds model.onnx and the other files. */
export async function onnxSource(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  settings: Partial<ModelConfig> = {},
  others: Record<string, Uint8Array<ArrayBuffer>> = {},
): Promise<ModelSource & { header: OnnxHeader }> {
  const header = await readHeader(bytesAccess(bytes)).catch(() => undefined);
  const files: Record<string, Uint8Array<ArrayBuffer>> = { "model.onnx": bytes, ...others };
  const port = (value: OnnxHeader["inputs"][number]) => ({
    name: value.name,
    data_type: fromOnnx(value.elementType) ?? "TYPE_INVALID",
    dims: (value.shape ?? []).map((size) => (typeof size === "number" ? size : -1)),
  });
  const config = newMessage("ModelConfig", {
    name,
    backend: "onnxruntime",
    input: header?.inputs.map((value) => newMessage("ModelInput", port(value))) ?? [],
    output: header?.outputs.map((value) => newMessage("ModelOutput", port(value))) ?? [],
    ...settings,
  });
  return {
    name,
    version: 1,
    config,
    header: header as OnnxHeader,
    files: {
      names: Object.keys(files),
      async open(path) {
        const found = files[path];
        return found && new Blob([found]);
      },
    },
  };
}

/** One execution with everything but the tensors filled in. */
export function executeWith(
  model: BackendModel,
  inputs: Record<string, RuntimeTensor>,
  requestedOutputs: readonly string[],
  more: Partial<ExecuteRequest> = {},
): Promise<Map<string, RuntimeTensor>> {
  return model.execute({
    inputs: new Map(Object.entries(inputs)),
    requestedOutputs,
    signal: new AbortController().signal,
    report: undefined,
    progress: () => undefined,
    ...more,
  });
}
