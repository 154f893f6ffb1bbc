import { ConchError } from "../../base/errors.ts";
import type { TextEdit } from "../../base/text-edit.ts";
import type { DataType } from "../../tensor/data-type.ts";
import type { ParsedConfig } from "../model-config/decode.ts";
import type { EnsembleStep, ModelConfig } from "../model-config/model-config.ts";
import { addValue, editAll, removeValue, setValue } from "../pbtxt/edit.ts";
import type { Path } from "../pbtxt/path.ts";
import type { EditValue } from "../pbtxt/print.ts";
import type { PbtxtTree } from "../pbtxt/tree.ts";
import type { Endpoint } from "./graph.ts";
import { mapPath } from "./scheduling-rules.ts";

// Every function gives edits against the text that was parsed. They touch only what the gesture means.

/** A new input or output of an ensemble. */
export interface NewTerminal {
  name: string;
  dataType: DataType;
  /** Without the batch dimension. */
  dims: readonly number[];
}

/** A new step. Maps may be left out and wired later. */
export interface NewStep {
  modelName: string;
  /** The latest one when left out. */
  modelVersion?: number;
  inputMap?: Readonly<Record<string, string>>;
  outputMap?: Readonly<Record<string, string>>;
}

/**
 * A wire from a producer (an ensemble input, or an output of a step) to a consumer (an input of a step, or an ensemble output).
 * The consumer takes over the producer's tensor name; a producer without one gets a fresh one. An ensemble output has its own name, so
 * there the producer takes that over, and everything that reads the producer follows. Throws EDIT_IMPOSSIBLE.
 */
export function connect(ensemble: ParsedConfig, from: Endpoint, to: Endpoint): TextEdit[] {
  if (to.kind === "output") return connectToOutput(ensemble, from, to.name);
  if (to.kind !== "step" || from.kind === "output") throw impossible("A wire leads from an ensemble input or a step's output to a step's input or an ensemble output");
  if (from.kind === "input") return setValue(ensemble.tree, mapPath(to.step, "input_map", to.port), from.name);
  const tensor = outputTensor(ensemble.config, from.step, from.port);
  if (tensor !== undefined) return setValue(ensemble.tree, mapPath(to.step, "input_map", to.port), tensor);
  const fresh = freshTensorName(ensemble.config, from.port, stepsOf(ensemble.config)[from.step]?.model_name);
  return editAll(ensemble.tree, [
    setting(mapPath(to.step, "input_map", to.port), fresh),
    setting(mapPath(from.step, "output_map", from.port), fresh),
  ]);
}

function connectToOutput(ensemble: ParsedConfig, from: Endpoint, name: string): TextEdit[] {
  const { config, tree } = ensemble;
  if (from.kind !== "step") {
    throw impossible(`An ensemble input cannot be the ensemble output '${name}': put a step between them, for example an identity model`);
  }
  const current = outputTensor(config, from.step, from.port);
  if (current === name) return [];
  if (current !== undefined && config.output.some((output) => output.name === current)) {
    throw impossible(`Output '${from.port}' of step ${from.step} already is the ensemble output '${current}', and a tensor has one name`);
  }
  if (config.input.some((input) => input.name === name)) {
    throw impossible(`'${name}' is an ensemble input already, and a tensor has one producer`);
  }
  const former = producerOf(config, name);
  return editAll(tree, [
    ...(former === undefined ? [] : release(config, former, name)),
    setting(mapPath(from.step, "output_map", from.port), name),
    ...(current === undefined ? [] : redirect(config, current, name)),
  ]);
}

/**
 * Takes the wire to a consumer away. A producer that nothing reads any more gives its tensor up: Triton refuses unused tensors.
 */
export function disconnect(ensemble: ParsedConfig, to: Endpoint): TextEdit[] {
  const { config, tree } = ensemble;
  if (to.kind === "output") {
    const producer = producerOf(config, to.name);
    return producer === undefined ? [] : editAll(tree, release(config, producer, to.name));
  }
  if (to.kind === "input") return [];
  const tensor = ownEntry(stepsOf(config)[to.step]?.input_map, to.port);
  if (tensor === undefined) return [];
  const changes = [removing(mapPath(to.step, "input_map", to.port))];
  const producer = producerOf(config, tensor);
  const others = readersOf(config, tensor).some(({ step, port }) => step !== to.step || port !== to.port);
  if (producer === undefined || others || config.output.some((output) => output.name === tensor)) return editAll(tree, changes);
  return editAll(tree, [...changes, removing(mapPath(producer.step, "output_map", producer.port))]);
}

type Change = (tree: PbtxtTree) => TextEdit[];

const setting = (path: Path, value: EditValue): Change => (tree) => setValue(tree, path, value);
const removing = (path: Path): Change => (tree) => removeValue(tree, path);

/** Frees a tensor name from its producer: steps that read it go on doing so under a fresh name. */
function release(config: ModelConfig, producer: StepPort, tensor: string): Change[] {
  const path = mapPath(producer.step, "output_map", producer.port);
  if (readersOf(config, tensor).length === 0) return [removing(path)];
  const fresh = freshTensorName(config, producer.port, stepsOf(config)[producer.step]?.model_name);
  return [setting(path, fresh), ...redirect(config, tensor, fresh)];
}

