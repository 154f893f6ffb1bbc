import type { FileEdits } from "../../base/diagnostic.ts";
import { ConchError } from "../../base/errors.ts";
import type { TextEdit } from "../../base/text-edit.ts";
import type { OpenModel } from "../../state/open-model.ts";
import {
  addEnsembleInput,
  addEnsembleOutput,
  addStep,
  connect,
  disconnect,
  removeStep,
  removeTerminal,
  setInstanceGroupKind,
  setStepVersion,
  type NewTerminal,
} from "../../triton/ensemble/edit.ts";
import { exposePort } from "../../triton/ensemble/exposed-ports.ts";
import type { Endpoint, GraphStep } from "../../triton/ensemble/graph.ts";
import type { ParsedConfig } from "../../triton/model-config/decode.ts";
import type { PortSide } from "./rows.ts";

// What the actions of the outline mean, as edits of the texts. All of them throw EDIT_IMPOSSIBLE where the text cannot be changed so.

/** The edit that draws a wire between an end and another one. `side` says which of the two gives the tensor: "in" takes it from the other. */
export function connectEdits(model: OpenModel, end: Endpoint, side: PortSide, other: Endpoint): FileEdits[] {
  return edited(model, (parsed) => (side === "in" ? connect(parsed, other, end) : connect(parsed, end, other)));
}

/** The edit that takes the wire to one consumer away. */
export function disconnectEdits(model: OpenModel, consumer: Endpoint): FileEdits[] {
  return edited(model, (parsed) => disconnect(parsed, consumer));
}

/** The edit that adds a step at the end, wired to nothing yet. */
export function addStepEdits(model: OpenModel, modelName: string): FileEdits[] {
  return edited(model, (parsed) => addStep(parsed, { modelName }));
}

/** The edit that takes a step out. */
export function removeStepEdits(model: OpenModel, step: GraphStep): FileEdits[] {
  return edited(model, (parsed) => removeStep(parsed, step.index));
}

/** The edit that takes an input or output of the ensemble out. */
export function removeTerminalEdits(model: OpenModel, terminal: Exclude<Endpoint, { kind: "step" }>): FileEdits[] {
  return edited(model, (parsed) => removeTerminal(parsed, terminal.kind, terminal.name));
}

/** The edit that adds an input or output of the ensemble. */
export function addTerminalEdits(model: OpenModel, kind: "input" | "output", terminal: NewTerminal): FileEdits[] {
  return edited(model, (parsed) => (kind === "input" ? addEnsembleInput(parsed, terminal) : addEnsembleOutput(parsed, terminal)));
}

/** The edit that makes a port of a step an input or output of the ensemble. */
export function exposeEdits(model: OpenModel, step: GraphStep, port: string, side: PortSide): FileEdits[] {
  return edited(model, (parsed) => exposePort(parsed, model.graph, step.index, side === "in" ? "input" : "output", port));
}

/** The edit that says which version of its model a step asks for; -1: the latest. */
export function versionEdits(model: OpenModel, step: GraphStep, version: number): FileEdits[] {
  return edited(model, (parsed) => setStepVersion(parsed, step.index, version));
}

/** The edit that moves the model of a step to the GPU or the CPU. */
export function kindEdits(step: GraphStep, kind: "KIND_GPU" | "KIND_CPU"): FileEdits[] {
  const parsed = step.model?.parsed;
  if (parsed?.valid !== true) throw new ConchError("EDIT_IMPOSSIBLE", `Model '${step.modelName}' has no config.pbtxt that parses`);
  return [{ path: parsed.file, edits: setInstanceGroupKind(parsed, kind) }];
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

function edited({ view, stale }: OpenModel, edit: (parsed: ParsedConfig) => readonly TextEdit[]): FileEdits[] {
  const { parsed } = view;
  if (!view.isEnsemble || parsed === undefined) throw new ConchError("EDIT_IMPOSSIBLE", `Model '${view.name}' is no ensemble: its graph follows from its configuration`);
  if (stale || !parsed.valid) throw new ConchError("EDIT_IMPOSSIBLE", `${parsed.file} does not parse: mend the text first, the outline shows an older one`);
  return [{ path: parsed.file, edits: edit(parsed) }];
}
