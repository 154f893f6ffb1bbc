import type { ModelConfig, ModelInstanceGroup } from "../model-config/model-config.ts";
import { newMessage } from "../model-config/new-message.ts";
import type { CompletionResult, Refusal } from "./completion.ts";
import type { TritonServer } from "./server.ts";
import type { CompletedField } from "./verdict.ts";

/** Backends whose models get two instances on a CPU. */
const TWO_ON_CPU = ["onnxruntime", "tensorflow"];
/** Backends that ask for KIND_CPU where the file leaves the kind open. */
const PREFERS_CPU = ["openvino"];

/**
 * The instance groups as the server fills them in once it has found the backend, and then checks them (NormalizeInstanceGroup,
 * ValidateInstanceGroup). Where nobody knows whether the server has GPUs, it has those that a group names, and for KIND_AUTO none. An ensemble
 * has no instances: unchanged.
 * Refuses with LOADING_INSTANCE_GROUP.
 */
export function completeInstanceGroups(config: ModelConfig, server: TritonServer): CompletionResult {
  if (config.ensemble_scheduling !== undefined) return { config, completed: [] };
  const completed: CompletedField[] = [];
  let written = config.instance_group;
  if (written.length === 0) {
    const kind = PREFERS_CPU.includes(config.backend) ? "KIND_CPU" : "KIND_AUTO";
    written = [newMessage("ModelInstanceGroup", { name: config.name, kind })];
    const where = server.gpus === undefined && kind === "KIND_AUTO" ? ", here as on a server without a GPU: with one it is of KIND_GPU" : "";
    completed.push({ path: ["instance_group"], reason: `A model without instance groups gets one${where}.` });
  }
  const groups = written.map((group, index) => completeGroup(group, index, config, server, completed));
  for (const [index, group] of groups.entries()) {
    const error = refuse(group, index, config, server);
    if (error !== undefined) return { error };
  }
  return { config: completed.length === 0 ? config : { ...config, instance_group: groups }, completed };
}

function completeGroup(
  given: ModelInstanceGroup,
  index: number,
  config: ModelConfig,
  { gpus }: TritonServer,
  completed: CompletedField[],
): ModelInstanceGroup {
  const group = { ...given };
  const added = config.instance_group.length === 0;
  const note = (field: keyof ModelInstanceGroup, reason: string): void => {
    if (!added) completed.push({ path: ["instance_group", index, field], reason });
  };
  if (group.name === "") {
    group.name = `${config.name}_${index}`;
    note("name", "A group without a name is named after the model and its place.");
  }
  if (group.kind === "KIND_AUTO") {
    const usable = gpus === undefined ? group.gpus.length > 0 : gpus.length > 0 && group.gpus.every((gpu) => gpus.includes(gpu));
    group.kind = usable ? "KIND_GPU" : "KIND_CPU";
    note("kind", usable ? "The server has a GPU for it." : gpus === undefined ? "So on a server without a GPU; with one it is KIND_GPU." : "The server has no such GPU.");
  }
  if (group.count < 1) {
    group.count = TWO_ON_CPU.includes(config.backend) && group.kind === "KIND_CPU" ? 2 : 1;
    note("count", group.count === 2 ? `A model of ${config.backend} gets two instances on a CPU.` : "One instance unless the file says more.");
  }
  if (group.kind === "KIND_GPU" && group.gpus.length === 0 && gpus !== undefined && gpus.length > 0) {
    group.gpus = [...gpus].sort((a, b) => a - b);
    note("gpus", "Without ids every GPU gets the instances.");
  }
  return group;
}

function refuse(group: ModelInstanceGroup, index: number, config: ModelConfig, server: TritonServer): Refusal | undefined {
  const path = ["instance_group", index];
  const subject = `Invalid argument: instance group ${group.name} of model ${config.name}`;
  const error = (field: string, message: string, hint: string): Refusal => ({
    code: "LOADING_INSTANCE_GROUP",
    message: message.startsWith("Invalid argument: ") || message.startsWith("Internal: ") ? message : `${subject} ${message}`,
    path: [...path, field],
    hint,
  });
  const onGpu = group.kind === "KIND_GPU";
  if (group.kind !== "KIND_AUTO" && !["KIND_MODEL", "KIND_CPU", "KIND_GPU"].includes(group.kind)) {
    return error("kind", `Internal: instance group ${group.name} of model ${config.name} has unexpected kind KIND_AUTO`, "Write KIND_CPU or KIND_GPU.");
  }
  if (!onGpu && group.kind !== "KIND_AUTO" && group.gpus.length > 0) {
    return error("gpus", `has kind ${group.kind} but specifies one or more GPUs`, "Remove gpus, or write KIND_GPU.");
  }
  if (onGpu && server.gpus !== undefined) {
    if (server.gpus.length === 0) return error("kind", "has kind KIND_GPU but server does not support GPUs", "Write KIND_CPU, or load it on a server with a GPU.");
    const { gpus } = server;
    const unknown = group.gpus.find((gpu) => !gpus.includes(gpu));
    if (unknown !== undefined) {
      const supported = [...gpus].sort((a, b) => a - b).join(", ");
      const capability = "GPUs with at least the minimum required CUDA compute compatibility of 6.000000 are";
      return error("gpus", `specifies invalid or unsupported gpu id ${unknown}. ${capability}: ${supported}`, "Name only GPUs that the server has.");
    }
  }
  return group.profile.length === 0 ? undefined : refuseProfile(group, config, error);
}

function refuseProfile(
  group: ModelInstanceGroup,
  config: ModelConfig,
  error: (field: string, message: string, hint: string) => Refusal,
): Refusal | undefined {
  const { platform } = config;
  if (platform !== "tensorrt_plan") {
    return error("profile", `and platform ${platform}specifies profile field which is only supported for TensorRT models`, "Remove profile.");
  }
  const hint = "A profile is the number of an optimization profile, in quotes.";
  for (const profile of group.profile) {
    if (profile === "") return error("profile", "Invalid argument: profile name must not be empty", hint);
    const number = /^\s*[-+]?\d+/.exec(profile);
    if (number === null) return error("profile", `Invalid argument: unable to parse '${profile}': stoi`, hint);
    if (Number(number[0]) < 0) {
      const field = "The field should contain the string representation of a non-negative integer.";
      return error("profile", `and platform ${platform} specifies invalid profile ${profile}. ${field}`, hint);
    }
  }
  return undefined;
}
