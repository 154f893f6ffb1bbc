import type { OpenModel } from "../../state/open-model.ts";
import { connectionProblem } from "../../triton/ensemble/fit.ts";
import type { Endpoint } from "../../triton/ensemble/graph.ts";
import { endTitle, type PortSide } from "./rows.ts";

/** A port at the other end of a wire that could be. */
export interface Candidate {
  readonly end: Endpoint;
  /** "postprocess · LOGITS" */
  readonly title: string;
  /** Why no wire can lead there; absent where one can. */
  readonly problem?: string;
}

/** The ports to which a wire from an end could lead: those that fit first, in the graph's order. Those that are connected to it are left out. */
export function candidatesFor({ graph }: OpenModel, end: Endpoint, side: PortSide): readonly Candidate[] {
  const connected = new Set(connectedTo(graph, end, side).map(keyOf));
  const others: Endpoint[] = [
    ...(side === "in" ? graph.inputs : graph.outputs).map(({ name }): Endpoint => ({ kind: side === "in" ? "input" : "output", name })),
    ...graph.steps.flatMap(({ index, inputs, outputs }) => (side === "in" ? outputs : inputs).map(({ name }): Endpoint => ({ kind: "step", step: index, port: name }))),
  ];
  const found = others
    .filter((other) => !connected.has(keyOf(other)))
    .map((other): Candidate => {
      const problem = side === "in" ? connectionProblem(graph, other, end) : connectionProblem(graph, end, other);
      return { end: other, title: endTitle(graph, other), ...(problem !== undefined && { problem }) };
    });
  return [...found.filter(({ problem }) => problem === undefined), ...found.filter(({ problem }) => problem !== undefined)];
}

/** The other ends of the wire at an end: its producers, or its consumers. */
export function connectedTo(graph: OpenModel["graph"], end: Endpoint, side: PortSide): readonly Endpoint[] {
  const tensor = graph.tensors.find(({ producer, otherProducers, consumers }) => {
    const ends = side === "in" ? consumers : producer === undefined ? [] : [producer, ...otherProducers];
    return ends.some((one) => keyOf(one) === keyOf(end));
  });
  if (tensor === undefined) return [];
  if (side === "out") return tensor.consumers;
  return tensor.producer === undefined ? [] : [tensor.producer, ...tensor.otherProducers];
}

function keyOf(end: Endpoint): string {
  return end.kind === "step" ? `${end.step}/${end.port}` : `${end.kind}:${end.name}`;
}
