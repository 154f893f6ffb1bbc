import { applyEdits, type TextEdit } from "../base/text-edit.ts";
import { ConchError } from "../base/errors.ts";
import type { FileEdits } from "../base/diagnostic.ts";
import {
  addEnsembleInput,
  addEnsembleOutput,
  addingSteps,
  connect,
  disconnect,
  setInstanceGroupKind,
  setStepVersion,
  type NewTerminal,
} from "../triton/ensemble/edit.ts";
import { exposePort } from "../triton/ensemble/exposed-ports.ts";
import { nodeIds, stepIds, type Endpoint, type GraphStep } from "../triton/ensemble/graph.ts";
import { removeNodes, type ChosenNodes } from "../triton/ensemble/remove-nodes.ts";
import { stepsThatFit, type StepFit, type WireEnd } from "../triton/ensemble/step-fit.ts";
import { copySteps, duplicateSteps, pasteSteps } from "../triton/ensemble/step-fragment.ts";
import { addStepAt, insertOnWire } from "../triton/ensemble/wired-steps.ts";
import { rename, type Renamed } from "../triton/language/rename.ts";
import { parseConfig, type ParsedConfig } from "../triton/model-config/decode.ts";
import type { NodeMove, Position, Positions } from "./document.ts";
import type { OpenModel } from "./open-model.ts";

// What gestures on an ensemble mean as edits of texts, whether they come from the canvas, the outline or a menu. All of them throw
// EDIT_IMPOSSIBLE where the text cannot be changed so. `model` is the model as its text is now.

/** The edit that draws a wire between two ends. */
export function connectEdits(model: OpenModel, from: Endpoint, to: Endpoint): FileEdits[] {
  return edited(model, (parsed) => connect(parsed, from, to));
}

/** The edit that takes the stretch of a wire to one consumer away. */
export function disconnectEdits(model: OpenModel, consumer: Endpoint): FileEdits[] {
  return edited(model, (parsed) => disconnect(parsed, consumer));
}

/** The edit that takes nodes out, by their ids. */
export function removeNodesEdits(model: OpenModel, nodes: readonly string[]): FileEdits[] {
  return edited(model, (parsed) => removeNodes(parsed, chosenNodes(model, nodes)));
}

/** The edit that adds steps of models, wired to nothing yet. */
export function addStepEdits(model: OpenModel, ...names: readonly string[]): FileEdits[] {
  return edited(model, ({ tree }) => addingSteps(names.map((modelName) => ({ modelName })))(tree));
}

/** The edit that adds a step of a model at the end of a wire. */
export function addStepAtEdits(model: OpenModel, wire: WireEnd, name: string): FileEdits[] {
  return edited(model, (parsed) => addStepAt(parsed, model.graph, wire, name, model.repository.graphModels));
}

/** The models that can be a step at the end of a wire, and why the others cannot. */
export function fittingSteps({ graph, repository }: OpenModel, wire: WireEnd): StepFit[] {
  return stepsThatFit(graph, wire, repository.graphModels);
}

/** The edit that puts a step of a model into a wire. */
export function insertEdits(model: OpenModel, tensor: string, name: string): FileEdits[] {
  const wire = model.graph.tensors.find((one) => one.name === tensor);
  const step = model.repository.graphModels.get(name);
  if (wire === undefined || step === undefined) throw new ConchError("EDIT_IMPOSSIBLE", wire === undefined ? `The wire '${tensor}' is gone` : `The repository has no model '${name}'`);
  return edited(model, (parsed) => insertOnWire(parsed, model.graph, wire, step, model.repository.graphModels));
}

/** The edit that makes a port of a step an input or output of the ensemble. */
export function exposeEdits(model: OpenModel, step: GraphStep, side: "in" | "out", port: string): FileEdits[] {
  return edited(model, (parsed) => exposePort(parsed, model.graph, step.index, side === "in" ? "input" : "output", port));
}

/** The edit that adds an input or output of the ensemble. */
export function addTerminalEdits(model: OpenModel, kind: "input" | "output", terminal: NewTerminal): FileEdits[] {
  return edited(model, (parsed) => (kind === "input" ? addEnsembleInput(parsed, terminal) : addEnsembleOutput(parsed, terminal)));
}

/** The text of steps for the clipboard, by their nodes; undefined where none of them is a step. */
export function copiedText(model: OpenModel, nodes: readonly string[]): string | undefined {
  const { steps } = chosenNodes(model, nodes);
  const { parsed } = model.view;
  return steps.length === 0 || parsed?.valid !== true ? undefined : copySteps(parsed, steps);
}

/** The edit that adds the steps of a text that was copied. */
export function pasteEdits(model: OpenModel, text: string): FileEdits[] {
  return edited(model, (parsed) => pasteSteps(parsed, text));
}

/** The edit that adds copies of steps, by their nodes. */
export function duplicateEdits(model: OpenModel, nodes: readonly string[]): FileEdits[] {
  return edited(model, (parsed) => duplicateSteps(parsed, chosenNodes(model, nodes).steps));
}

/** The edit that says which version of its model a step asks for; -1: the latest. */
export function versionEdits(model: OpenModel, step: GraphStep, version: number): FileEdits[] {
  return edited(model, (parsed) => setStepVersion(parsed, step.index, version));
}

