import { isStandard, type OnnxModel } from "./model.ts";
import type { InferredGraph } from "./shape-inference.ts";

/** A node whose inputs have shapes that do not go together. */
export interface ShapeConflict {
  /** The node's name, or that of its output. */
  readonly node: string;
  readonly op: string;
  readonly shapes: readonly (readonly number[])[];
}

/** Operators of elements, whose inputs are broadcast: sizes along an axis are equal, or 1. */
const ELEMENTWISE = new Set("Add Sub Mul Div Pow Mod PRelu Where And Or Xor Equal Greater GreaterOrEqual Less LessOrEqual Min Max Mean Sum BitShift".split(" "));

/** The first such node among those of elements; undefined where all known shapes go together. */
export function shapeConflict({ graph }: OnnxModel, { facts }: InferredGraph): ShapeConflict | undefined {
  for (const { name, op, domain, inputs, outputs } of graph.nodes) {
    if (!ELEMENTWISE.has(op) || !isStandard(domain)) continue;
    const shapes = inputs.map((input) => facts.get(input)?.shape);
    if (shapes.every((shape) => shape !== undefined) && !broadcast(shapes)) return { node: name || (outputs[0] ?? ""), op, shapes };
  }
  return undefined;
}

function broadcast(shapes: readonly (readonly number[])[]): boolean {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, fromEnd) => shapes.map((shape) => shape.at(-1 - fromEnd) ?? 1)).every((sizes) => new Set(sizes.filter((size) => size !== 1)).size <= 1);
}
