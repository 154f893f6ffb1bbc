import type { OnnxDimension, OnnxGraph, OnnxModel, OnnxValue } from "./model.ts";
import { feeds } from "./model.ts";
import { inferShapes } from "./shape-inference.ts";

/**
 * The outputs of a model as ONNX Runtime's session shows them: a size that the file leaves open, or a whole shape that it does not give,
 * is what follows from the graph where that is the same for all sizes of the inputs.
 */
export function sessionOutputs(model: OnnxModel): readonly OnnxValue[] {
  const { graph } = model;
  const symbols = new Set(feeds(graph).flatMap(({ shape }) => shape?.filter((size) => typeof size === "string") ?? []));
  // A size that bears the name of one of the inputs' is not looked for.
  const isOpen = (size: OnnxDimension): boolean => size === undefined || (typeof size === "string" && !symbols.has(size));
  const open = graph.outputs.filter(({ kind, shape }) => kind === "tensor" && (shape?.some(isOpen) ?? true));
  if (open.length === 0) return graph.outputs;
  const [first, second] = [32, 160].map((size) => inferShapes(model, trialShapes(graph, size)).facts);
  return graph.outputs.map((output) => {
    if (!open.includes(output)) return output;
    const [one, other] = [first?.get(output.name)?.shape, second?.get(output.name)?.shape];
    if (one === undefined || other === undefined || one.length !== other.length) return output;
    const inferred = one.map((size, axis) => (size === other[axis] ? size : undefined));
    if (output.shape === undefined) return { ...output, shape: inferred };
    if (output.shape.length !== inferred.length) return output;
    return { ...output, shape: output.shape.map((size, axis) => (isOpen(size) ? (inferred[axis] ?? size) : size)) };
  });
}

/**
 * Input shapes with some size for every open dimension: the same for those of one name, another for each other one. Multiples of 32, which
 * networks that halve their input and join it again can take.
 */
function trialShapes(graph: OnnxGraph, smallest: number): ReadonlyMap<string, readonly number[]> {
  const sizes = new Map<string, number>();
  let next = smallest;
  const take = (): number => (next += 32) - 32;
  const sizeOf = (size: OnnxDimension): number => {
    if (typeof size === "number" && size >= 0) return size;
    if (typeof size !== "string") return take();
    const known = sizes.get(size) ?? take();
    sizes.set(size, known);
    return known;
  };
  return new Map(feeds(graph).flatMap(({ name, shape }) => (shape === undefined ? [] : [[name, shape.map(sizeOf)]])));
}
