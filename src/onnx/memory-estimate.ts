import { elementCount } from "../tensor/tensor.ts";
import { captured, type OnnxModel } from "./model.ts";
import type { InferredGraph } from "./shape-inference.ts";
import { elementBytes, tensorByteLength } from "./tensor-values.ts";

/** Memory that a run takes: weights, and the activations that are alive at the same time. */
export interface MemoryEstimate {
  /** Bytes of the initializers. */
  readonly weights: number;
  /** The most bytes of activations alive at once, inputs and outputs included. */
  readonly peakActivations: number;
  /** The node during which the peak is reached: "Conv_12 (Conv)". */
  readonly peakNode: string;
  readonly total: number;
  /** The largest single value: it has to fit one GPU buffer. */
  readonly largest: { readonly name: string; readonly shape: readonly number[]; readonly bytes: number } | undefined;
  /** False where some shapes are unknown, so that the numbers are a lower bound. */
  readonly complete: boolean;
}

/** Operators that ONNX Runtime computes in place when their input is not needed afterwards. */
const IN_PLACE = new Set("Relu LeakyRelu Elu Selu Celu Sigmoid Tanh Clip PRelu Erf Exp Identity Dropout Reshape Squeeze Unsqueeze Flatten Add Sub Mul Div".split(" "));

/** The memory of a run with the inferred shapes, in the file's node order. Workspaces inside operators and caches of freed buffers are not counted. */
export function estimateMemory(model: OnnxModel, inferred: InferredGraph): MemoryEstimate {
  const { graph } = model;
  const constants = new Set(graph.initializers.map((tensor) => tensor.name));
  for (const node of graph.nodes) if (node.op === "Constant") node.outputs.forEach((name) => constants.add(name));
  const sizes = new Map<string, number>();
  let complete = inferred.unknown.length === 0;
  let largest: MemoryEstimate["largest"];
  for (const [name, { elementType, shape }] of inferred.facts) {
    if (constants.has(name)) continue;
    if (shape === undefined) {
      complete = false;
      continue;
    }
    const bytes = Math.ceil(elementCount(shape) * elementBytes(elementType));
    sizes.set(name, bytes);
    if (bytes > (largest?.bytes ?? -1)) largest = { name, shape, bytes };
  }

  const lastUse = new Map<string, number>();
  graph.nodes.forEach((node, i) => {
    for (const name of [...node.inputs, ...captured(node)]) lastUse.set(name, i);
  });
  for (const value of [...graph.outputs, ...graph.inputs]) lastUse.set(value.name, graph.nodes.length);

  let alive = graph.inputs.reduce((sum, input) => sum + (sizes.get(input.name) ?? 0), 0);
  let peak = alive;
  let peakNode = "";
  graph.nodes.forEach((node, i) => {
    if (node.op === "Constant") return;
    const made = node.outputs.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    const ending = [...new Set(node.inputs)].filter((name) => lastUse.get(name) === i && sizes.has(name));
    const reused = IN_PLACE.has(node.op) && ending.some((name) => sizes.get(name) === made) ? made : 0;
    if (alive + made - reused > peak) {
      peak = alive + made - reused;
      peakNode = `${node.name || node.outputs[0] || ""} (${node.op})`;
    }
    alive += made - ending.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    for (const name of node.outputs) if (!lastUse.has(name)) alive -= sizes.get(name) ?? 0;
  });

  const weights = graph.initializers.reduce((sum, tensor) => sum + tensorByteLength(tensor), 0);
  return { weights, peakActivations: peak, peakNode, total: weights + peak, largest, complete };
}
