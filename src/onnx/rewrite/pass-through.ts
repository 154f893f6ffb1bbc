import { attribute, intAttribute, isStandard, standardOpset, type OnnxModel, type OnnxNode } from "../model.ts";
import { tensorNumbers } from "../tensor-values.ts";
import type { Rewrite } from "./rewrite.ts";
import { nodeName, renameInputs, usesOf, type Uses } from "./uses.ts";

/** Drops Identity, and Dropout in inference mode. One that makes an output of the graph stays where its input's name cannot change. */
export const dropPassThrough: Rewrite = {
  name: "drop-pass-through",
  apply(model) {
    const { graph } = model;
    const uses = usesOf(graph);
    const opset = standardOpset(model);
    const renamed = new Map<string, string>();
    const dropped: OnnxNode[] = [];
    for (const node of graph.nodes) {
      const [input] = node.inputs;
      const [output] = node.outputs;
      if (!isPassThrough(model, node, uses, opset) || input === undefined || output === undefined || uses.fixed(output)) continue;
      renamed.set(output, renamed.get(input) ?? input);
      dropped.push(node);
    }
    if (dropped.length === 0) return { model, nodes: [], reason: "" };
    const gone = new Set(dropped);
    const nodes = graph.nodes.filter((node) => !gone.has(node)).map((node) => renameInputs(node, renamed));
    return {
      model: { ...model, graph: { ...graph, nodes } },
      nodes: dropped.map(nodeName),
      reason: "Identity, and Dropout outside training, give their input back",
    };
  },
};

function isPassThrough(model: OnnxModel, node: OnnxNode, uses: Uses, opset: number): boolean {
  if (!isStandard(node.domain)) return false;
  if (node.op === "Identity") return true;
  if (node.op !== "Dropout") return false;
  const mask = node.outputs[1] ?? "";
  if (mask !== "" && (uses.fixed(mask) || uses.readers(mask).length > 0)) return false;
  if (opset < 7) return intAttribute(node, "is_test", 0) === 1;
  const training = node.inputs[2] ?? "";
  return training === "" || constantOf(model, training)?.[0] === 0;
}

function constantOf(model: OnnxModel, name: string): number[] | undefined {
  const initializer = model.graph.initializers.find((tensor) => tensor.name === name);
  const overridable = model.graph.inputs.some((input) => input.name === name);
  if (initializer !== undefined) return overridable ? undefined : tensorNumbers(initializer);
  const node = model.graph.nodes.find((candidate) => candidate.op === "Constant" && candidate.outputs[0] === name);
  const tensor = node && attribute(node, "value")?.tensor;
  return tensor && tensorNumbers(tensor);
}
