import type { FileEdits } from "../../base/diagnostic.ts";
import { ConchError } from "../../base/errors.ts";
import type { OpenModel } from "../../state/open-model.ts";
import type { ParsedConfig } from "../../triton/model-config/decode.ts";
import { addStep, connect, disconnect, removeSteps, removeTerminal } from "../../triton/ensemble/edit.ts";
import { connectionProblem } from "../../triton/ensemble/fit.ts";
import type { Endpoint } from "../../triton/ensemble/graph.ts";
import { stepsThatFit, type StepFit } from "../../triton/ensemble/step-fit.ts";
import { copySteps, duplicateSteps, pasteSteps } from "../../triton/ensemble/step-fragment.ts";
import { addStepAt, insertOnWire } from "../../triton/ensemble/wired-steps.ts";
import { endpointAt, handleId, portsOfSide, type PortAddress } from "./flow-elements.ts";

// What gestures on the canvas mean, as edits of the ensemble's text. All of them throw EDIT_IMPOSSIBLE where the text cannot be changed so.

/** The edit that draws a wire between two ends. */
export function connectEdits(model: OpenModel, from: Endpoint, to: Endpoint): FileEdits[] {
  return edited(model, (parsed) => connect(parsed, from, to));
}

/** The edit that takes the stretch of a wire to one consumer away. */
export function disconnectEdits(model: OpenModel, consumer: Endpoint): FileEdits[] {
  return edited(model, (parsed) => disconnect(parsed, consumer));
}

/** The edit that takes a node out. */
export function removeNodeEdits(model: OpenModel, node: string): FileEdits[] {
  const step = model.graph.steps.find(({ id }) => id === node);
  const name = node.slice(node.indexOf(":") + 1);
  return edited(model, (parsed) => {
    if (step !== undefined) return removeSteps(parsed, [step.index]);
    return removeTerminal(parsed, node.startsWith("input:") ? "input" : "output", name);
  });
}

/** The edit that adds a step of a model, wired to nothing yet. */
export function addStepEdits(model: OpenModel, name: string): FileEdits[] {
  return edited(model, (parsed) => addStep(parsed, { modelName: name }));
}

/** The edit that adds a step of a model at the end of a wire from a port. */
export function addStepAtEdits(model: OpenModel, port: PortEnd, name: string): FileEdits[] {
  const end = endOf(model, port);
  if (end === undefined) throw new ConchError("EDIT_IMPOSSIBLE", "The port is gone");
  return edited(model, (parsed) => addStepAt(parsed, model.graph, { end, side: port.side }, name, model.repository.graphModels));
}

/** The edit that puts a step of a model into a wire. */
export function insertEdits(model: OpenModel, tensor: string, name: string): FileEdits[] {
  const wire = model.graph.tensors.find((one) => one.name === tensor);
  const step = model.repository.graphModels.get(name);
  if (wire === undefined || step === undefined) throw new ConchError("EDIT_IMPOSSIBLE", wire === undefined ? "The wire is gone" : `The repository has no model '${name}'`);
  return edited(model, (parsed) => insertOnWire(parsed, model.graph, wire, step, model.repository.graphModels));
}

/** The models that can be a step at the end of a wire from a port, and why the others cannot. */
export function fittingSteps(model: OpenModel, port: PortEnd): StepFit[] {
  const end = endOf(model, port);
  return end === undefined ? [] : stepsThatFit(model.graph, { end, side: port.side }, model.repository.graphModels);
}

/** The text of a step for the clipboard; undefined for a node that is no step. */
export function copiedText({ graph, view }: OpenModel, node: string): string | undefined {
  const step = graph.steps.find(({ id }) => id === node);
  return step === undefined || view.parsed?.valid !== true ? undefined : copySteps(view.parsed, [step.index]);
}

/** The edit that adds the steps of a text that was copied. */
export function pasteEdits(model: OpenModel, text: string): FileEdits[] {
  return edited(model, (parsed) => pasteSteps(parsed, text));
}

/** The edit that adds a copy of a step. */
export function duplicateEdits(model: OpenModel, step: number): FileEdits[] {
  return edited(model, (parsed) => duplicateSteps(parsed, [step]));
}

/** The id that the node of the next step of a model will have. */
export function nextStepId({ graph }: OpenModel, name: string): string {
  const count = graph.steps.filter(({ modelName }) => modelName === name).length;
  return `step:${name}${count === 0 ? "" : `#${count + 1}`}`;
}

function endOf({ graph }: OpenModel, { node, side, port }: PortEnd): Endpoint | undefined {
  return endpointAt(graph, node, handleId(side, port));
}

/** Why no wire can be drawn between two ports, in words; undefined where it can. Either may be the producer. */
export function problemBetween(model: OpenModel, one: PortEnd, other: PortEnd): string | undefined {
  const { graph, view, stale } = model;
  if (!view.isEnsemble) return "Wires belong to ensembles";
  if (stale) return "The text does not parse";
  if (one.side === other.side) return one.side === "out" ? "Both ports give a tensor" : "Both ports take a tensor";
  const [producer, consumer] = one.side === "out" ? [one, other] : [other, one];
  const from = endOf(model, producer);
  const to = endOf(model, consumer);
  return from === undefined || to === undefined ? "The port is gone" : connectionProblem(graph, from, to);
}

/** A port by its node, side and name. */
export type PortEnd = Pick<PortAddress, "node" | "side" | "port">;

/** The ports to which a wire from `port` can lead. */
export function fittingPorts(model: OpenModel, port: PortEnd): PortAddress[] {
  const others = portsOfSide(model.graph, port.side === "in" ? "out" : "in");
  return others.filter((other) => problemBetween(model, port, other) === undefined);
}

function edited({ view, stale }: OpenModel, edit: (parsed: ParsedConfig) => FileEdits["edits"]): FileEdits[] {
  const { parsed } = view;
  if (!view.isEnsemble || parsed === undefined) {
    throw new ConchError("EDIT_IMPOSSIBLE", `Model '${view.name}' is no ensemble: its graph follows from its configuration`);
  }
  if (stale || !parsed.valid) {
    throw new ConchError("EDIT_IMPOSSIBLE", `${parsed.file} does not parse: mend the text first, the graph shows an older one`);
  }
  return [{ path: parsed.file, edits: edit(parsed) ?? [] }];
}
