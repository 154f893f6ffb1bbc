import { captured, type OnnxGraph, type OnnxNode } from "../model.ts";

/** Who reads each value of a graph. */
export interface Uses {
  /** Nodes that have the value among their inputs. */
  readers(name: string): readonly OnnxNode[];
  /** True where the value is an output of the graph, or a graph inside a node reads it: its name has to stay. */
  fixed(name: string): boolean;
}

/** The readers of every value. */
export function usesOf(graph: OnnxGraph): Uses {
  const readers = new Map<string, OnnxNode[]>();
  const fixed = new Set(graph.outputs.map((output) => output.name));
  for (const node of graph.nodes) {
    for (const name of new Set(node.inputs)) {
      const list = readers.get(name);
      if (list === undefined) readers.set(name, [node]);
      else list.push(node);
    }
    for (const name of captured(node)) fixed.add(name);
  }
  return { readers: (name) => readers.get(name) ?? [], fixed: (name) => fixed.has(name) };
}

/** The node's name, or that of its first output where it has none. */
export function nodeName(node: OnnxNode): string {
  return node.name || (node.outputs[0] ?? "");
}

/** The node with its inputs renamed; the same node where none changes. */
export function renameInputs(node: OnnxNode, names: ReadonlyMap<string, string>): OnnxNode {
  if (!node.inputs.some((name) => names.has(name))) return node;
  return { ...node, inputs: node.inputs.map((name) => names.get(name) ?? name), encoded: undefined };
}

/** A name that no value of the graph has. */
export function freshNames(graph: OnnxGraph): (wanted: string) => string {
  const taken = new Set<string>();
  for (const node of graph.nodes) [...node.inputs, ...node.outputs, ...captured(node)].forEach((name) => taken.add(name));
  for (const value of [...graph.inputs, ...graph.initializers, ...graph.values]) taken.add(value.name);
  return (wanted) => {
    let name = wanted;
    for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
    taken.add(name);
    return name;
  };
}
