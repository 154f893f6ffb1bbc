import { inferShapes } from "../shape-inference.ts";
import { intAttribute, isStandard, standardOpset, type OnnxNode } from "../model.ts";
import type { Rewrite } from "./rewrite.ts";
import { nodeName, renameInputs, usesOf } from "./uses.ts";

/**
 * Drops a Softmax or LogSoftmax that only an ArgMax reads: both grow with their input along the axis, so the largest stays the largest. Where Softmax
 * rounds two different inputs to one value, the original takes the first of them and the rewritten model the larger.
 */
export const dropSoftmaxBeforeArgMax: Rewrite = {
  name: "drop-softmax-before-argmax",
  apply(model, { inputShapes, external }) {
    const { graph } = model;
    const opset = standardOpset(model);
    const uses = usesOf(graph);
    const candidates = graph.nodes.filter((node) => isStandard(node.domain) && (node.op === "Softmax" || node.op === "LogSoftmax"));
    if (candidates.length === 0) return { model, nodes: [], reason: "" };
    const { facts } = inferShapes(model, inputShapes, external);
    const renamed = new Map<string, string>();
    const dropped: OnnxNode[] = [];
    for (const node of candidates) {
      const [input = ""] = node.inputs;
      const [output = ""] = node.outputs;
      const readers = uses.readers(output);
      const rank = facts.get(input)?.shape?.length ?? graph.values.find((value) => value.name === input)?.shape?.length;
      if (uses.fixed(output) || readers.length === 0) continue;
      if (!readers.every((reader) => isStandard(reader.domain) && reader.op === "ArgMax" && along(node, reader, opset, rank))) continue;
      renamed.set(output, input);
      dropped.push(node);
    }
    if (dropped.length === 0) return { model, nodes: [], reason: "" };
    const gone = new Set(dropped);
    const nodes = graph.nodes.filter((node) => !gone.has(node)).map((node) => renameInputs(node, renamed));
    return {
      model: { ...model, graph: { ...graph, nodes } },
      nodes: dropped.map(nodeName),
      reason: "ArgMax of the scores is ArgMax of their Softmax, which is the slowest operator of a segmentation net on WebGPU",
    };
  },
};

/** True where the values that ArgMax compares were normalised together. Before opset 13 Softmax takes all axes from `axis` on as one. */
function along(softmax: OnnxNode, argMax: OnnxNode, opset: number, rank: number | undefined): boolean {
  const from = intAttribute(softmax, "axis", opset < 13 ? 1 : -1);
  const axis = intAttribute(argMax, "axis", 0);
  if (opset >= 13 && from === axis) return true;
  if (rank === undefined) return opset < 13 && from >= 0 && axis >= from;
  const [a, b] = [from < 0 ? from + rank : from, axis < 0 ? axis + rank : axis];
  return opset < 13 ? b >= a : a === b;
}
