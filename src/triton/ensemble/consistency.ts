import type { DataType } from "../../tensor/data-type.ts";

/** A tensor as one model or the ensemble itself describes it. */
export interface TensorDescription {
  /** The model, for messages. */
  model: string;
  dataType: DataType;
  /** Without the batch dimension. */
  dims: readonly number[];
  batching: boolean;
}

/** The shape with the batch dimension, as Triton compares and prints it. */
export function fullDims({ dims, batching }: TensorDescription): number[] {
  return batching ? [-1, ...dims] : [...dims];
}

/** Equal ranks and equal sizes, -1 on either side matching anything. */
export function dimsMatch(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, index) => size === b[index] || size === -1 || b[index] === -1);
}

/** Whether two descriptions of one tensor agree in shape: the dims do, or they do with their batch dimensions. */
function shapesAgree(a: TensorDescription, b: TensorDescription): boolean {
  return dimsMatch(a.dims, b.dims) || dimsMatch(fullDims(a), fullDims(b));
}

/** Why two descriptions of one tensor contradict each other, in Triton's words (ValidateTensorConsistency); undefined: they do not. */
export function contradiction(first: TensorDescription, later: TensorDescription): { kind: "type" | "shape"; text: string } | undefined {
  if (first.dataType !== later.dataType) {
    return {
      kind: "type",
      text: `inconsistent data type: ${typeName(first)} is inferred from model ${first.model} while ${typeName(later)} is inferred from model ${later.model}`,
    };
  }
  if (shapesAgree(first, later)) return undefined;
  const shape = (one: TensorDescription): string => `[${fullDims(one).join(",")}]`;
  return {
    kind: "shape",
    text: `inconsistent shape: ${shape(first)} is inferred from model ${first.model} while ${shape(later)} is inferred from model ${later.model}`,
  };
}

/** A number that is no data type has no name, to Triton either. */
function typeName({ dataType }: TensorDescription): string {
  return typeof dataType === "string" ? dataType : "";
}
