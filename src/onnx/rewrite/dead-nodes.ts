import { captured, type OnnxModel, type OnnxNode } from "../model.ts";
import type { Rewrite } from "./rewrite.ts";
import { nodeName } from "./uses.ts";

/** Drops nodes that no output depends on, and initializers and value_info that nothing reads. */
export const dropDeadNodes: Rewrite = {
  name: "drop-dead-nodes",
  apply(model) {
    const { graph } = model;
    const needed = new Set(graph.outputs.map((output) => output.name));
    const kept: OnnxNode[] = [];
    const dropped: OnnxNode[] = [];
    for (const node of [...graph.nodes].reverse()) {
      if (!node.outputs.some((name) => name !== "" && needed.has(name))) {
        dropped.push(node);
        continue;
      }
      kept.push(node);
      for (const name of [...node.inputs, ...captured(node)]) needed.add(name);
    }
    // An initializer that is also an input stays: a request may override it.
    const inputs = new Set(graph.inputs.map((input) => input.name));
    const initializers = graph.initializers.filter((tensor) => needed.has(tensor.name) || inputs.has(tensor.name));
    if (dropped.length === 0 && initializers.length === graph.initializers.length) return { model, nodes: [], reason: "" };
    const made = new Set(kept.flatMap((node) => node.outputs));
    const values = graph.values.filter((value) => made.has(value.name));
    const next: OnnxModel = { ...model, graph: { ...graph, nodes: kept.reverse(), initializers, values } };
    return { model: next, nodes: dropped.map(nodeName).reverse(), reason: "No output depends on them" };
  },
};
