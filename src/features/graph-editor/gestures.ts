import type { FileEdits } from "../../base/diagnostic.ts";
import { ConchError } from "../../base/errors.ts";
import type { OpenModel } from "../../state/open-model.ts";
import type { ParsedConfig } from "../../triton/model-config/decode.ts";
import { connect, disconnect, removeStep, removeTerminal } from "../../triton/ensemble/edit.ts";
import { connectionProblem } from "../../triton/ensemble/fit.ts";
import type { Endpoint } from "../../triton/ensemble/graph.ts";
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
    if (step !== undefined) return removeStep(parsed, step.index);
    return removeTerminal(parsed, node.startsWith("input:") ? "input" : "output", name);
  });
}

/** Why no wire can be drawn between two ports, in words; undefined where it can. Either may be the producer. */
export function problemBetween({ graph, view, stale }: OpenModel, one: PortEnd, other: PortEnd): string | undefined {
  if (!view.isEnsemble) return "Wires belong to ensembles";
  if (stale) return "The text does not parse";
  if (one.side === other.side) return one.side === "out" ? "Both ports give a tensor" : "Both ports take a tensor";
  const [producer, consumer] = one.side === "out" ? [one, other] : [other, one];
  const from = endpointAt(graph, producer.node, handleId("out", producer.port));
  const to = endpointAt(graph, consumer.node, handleId("in", consumer.port));
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
