import { describe, expect, it } from "vitest";
import { parseConfig } from "../model-config/decode.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import { readRepository } from "../repository/repository.ts";
import { completeBackendFields } from "./backend-fields.ts";
import type { CompletionResult } from "./completion.ts";
import { completeInstanceGroups } from "./instance-groups.ts";
import { normalize } from "./normalize.ts";
import { DEFAULT_SERVER } from "./server.ts";

const config = (text: string): ModelConfig => parseConfig(text, "m/config.pbtxt").config;
const paths = (result: CompletionResult): string[] => ("error" in result ? [result.error.code] : result.completed.map(({ path }) => path.join(".")));

function completed(files: readonly string[], text: string, name = "m"): CompletionResult {
  const directory = readRepository(["config.pbtxt", ...files].map((file) => `${name}/${file}`)).models.get(name);
  if (directory === undefined) throw new Error(`${name} is no model`);
  return completeBackendFields(directory, config(text));
}

describe("backend fields", () => {
  it.each<[string, string[], string, [backend: string, platform: string, file: string]]>([
    ["an ONNX file", ["1/model.onnx"], "", ["onnxruntime", "onnxruntime_onnx", "model.onnx"]],
    ["an ONNX folder", ["1/model.onnx/model.onnx"], "", ["onnxruntime", "onnxruntime_onnx", "model.onnx"]],
    ["a saved model, which is a folder", ["1/model.savedmodel/saved_model.pb"], "", ["tensorflow", "tensorflow_savedmodel", "model.savedmodel"]],
    ["a plan", ["1/model.plan"], "", ["tensorrt", "tensorrt_plan", "model.plan"]],
    ["a compiled torch model", ["1/model.pt2"], "", ["pytorch", "torch_aoti", "model.pt2"]],
    ["torch script", ["1/model.pt"], "", ["pytorch", "pytorch_libtorch", ""]],
    ["python", ["1/model.py"], "", ["python", "", "model.py"]],
    ["the first of several files in the server's order", ["1/model.py", "1/model.onnx"], "", ["onnxruntime", "onnxruntime_onnx", "model.onnx"]],
    ["the first folder in the order of strings", ["2/model.py", "10/model.onnx"], "", ["onnxruntime", "onnxruntime_onnx", "model.onnx"]],
    ["a platform", ["1/x"], 'platform: "tensorflow_graphdef"', ["tensorflow", "tensorflow_graphdef", "model.graphdef"]],
    ["a platform's old name", ["1/x"], 'platform: "libtorch"', ["pytorch", "libtorch", ""]],
    ["a file name", ["1/x"], 'default_model_filename: "model.xml"', ["openvino", "", "model.xml"]],
    ["a backend", ["1/x"], 'backend: "pytorch"', ["pytorch", "pytorch_libtorch", "model.pt"]],
    ["a backend of no kind known", ["1/x"], 'backend: "dali"', ["dali", "", ""]],
    ["a file name that means nothing", ["1/model.onnx"], 'default_model_filename: "net.onnx"', ["", "", "net.onnx"]],
    ["an ensemble", ["1/.gitkeep"], 'platform: "ensemble"', ["", "ensemble", ""]],
  ])("follow from %s", (_, files, text, expected) => {
    const result = completed(files, text);
    expect("config" in result && [result.config.backend, result.config.platform, result.config.default_model_filename]).toEqual(expected);
  });

  it("follow from the model's name behind its first dot, where nothing else tells", () => {
    const result = completed(["1/x"], "", "m.identity.b");
    expect("config" in result && result.config).toMatchObject({ name: "m.identity.b", backend: "identity.b", default_model_filename: "model.identity.b" });
    expect(paths(completed(["1/x"], ""))).toEqual(["LOADING_NO_BACKEND"]);
  });

  it("come with a reason each, and change nothing that is written", () => {
    const result = completed(["1/model.onnx"], 'name: "m" backend: "onnxruntime" default_model_filename: "net.onnx"');
    expect("config" in result && result.completed).toEqual([{ path: ["platform"], reason: "The platform is filled in: backend is onnxruntime." }]);
  });
});