/** The edit that moves the models of steps to the GPU or the CPU, each model once. */
export function kindEdits(steps: readonly GraphStep[], kind: "KIND_GPU" | "KIND_CPU"): FileEdits[] {
  const models = new Map(steps.map(({ modelName, model }) => [modelName, model]));
  return [...models].map(([name, model]) => {
    const parsed = model?.parsed;
    if (parsed?.valid !== true) throw new ConchError("EDIT_IMPOSSIBLE", `Model '${name}' has no config.pbtxt that parses`);
    return { path: parsed.file, edits: setInstanceGroupKind(parsed, kind) };
  });
}

/** The edits that rename a tensor wherever it is spoken of. */
export function renameEdits({ view, repository }: OpenModel, target: Renamed, to: string): readonly FileEdits[] {
  const result = rename(target, to, { model: view.name, models: repository.graphModels });
  if ("refused" in result) throw new ConchError("EDIT_IMPOSSIBLE", `'${target.name}' cannot be called '${to}'${result.refused === "empty" ? "" : ": the name is taken"}`);
  return result.edits;
}

/** The nodes that edits of an ensemble's own text bring, in the order of the configuration. */
export function newNodes({ view }: OpenModel, edits: readonly FileEdits[]): string[] {
  const { parsed } = view;
  const own = edits.find(({ path }) => path === parsed?.file)?.edits;
  if (parsed === undefined || own === undefined) return [];
  const before = new Set(nodeIds(parsed.config));
  return nodeIds(parseConfig(applyEdits(parsed.text, own), parsed.file).config).filter((id) => !before.has(id));
}

/** Moves that put nodes at a place, one below the other. `height`: from one to the next, in the canvas's units. */
export function placing({ view }: OpenModel, nodes: readonly string[], { x, y }: Position, height = 144): NodeMove[] {
  return nodes.map((node, index) => ({ ensemble: view.name, node, to: { x, y: y + index * height } }));
}

/**
 * Moves that keep every node at its place while others are taken out: the second step of a model becomes the first, and the place that was
 * given to it by hand goes with it. Places of what is taken out are forgotten.
 */
export function carriedPlaces({ view, graph }: OpenModel, removed: readonly string[], positions: Positions): NodeMove[] {
  const places = positions[view.name] ?? {};
  const gone = new Set(removed);
  const stays = graph.steps.filter(({ id }) => !gone.has(id));
  const renamed = stepIds(stays.map(({ modelName }) => ({ model_name: modelName })));
  const moves = new Map<string, Position | null>(removed.map((node) => [node, null]));
  for (const [index, { id }] of stays.entries()) if (renamed[index] !== id) moves.set(id, null);
  for (const [index, { id }] of stays.entries()) if (renamed[index] !== id) moves.set(renamed[index]!, places[id] ?? null);
  return [...moves].map(([node, to]) => ({ ensemble: view.name, node, to }));
}

/** Moves that keep an input or output of the ensemble at its place under another name. */
export function renamedPlaces({ view, graph }: OpenModel, from: string, to: string, positions: Positions): NodeMove[] {
  return [...graph.inputs, ...graph.outputs].flatMap(({ id, name }) => {
    const place = positions[view.name]?.[id];
    if (name !== from || place === undefined) return [];
    return [{ ensemble: view.name, node: id, to: null }, { ensemble: view.name, node: id.slice(0, id.length - from.length) + to, to: place }];
  });
}

/** The step of a newer state of the model that is the same one. */
export function sameStep({ graph }: OpenModel, { id, modelName }: GraphStep): GraphStep {
  const step = graph.steps.find((each) => each.id === id);
  if (step === undefined) throw new ConchError("EDIT_IMPOSSIBLE", `The ensemble has no such step of model '${modelName}' any more`);
  return step;
}

/** The end of a wire in a newer state of a model that is the same one as in an older. */
export function sameEnd(now: OpenModel, before: OpenModel, end: Endpoint): Endpoint {
  const step = end.kind === "step" ? before.graph.steps[end.step] : undefined;
  return end.kind === "step" && step !== undefined ? { ...end, step: sameStep(now, step).index } : end;
}

function chosenNodes({ graph }: OpenModel, nodes: readonly string[]): ChosenNodes {
  const chosen = new Set(nodes);
  const names = (terminals: readonly { readonly id: string; readonly name: string }[]): string[] => terminals.filter(({ id }) => chosen.has(id)).map(({ name }) => name);
  return { steps: graph.steps.filter(({ id }) => chosen.has(id)).map(({ index }) => index), inputs: names(graph.inputs), outputs: names(graph.outputs) };
}

function edited({ view, stale }: OpenModel, edit: (parsed: ParsedConfig) => readonly TextEdit[]): FileEdits[] {
  const { parsed } = view;
  if (!view.isEnsemble || parsed === undefined) throw new ConchError("EDIT_IMPOSSIBLE", `Model '${view.name}' is no ensemble: its graph follows from its configuration`);
  if (stale || !parsed.valid) throw new ConchError("EDIT_IMPOSSIBLE", `${parsed.file} does not parse: mend the text first, what is shown is an older one`);
  return [{ path: parsed.file, edits: edit(parsed) }];
}
