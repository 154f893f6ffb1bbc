import { elementCount } from "../tensor/tensor.ts";
import type { Facts } from "./facts.ts";
import { feeds, standardOpset, type OnnxModel } from "./model.ts";
import { inferNode } from "./shape-rules.ts";
import { tensorNumbers, type ExternalBytes } from "./tensor-values.ts";

/** Constants up to this many elements are followed: shapes, axes, scales, positions of a long text. */
const CONSTANT_LIMIT = 8192;

/** What is known of every value of a graph, by name. */
export interface InferredGraph {
  /** Element type, and where it can be told, shape and contents. */
  readonly facts: ReadonlyMap<string, Facts>;
  /** Names of nodes whose outputs have no known shape, with their ops: "Loop_3 (Loop)". */
  readonly unknown: readonly string[];
}

/**
 * Follows shapes through the graph from the given input shapes. A symbol bound by one input (dim_param) binds it in all of them. What cannot be
 * told (a data-dependent shape, an operator without a rule) is missing, or is taken from the file's value_info where that is fixed.
 */
export function inferShapes(
  model: OnnxModel,
  inputShapes: ReadonlyMap<string, readonly number[]>,
  external?: ExternalBytes,
): InferredGraph {
  const { graph } = model;
  const opset = standardOpset(model);
  const facts = new Map<string, Facts>();
  const symbols = new Map<string, number>();
  for (const input of feeds(graph)) {
    const given = inputShapes.get(input.name);
    input.shape?.forEach((size, axis) => {
      const bound = given?.[axis];
      if (typeof size === "string" && bound !== undefined) symbols.set(size, bound);
    });
  }
  for (const input of feeds(graph)) {
    const shape = inputShapes.get(input.name) ?? fixed(input.shape?.map((size) => (typeof size === "string" ? symbols.get(size) : size)));
    facts.set(input.name, { elementType: input.elementType, shape });
  }
  for (const tensor of graph.initializers) {
    const constant = elementCount(tensor.dims) <= CONSTANT_LIMIT ? tensorNumbers(tensor, external) : undefined;
    facts.set(tensor.name, { elementType: tensor.elementType, shape: tensor.dims, constant });
  }
  const declared = new Map([...graph.values, ...graph.outputs].map((value) => [value.name, value]));
  const unknown: string[] = [];
  for (const node of graph.nodes) {
    const found = inferNode(
      node,
      node.inputs.map((name) => facts.get(name)),
      opset,
    );
    let missing = false;
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      const value = declared.get(name);
      const inferred = found[i];
      const shape = inferred?.shape ?? fixed(value?.shape);
      missing ||= shape === undefined;
      const constant = inferred?.constant !== undefined && inferred.constant.length <= CONSTANT_LIMIT ? inferred.constant : undefined;
      facts.set(name, { elementType: inferred?.elementType || value?.elementType || 0, shape, constant });
    });
    if (missing) unknown.push(`${node.name || node.outputs[0] || ""} (${node.op})`);
  }
  return { facts, unknown };
}

/** The shape where every dimension is a number. */
function fixed(shape: readonly (number | string | undefined)[] | undefined): number[] | undefined {
  return shape?.every((size) => typeof size === "number") ? [...(shape as number[])] : undefined;
}
