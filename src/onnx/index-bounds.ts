import { intAttribute, feeds, isStandard, type OnnxModel, type OnnxNode } from "./model.ts";
import { normal } from "./facts.ts";
import type { InferredGraph } from "./shape-inference.ts";
import { ELEMENT } from "./tensor-values.ts";

/** A constant table that a node takes rows of, by indices that come from the request. */
export interface IndexBound {
  /** The model's input that holds the indices, int32 or int64. */
  readonly input: string;
  /** The node's name; "" where it has none. */
  readonly node: string;
  /** The initializer's name: "bert.embeddings.word_embeddings.weight". */
  readonly table: string;
  /** Indices are -rows … rows - 1. */
  readonly rows: number;
}

/** Operators that hand whole numbers on as they are, whatever they do to their shape. */
const CARRIES = new Set(["Identity", "Reshape", "Unsqueeze", "Squeeze", "Flatten", "Transpose", "Expand", "Cast"]);
/** Operators whose output has the rows of their first input. */
const SAME_ROWS = new Set(["Identity", "Cast", "DequantizeLinear"]);

/** The bounds of a model's inputs, the narrowest of each: ONNX Runtime's GPU kernels read beside the table for an index outside of it, and do not say so. */
export function indexBounds(model: OnnxModel): readonly IndexBound[] {
  const { graph } = model;
  const inputs = new Set(feeds(graph).filter(({ elementType }) => elementType === ELEMENT.INT32 || elementType === ELEMENT.INT64).map(({ name }) => name));
  const bounds = new Map<string, IndexBound>();
  const { rowsOf, sourceOf } = tracing(model);
  for (const node of graph.nodes) {
    const read = tableRead(node, rowsOf);
    const input = sourceOf(node.inputs[1] ?? "");
    if (read === undefined || !inputs.has(input)) continue;
    if (read.rows < (bounds.get(input)?.rows ?? Infinity)) bounds.set(input, { input, node: node.name, ...read });
  }
  return [...bounds.values()];
}

/** A node that takes rows of a table by indices which follow from the shapes of the request, one of them outside of it. */
export interface IndexExcess extends Omit<IndexBound, "input"> {
  readonly index: number;
}

/** The first such node; undefined where all that is known of the indices fits. */
export function indexExcess(model: OnnxModel, { facts }: InferredGraph): IndexExcess | undefined {
  const { rowsOf } = tracing(model);
  for (const node of model.graph.nodes) {
    const read = tableRead(node, rowsOf);
    const index = read === undefined ? undefined : facts.get(node.inputs[1] ?? "")?.constant?.find((each) => each >= read.rows || each < -read.rows);
    if (read !== undefined && index !== undefined) return { node: node.name, ...read, index };
  }
  return undefined;
}

function tableRead(node: OnnxNode, rowsOf: (name: string, axis: number) => { table: string; rows: number } | undefined): { table: string; rows: number } | undefined {
  if (node.op !== "Gather" || !isStandard(node.domain)) return undefined;
  return rowsOf(node.inputs[0] ?? "", intAttribute(node, "axis", 0));
}

/** Follows values of a graph back to where they come from. */
function tracing({ graph }: OnnxModel) {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const tables = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const through = (name: string, ops: ReadonlySet<string>): string => {
    let source = name;
    for (let node = makers.get(source); node !== undefined && ops.has(node.op) && isStandard(node.domain); node = makers.get(source)) source = node.inputs[0] ?? "";
    return source;
  };
  return {
    sourceOf: (name: string): string => through(name, CARRIES),
    rowsOf(name: string, axis: number): { table: string; rows: number } | undefined {
      const table = tables.get(through(name, SAME_ROWS));
      const rows = table?.dims[normal(axis, table.dims.length)];
      return table === undefined || rows === undefined ? undefined : { table: table.name, rows };
    },
  };
}
