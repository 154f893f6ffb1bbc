import type { TextEdit } from "../../base/text-edit.ts";
import type { DataType } from "../../tensor/data-type.ts";
import type { ParsedConfig } from "../model-config/decode.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import { addValue, editAll, removeValue, setValue } from "../pbtxt/edit.ts";
import type { EditValue } from "../pbtxt/print.ts";
import { type Change, impossible, redirect, removing, setting } from "./changes.ts";
import type { Endpoint } from "./graph.ts";
import { mapPath } from "./scheduling-rules.ts";
import { freshTensorName, outputTensor, ownEntry, producersOf, readersOf, type StepPort, stepsOf, tensorNames } from "./tensor-uses.ts";

export { freshTensorName } from "./tensor-uses.ts";

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
  modelNamespace?: string;
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
  const former = producersOf(config, name)[0];
  return editAll(tree, [
    ...(former === undefined ? [] : release(config, former, name)),
    setting(mapPath(from.step, "output_map", from.port), name),
    ...(current === undefined ? [] : redirect(readersOf(config, current), name)),
  ]);
}

/**
 * Takes the wire to a consumer away. A producer that nothing reads any more gives its tensor up: Triton refuses unused tensors.
 */
export function disconnect(ensemble: ParsedConfig, to: Endpoint): TextEdit[] {
  const { config, tree } = ensemble;
  if (to.kind === "output") {
    const producer = producersOf(config, to.name)[0];
    return producer === undefined ? [] : editAll(tree, release(config, producer, to.name));
  }
  if (to.kind === "input") return [];
  const tensor = ownEntry(stepsOf(config)[to.step]?.input_map, to.port);
  if (tensor === undefined) return [];
  const changes = [removing(mapPath(to.step, "input_map", to.port))];
  const producer = producersOf(config, tensor)[0];
  const others = readersOf(config, tensor).some(({ step, port }) => step !== to.step || port !== to.port);
  if (producer === undefined || others || config.output.some((output) => output.name === tensor)) return editAll(tree, changes);
  return editAll(tree, [...changes, removing(mapPath(producer.step, "output_map", producer.port))]);
}

/** Frees a tensor name from its producer: steps that read it go on doing so under a fresh name. */
function release(config: ModelConfig, producer: StepPort, tensor: string): Change[] {
  const path = mapPath(producer.step, "output_map", producer.port);
  if (readersOf(config, tensor).length === 0) return [removing(path)];
  const fresh = freshTensorName(config, producer.port, stepsOf(config)[producer.step]?.model_name);
  return [setting(path, fresh), ...redirect(readersOf(config, tensor), fresh)];
}

/** Adds a step at the end. Its index is the number of steps before. */
export function addStep(ensemble: ParsedConfig, step: NewStep): TextEdit[] {
  return addingSteps([step])(ensemble.tree);
}

/** The same for several, as a part of a gesture. */
export function addingSteps(steps: readonly NewStep[]): Change {
  return (tree) => editAll(tree, steps.map((step) => (current) => addValue(current, ["ensemble_scheduling", "step"], stepValue(step))));
}

function stepValue({ modelName, modelVersion = -1, modelNamespace = "", inputMap = {}, outputMap = {} }: NewStep): EditValue {
  return {
    model_name: modelName,
    model_version: modelVersion,
    ...(Object.keys(inputMap).length > 0 && { input_map: inputMap }),
    ...(Object.keys(outputMap).length > 0 && { output_map: outputMap }),
    ...(modelNamespace !== "" && { model_namespace: modelNamespace }),
  };
}

/**
 * Takes steps out with the wires that end at them: entries that read what only they write, and tensors that only they read. Inputs and
 * outputs of the ensemble stay.
 */
export function removeSteps(ensemble: ParsedConfig, steps: readonly number[]): TextEdit[] {
  const { config, tree } = ensemble;
  const all = stepsOf(config);
  const gone = [...new Set(steps)].filter((index) => all[index] !== undefined).sort((a, b) => b - a);
  const stays = ({ step }: StepPort): boolean => !gone.includes(step);
  const inputs = new Set(config.input.map(({ name }) => name));
  const outputs = new Set(config.output.map(({ name }) => name));
  const ofGone = (map: "input_map" | "output_map"): Set<string> => new Set(gone.flatMap((index) => Object.values(all[index]![map])));
  const unwritten = [...ofGone("output_map")].filter((tensor) => !inputs.has(tensor) && !producersOf(config, tensor).some(stays));
  const unread = [...ofGone("input_map")].filter((tensor) => !outputs.has(tensor) && !readersOf(config, tensor).some(stays));
  return editAll(tree, [
    ...unwritten.flatMap((tensor) => readersOf(config, tensor).filter(stays).map(({ step, port }) => removing(mapPath(step, "input_map", port)))),
    ...unread.flatMap((tensor) => producersOf(config, tensor).filter(stays).map(({ step, port }) => removing(mapPath(step, "output_map", port)))),
    // From the last one, so that the others keep their places.
    ...gone.map((index) => removing(["ensemble_scheduling", "step", index])),
  ]);
}

/** Takes one step out, as {@link removeSteps} does. */
export function removeStep(ensemble: ParsedConfig, step: number): TextEdit[] {
  return removeSteps(ensemble, [step]);
}

/** Says which version of its model a step asks for; -1: the latest. Throws EDIT_IMPOSSIBLE for what is no version. */
export function setStepVersion(ensemble: ParsedConfig, step: number, version: number): TextEdit[] {
  if (!Number.isSafeInteger(version) || version < -1) throw impossible(`${version} is no version: write a number from 0, or -1 for the latest`);
  if (stepsOf(ensemble.config)[step]?.model_version === version) return [];
  return setValue(ensemble.tree, ["ensemble_scheduling", "step", step, "model_version"], version);
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

/**
 * Takes an input or output of the ensemble out with its wires: entries that read an input, the entry that writes an output which no step
 * reads. An output that steps read stays a tensor between them.
 */
export function removeTerminal(ensemble: ParsedConfig, side: "input" | "output", name: string): TextEdit[] {
  const { config, tree } = ensemble;
  const index = config[side].findIndex((terminal) => terminal.name === name);
  if (index < 0) return [];
  const producers = producersOf(config, name);
  const readers = readersOf(config, name);
  const uses = side === "input" ? (producers.length > 0 ? [] : readers.map(({ step, port }) => mapPath(step, "input_map", port))) : readers.length > 0 ? [] : producers.map(({ step, port }) => mapPath(step, "output_map", port));
  return editAll(tree, [...uses.map(removing), removing([side, index])]);
}

/** Makes an input of a model, or of an ensemble, optional or required. Throws EDIT_IMPOSSIBLE where the text does not declare it. */
export function setInputOptional({ config, tree }: ParsedConfig, name: string, optional: boolean): TextEdit[] {
  const index = config.input.findIndex((input) => input.name === name);
  if (index < 0) throw impossible(`The text declares no input '${name}': write it there first`);
  const path = ["input", index, "optional"];
  return optional ? setValue(tree, path, true) : removeValue(tree, path);
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

function terminalValue({ name, dataType, dims }: NewTerminal): EditValue {
  return { name, data_type: dataType, dims };
}
