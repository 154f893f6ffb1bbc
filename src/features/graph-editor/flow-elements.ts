import { runStepId, type OpenModel } from "../../state/open-model.ts";
import type { Endpoint, EnsembleGraph, GraphStep, GraphTensor, GraphTerminal } from "../../triton/ensemble/graph.ts";
import { nodeId } from "../../triton/ensemble/graph.ts";

/** Which column of a node a port stands in: "in" takes a wire, "out" gives one. */
export type PortSide = "in" | "out";

/** A node of the canvas before it has a place. `key` is equal exactly when the node would look the same. */
export interface CanvasNode {
  readonly id: string;
  readonly kind: "input" | "step" | "output";
  readonly step?: GraphStep;
  readonly terminal?: GraphTerminal;
  /** Of a step: "ensemble", or the backend of its model; "" where nothing tells. */
  readonly backend?: string;
  /** Of a step: the id by which a run speaks of it. */
  readonly runId?: string;
  readonly key: string;
}

/** One stretch of a wire: from its producer to one consumer. All stretches of a wire share the tensor. */
export interface CanvasEdge {
  /** "logits>step:postprocess/LOGITS". */
  readonly id: string;
  readonly source: string;
  readonly sourceHandle: string;
  readonly target: string;
  readonly targetHandle: string;
  readonly tensor: GraphTensor;
  readonly consumer: Endpoint;
  /** Whether this stretch carries the wire's label; the others would repeat it. */
  readonly labelled: boolean;
  readonly key: string;
}

/** The handle of a port within its node: "in:IMAGE". A terminal has one port, named like it. */
export function handleId(side: PortSide, port: string): string {
  return `${side}:${port}`;
}

/** The nodes of the open model: inputs, steps, outputs. */
export function canvasNodes(model: OpenModel): CanvasNode[] {
  const { graph, repository } = model;
  const terminal = (kind: "input" | "output") => (one: GraphTerminal): CanvasNode => ({
    id: one.id, kind, terminal: one, key: JSON.stringify([kind, one.name, one.dataType, one.dims, one.optional]),
  });
  const stepNode = (step: GraphStep): CanvasNode => {
    const view = repository.models.get(step.modelName);
    const backend = view?.isEnsemble === true ? "ensemble" : (view?.backend.backend ?? "");
    return { id: step.id, kind: "step", step, backend, runId: runStepId(model, step.index), key: stepKey(step, backend) };
  };
  return [...graph.inputs.map(terminal("input")), ...graph.steps.map(stepNode), ...graph.outputs.map(terminal("output"))];
}

function stepKey({ index, modelName, modelVersion, model, inputs, outputs }: GraphStep, backend: string): string {
  const { max_batch_size, instance_group } = model?.config ?? {};
  const file = model === undefined ? "no model" : model.parsed?.file;
  return JSON.stringify([index, modelName, modelVersion, model?.versions, backend, file, max_batch_size, instance_group, inputs, outputs]);
}

/** The stretches of all wires of a graph whose two ends are there. */
export function canvasEdges(graph: EnsembleGraph): CanvasEdge[] {
  const nodes = new Set([...graph.inputs, ...graph.steps, ...graph.outputs].map(({ id }) => id));
  return graph.tensors.flatMap((tensor) => {
    const producers = tensor.producer === undefined ? [] : [tensor.producer, ...tensor.otherProducers];
    return producers.flatMap((producer, rank) =>
      tensor.consumers.flatMap((consumer, index): CanvasEdge[] => {
        const source = nodeId(graph, producer);
        const target = nodeId(graph, consumer);
        // An ensemble input of the same name as an ensemble output is a wire past every step: nothing runs, and the rules say so.
        if (!nodes.has(source) || !nodes.has(target)) return [];
        const targetPort = portName(consumer);
        const again = rank === 0 ? "" : `#${rank + 1}`;
        return [
          {
            id: `${tensor.name}>${target}/${targetPort}${again}`,
            source,
            sourceHandle: handleId("out", portName(producer)),
            target,
            targetHandle: handleId("in", targetPort),
            tensor,
            consumer,
            labelled: rank === 0 && index === 0,
            key: JSON.stringify([tensor.name, tensor.dataType, tensor.dims, tensor.batched, source, portName(producer), consumer, index]),
          },
        ];
      }),
    );
  });
}

function portName(endpoint: Endpoint): string {
  return endpoint.kind === "step" ? endpoint.port : endpoint.name;
}

/** The end of a wire that a handle of a node stands for; undefined where the graph has no such thing. */
export function endpointAt(graph: EnsembleGraph, node: string, handle: string | null | undefined): Endpoint | undefined {
  const port = handle?.slice(handle.indexOf(":") + 1);
  if (port === undefined) return undefined;
  const step = graph.steps.find(({ id }) => id === node);
  if (step !== undefined) return { kind: "step", step: step.index, port };
  if (graph.inputs.some(({ id }) => id === node)) return { kind: "input", name: port };
  return graph.outputs.some(({ id }) => id === node) ? { kind: "output", name: port } : undefined;
}

/** A port that a wire can be drawn to or from. */
export interface PortAddress {
  readonly node: string;
  readonly side: PortSide;
  readonly port: string;
  /** "postprocess · LOGITS" */
  readonly title: string;
}

/** All ports of the other side: what a wire from a port of `side` could lead to, before asking whether it fits. */
export function portsOfSide(graph: EnsembleGraph, side: PortSide): PortAddress[] {
  const terminals = side === "out" ? graph.inputs : graph.outputs;
  return [
    ...terminals.map(({ id, name }) => ({ node: id, side, port: name, title: name })),
    ...graph.steps.flatMap(({ id, modelName, inputs, outputs }) =>
      (side === "in" ? inputs : outputs).map(({ name }) => ({ node: id, side, port: name, title: `${modelName} · ${name}` })),
    ),
  ];
}