/** Lets all steps that read one tensor read another. */
function redirect(config: ModelConfig, from: string, to: string): Change[] {
  return readersOf(config, from).map(({ step, port }) => setting(mapPath(step, "input_map", port), to));
}

/** Adds a step at the end. Its index is the number of steps before. */
export function addStep(ensemble: ParsedConfig, step: NewStep): TextEdit[] {
  const value: Record<string, EditValue> = { model_name: step.modelName, model_version: step.modelVersion ?? -1 };
  if (step.inputMap !== undefined && Object.keys(step.inputMap).length > 0) value["input_map"] = step.inputMap;
  if (step.outputMap !== undefined && Object.keys(step.outputMap).length > 0) value["output_map"] = step.outputMap;
  return addValue(ensemble.tree, ["ensemble_scheduling", "step"], value);
}

/** Takes a step out. Wires to its neighbours stay in their maps, as findings. */
export function removeStep(ensemble: ParsedConfig, step: number): TextEdit[] {
  return removeValue(ensemble.tree, ["ensemble_scheduling", "step", step]);
}

/** Adds an input of the ensemble. Throws EDIT_IMPOSSIBLE where the name is taken. */
export function addEnsembleInput(ensemble: ParsedConfig, input: NewTerminal): TextEdit[] {
  if (tensorNames(ensemble.config).has(input.name)) throw impossible(`'${input.name}' is a tensor of this ensemble already`);
  return addValue(ensemble.tree, ["input"], terminalValue(input));
}

/** Adds an output of the ensemble. A tensor of that name becomes it. Throws EDIT_IMPOSSIBLE where an output has the name. */
export function addEnsembleOutput(ensemble: ParsedConfig, output: NewTerminal): TextEdit[] {
  if (ensemble.config.output.some(({ name }) => name === output.name)) throw impossible(`'${output.name}' is an output of this ensemble already`);
  return addValue(ensemble.tree, ["output"], terminalValue(output));
}

/** Takes an input or output of the ensemble out. Maps that name it stay, as findings. */
export function removeTerminal(ensemble: ParsedConfig, side: "input" | "output", name: string): TextEdit[] {
  const index = ensemble.config[side].findIndex((terminal) => terminal.name === name);
  return index < 0 ? [] : removeValue(ensemble.tree, [side, index]);
}

/**
 * Moves a model to the GPU or the CPU: the kind of all its instance groups, or a first group where there is none. GPU ids leave with
 * KIND_CPU, which does not take them.
 */
export function setInstanceGroupKind(model: ParsedConfig, kind: "KIND_GPU" | "KIND_CPU"): TextEdit[] {
  const groups = model.config.instance_group;
  if (groups.length === 0) return setValue(model.tree, ["instance_group", 0, "kind"], kind);
  const changes = groups.flatMap((group, index) => {
    const set = setting(["instance_group", index, "kind"], kind);
    return kind === "KIND_CPU" && group.gpus.length > 0 ? [set, removing(["instance_group", index, "gpus"])] : [set];
  });
  return editAll(model.tree, changes);
}

/** A tensor name that the ensemble does not use: the producer's port name where it can be. */
export function freshTensorName(config: ModelConfig, port: string, model = ""): string {
  const taken = tensorNames(config);
  if (!taken.has(port)) return port;
  const base = model === "" ? port : `${model}_${port}`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}_${number}`;
    if (!taken.has(name)) return name;
  }
}

interface StepPort {
  step: number;
  port: string;
}

function stepsOf(config: ModelConfig): readonly EnsembleStep[] {
  return config.ensemble_scheduling?.step ?? [];
}

function ownEntry(map: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}

function outputTensor(config: ModelConfig, step: number, port: string): string | undefined {
  return ownEntry(stepsOf(config)[step]?.output_map, port);
}

function producerOf(config: ModelConfig, tensor: string): StepPort | undefined {
  return ends(config, "output_map", tensor)[0];
}

function readersOf(config: ModelConfig, tensor: string): StepPort[] {
  return ends(config, "input_map", tensor);
}

function ends(config: ModelConfig, map: "input_map" | "output_map", tensor: string): StepPort[] {
  return stepsOf(config).flatMap((step, index) =>
    Object.entries(step[map])
      .filter(([, value]) => value === tensor)
      .map(([port]) => ({ step: index, port })),
  );
}

function tensorNames(config: ModelConfig): Set<string> {
  const mapped = stepsOf(config).flatMap((step) => [...Object.values(step.input_map), ...Object.values(step.output_map)]);
  return new Set([...config.input.map(({ name }) => name), ...config.output.map(({ name }) => name), ...mapped]);
}

function terminalValue({ name, dataType, dims }: NewTerminal): EditValue {
  return { name, data_type: dataType, dims };
}

function impossible(message: string): ConchError {
  return new ConchError("EDIT_IMPOSSIBLE", message);
}