describe("normalising", () => {
  it.each([
    ["an empty configuration", "", ["version_policy", "optimization.input_pinned_memory", "optimization.output_pinned_memory"]],
    ["a batcher", "max_batch_size: 8 dynamic_batching { }", ["version_policy", "dynamic_batching.preferred_batch_size", "optimization.input_pinned_memory", "optimization.output_pinned_memory"]],
    ["a batcher without batches", "version_policy { all { } } dynamic_batching { }", ["optimization.input_pinned_memory", "optimization.output_pinned_memory"]],
    ["sequences", "version_policy { all { } } max_batch_size: 2 sequence_batching { oldest { } } optimization { input_pinned_memory { } output_pinned_memory { } }", ["sequence_batching.max_sequence_idle_microseconds", "sequence_batching.oldest.preferred_batch_size"]],
    ["an ensemble", "ensemble_scheduling { }", ["version_policy"]],
  ])("fills in %s", (_, text, expected) => {
    expect(paths(normalize(config(text)))).toEqual(expected);
  });

  it("leaves the same object where there is nothing to fill in, and so after itself", () => {
    const { config: once } = normalize(config("max_batch_size: 8 dynamic_batching { }"));
    expect(normalize(once)).toEqual({ config: once, completed: [] });
    expect(normalize(once).config).toBe(once);
  });
});

describe("instance groups", () => {
  const on = (gpus: readonly number[] | undefined, text: string): CompletionResult =>
    completeInstanceGroups({ ...config(text), name: "m" }, gpus === undefined ? DEFAULT_SERVER : { ...DEFAULT_SERVER, gpus });
  const groups = (result: CompletionResult): unknown => ("error" in result ? result.error.message : result.config.instance_group.map(({ name, kind, count, gpus }) => ({ name, kind, count, gpus })));

  it.each<[string, readonly number[] | undefined, string, unknown]>([
    ["none on a CPU", [], 'backend: "python"', [{ name: "m", kind: "KIND_CPU", count: 1, gpus: [] }]],
    ["none of ONNX Runtime on a CPU", [], 'backend: "onnxruntime"', [{ name: "m", kind: "KIND_CPU", count: 2, gpus: [] }]],
    ["none on a server with GPUs", [1, 0], 'backend: "onnxruntime"', [{ name: "m", kind: "KIND_GPU", count: 1, gpus: [0, 1] }]],
    ["none of OpenVINO on a server with GPUs", [0], 'backend: "openvino"', [{ name: "m", kind: "KIND_CPU", count: 1, gpus: [] }]],
    ["none where GPUs are not known", undefined, 'backend: "python"', [{ name: "m", kind: "KIND_CPU", count: 1, gpus: [] }]],
    ["ids of GPUs that are not known", undefined, 'backend: "python" instance_group { gpus: 3 }', [{ name: "m_0", kind: "KIND_GPU", count: 1, gpus: [3] }]],
    ["one without a name", [], 'backend: "x" instance_group { } instance_group { name: "b" count: 3 }', [{ name: "m_0", kind: "KIND_CPU", count: 1, gpus: [] }, { name: "b", kind: "KIND_CPU", count: 3, gpus: [] }]],
    ["an unknown GPU by itself", [0], 'backend: "x" instance_group { gpus: 0 } ', [{ name: "m_0", kind: "KIND_GPU", count: 1, gpus: [0] }]],
    ["GPUs on a CPU", undefined, "instance_group { kind: KIND_CPU gpus: 0 }", "Invalid argument: instance group m_0 of model m has kind KIND_CPU but specifies one or more GPUs"],
    ["a GPU without one", [], "instance_group { kind: KIND_GPU }", "Invalid argument: instance group m_0 of model m has kind KIND_GPU but server does not support GPUs"],
    ["another GPU", [1, 0], "instance_group { kind: KIND_GPU gpus: 2 }", "Invalid argument: instance group m_0 of model m specifies invalid or unsupported gpu id 2. GPUs with at least the minimum required CUDA compute compatibility of 6.000000 are: 0, 1"],
    ["a profile", [], 'platform: "p" instance_group { profile: "0" }', "Invalid argument: instance group m_0 of model m and platform pspecifies profile field which is only supported for TensorRT models"],
    ["a profile that is no number", [0], 'platform: "tensorrt_plan" instance_group { profile: "x" }', "Invalid argument: unable to parse 'x': stoi"],
    ["a negative profile", [0], 'platform: "tensorrt_plan" instance_group { profile: "-1" }', "Invalid argument: instance group m_0 of model m and platform tensorrt_plan specifies invalid profile -1. The field should contain the string representation of a non-negative integer."],
    ["an ensemble", [], "ensemble_scheduling { }", []],
  ])("with %s", (_, gpus, text, expected) => {
    expect(groups(on(gpus, text))).toEqual(expected);
  });
});
