import type { OpenModel } from "../../state/open-model.ts";
import { connectionProblem } from "../../triton/ensemble/fit.ts";
import type { Endpoint } from "../../triton/ensemble/graph.ts";
import type { WireEnd } from "../../triton/ensemble/step-fit.ts";
import { endpointAt, handleId, portsOfSide, type PortAddress } from "./flow-elements.ts";

/** A port by its node, side and name. */
export type PortEnd = Pick<PortAddress, "node" | "side" | "port">;

/** The end of a wire that a port of the canvas stands for; undefined where the graph no longer has it. */
export function endOf({ graph }: OpenModel, { node, side, port }: PortEnd): Endpoint | undefined {
  return endpointAt(graph, node, handleId(side, port));
}

/** The same as the end that a wire is drawn from. */
export function wireEndOf(model: OpenModel, port: PortEnd): WireEnd | undefined {
  const end = endOf(model, port);
  return end && { end, side: port.side };
}

/** Two ports in the direction of a wire between them: the one that gives the tensor first. */
export function inDirection(one: PortEnd, other: PortEnd): readonly [PortEnd, PortEnd] {
  return one.side === "out" ? [one, other] : [other, one];
}

/** Why no wire can be drawn between two ports, in words; undefined where it can. Either may be the producer. */
export function problemBetween(model: OpenModel, one: PortEnd, other: PortEnd): string | undefined {
  const { graph, view, stale } = model;
  if (!view.isEnsemble) return "Wires belong to ensembles";
  if (stale) return "The text does not parse";
  if (one.side === other.side) return one.side === "out" ? "Both ports give a tensor" : "Both ports take a tensor";
  const [producer, consumer] = inDirection(one, other);
  const from = endOf(model, producer);
  const to = endOf(model, consumer);
  return from === undefined || to === undefined ? "The port is gone" : connectionProblem(graph, from, to);
}

/** The ports to which a wire from `port` can lead. */
export function fittingPorts(model: OpenModel, port: PortEnd): PortAddress[] {
  const others = portsOfSide(model.graph, port.side === "in" ? "out" : "in");
  return others.filter((other) => problemBetween(model, port, other) === undefined);
}
