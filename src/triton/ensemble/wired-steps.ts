import { applyEdits, composeEdits, type TextEdit } from "../../base/text-edit.ts";
import { type ParsedConfig, parseConfig } from "../model-config/decode.ts";
import { editAll } from "../pbtxt/edit.ts";
import { type Change, impossible, redirect, setting } from "./changes.ts";
import { addingSteps, addStep, connect } from "./edit.ts";
import { factsOf } from "./fit.ts";
import type { GraphModel } from "./graph-model.ts";
import type { Endpoint, EnsembleGraph, GraphTensor } from "./graph.ts";
import { mapPath } from "./scheduling-rules.ts";
import { bestPort, cycleProblem, stepsThatFit, type WireEnd } from "./step-fit.ts";
import { freshTensorName, type StepPort, stepsOf } from "./tensor-uses.ts";

// New steps that are wired at once. `graph` is the ensemble's, made from the same text.

/**
 * Adds a step and the wire that ends at it: a wire that was dropped where nothing is. The new step stands behind the others and takes the
 * wire at its best port. Throws EDIT_IMPOSSIBLE where the model has no port for it.
 */
export function addStepAt(ensemble: ParsedConfig, graph: EnsembleGraph, wire: WireEnd, model: string, models: ReadonlyMap<string, GraphModel>): TextEdit[] {
  const fit = stepsThatFit(graph, wire, models).find((one) => one.model === model);
  if (fit === undefined) throw impossible(`The repository has no model '${model}'`);
  if ("problem" in fit) throw impossible(`'${model}' cannot take the wire: ${fit.problem}`);
  const added: Endpoint = { kind: "step", step: stepsOf(ensemble.config).length, port: fit.port };
  const first = addStep(ensemble, { modelName: model });
  const withStep = parseConfig(applyEdits(ensemble.text, first), ensemble.file);
  const wired = wire.side === "out" ? connect(withStep, wire.end, added) : connect(withStep, added, wire.end);
  return composeEdits(ensemble.text, first, wired);
}

/**
 * Puts a new step into a wire: it reads what the producer gives, and what read the producer reads the new step. The tensor keeps its name on
 * the producer's side; on the other side where it is an output of the ensemble, whose name is not the wire's to change. `consumers`
 * are those that come behind the new step, all of the tensor's when left out. Throws EDIT_IMPOSSIBLE where the model does not fit into the wire.
 */
export function insertOnWire(
  ensemble: ParsedConfig,
  graph: EnsembleGraph,
  { name: tensor, producer, consumers: all }: GraphTensor,
  model: GraphModel,
  models: ReadonlyMap<string, GraphModel>,
  consumers: readonly Endpoint[] = all,
): TextEdit[] {
  const { config, tree } = ensemble;
  const refused = (problem: string): Error => impossible(`'${model.name}' cannot stand in the wire '${tensor}': ${problem}`);
  const cycle = cycleProblem(graph.name, model.name, models);
  if (cycle !== undefined) throw refused(cycle);
  const [consumer] = consumers;
  if (producer === undefined || consumer === undefined) throw refused("the wire has one end only");
  const input = bestPort(model, "input", [factsOf(graph, producer, "out")], tensor);
  if ("problem" in input) throw refused(input.problem);
  const output = bestPort(model, "output", consumers.map((end) => factsOf(graph, end, "in")), consumer.kind === "step" ? consumer.port : consumer.name);
  if ("problem" in output) throw refused(output.problem);

  const readers = (ends: readonly Endpoint[]): StepPort[] => ends.flatMap((end) => (end.kind === "step" ? [{ step: end.step, port: end.port }] : []));
  const step = (from: string, to: string): Change => addingSteps([{ modelName: model.name, inputMap: { [input.port]: from }, outputMap: { [output.port]: to } }]);
  if (!consumers.some(({ kind }) => kind === "output")) {
    const fresh = freshTensorName(config, output.port, model.name);
    return editAll(tree, [...redirect(readers(consumers), fresh), step(tensor, fresh)]);
  }
  if (producer.kind !== "step") throw refused("an ensemble input cannot be an ensemble output");
  const fresh = freshTensorName(config, producer.port, stepsOf(config)[producer.step]?.model_name);
  const others = readers(all).filter(({ step, port }) => !consumers.some((end) => end.kind === "step" && end.step === step && end.port === port));
  return editAll(tree, [setting(mapPath(producer.step, "output_map", producer.port), fresh), ...redirect(others, fresh), step(fresh, tensor)]);
}
