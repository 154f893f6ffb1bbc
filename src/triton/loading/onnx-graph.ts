import { captured, type OnnxGraph } from "../../onnx/model.ts";

/** An error of ONNX Runtime: its code and its words, without where in its source it arose. */
export type OnnxRuntimeError = readonly [code: number, message: string];

/** GraphProto.sparse_initializer, which the header leaves encoded: names are known that are not seen here. */
const SPARSE_INITIALIZER_TAG = (15 << 3) | 2;

/** What is wrong with how a graph's nodes are joined, in the order in which ONNX Runtime looks: outputs, names, inputs, order. */
export function refuseGraph(graph: OnnxGraph): OnnxRuntimeError | undefined {
  const given = new Set([...graph.inputs, ...graph.initializers].map(({ name }) => name));
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const hidden = graph.rest.some(([tag]) => tag === SPARSE_INITIALIZER_TAG);
  const isKnown = (name: string): boolean => name === "" || hidden || given.has(name) || made.has(name);

  const output = graph.outputs.find(({ name }) => !isKnown(name));
  if (output !== undefined) return [1, `This is an invalid model. Graph output (${output.name}) does not exist in the graph.`];

  const twice = duplicate(graph, given);
  if (twice !== undefined) return [1, `This is an invalid model. Error: ${twice}`];

  const missing = graph.nodes.flatMap((node) => node.inputs).find((name) => !isKnown(name));
  if (missing !== undefined) return [2, `Invalid model. Node input '${missing}' is not a graph input, initializer, or output of a previous node.`];
  return isAcyclic(graph) ? undefined : [1, "This is an invalid model. Error: the graph is not acyclic."];
}

function duplicate(graph: OnnxGraph, given: ReadonlySet<string>): string | undefined {
  const nodes = new Set<string>();
  const values = new Set<string>();
  for (const node of graph.nodes) {
    if (node.name !== "" && nodes.has(node.name)) return `two nodes with same node name (${node.name}).`;
    nodes.add(node.name);
    for (const name of node.outputs) {
      if (name !== "" && (given.has(name) || values.has(name))) return `Duplicate definition of name (${name}).`;
      values.add(name);
    }
  }
  return undefined;
}

/** Takes away nodes whose inputs are all there until none is left, whatever order they stand in. */
function isAcyclic({ nodes }: OnnxGraph): boolean {
  const producers = new Map(nodes.flatMap((node, index) => node.outputs.map((name) => [name, index] as const)));
  const consumers = nodes.map((): number[] => []);
  const waiting = nodes.map((node, index) => {
    const before = new Set([...node.inputs, ...captured(node)].flatMap((name) => (name === "" ? [] : (producers.get(name) ?? []))));
    for (const producer of before) consumers[producer]?.push(index);
    return before.size;
  });
  const ready = waiting.flatMap((count, index) => (count === 0 ? [index] : []));
  let done = 0;
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    done++;
    for (const consumer of consumers[index] ?? []) if (--waiting[consumer]! === 0) ready.push(consumer);
  }
  return done === nodes.length;
}
