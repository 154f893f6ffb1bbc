import { elementCount } from "../tensor/tensor.ts";
import { normal, sliceParameters, sliceRange, type Facts } from "./facts.ts";
import { intAttribute, type OnnxNode } from "./model.ts";
import { ELEMENT } from "./tensor-values.ts";

/**
 * The elements of the node's first output where all it depends on is constant and the operator is one of those that compute shapes.
 * Only vectors and scalars are gathered, sliced and joined.
 */
export function foldConstant(
  node: OnnxNode,
  inputs: readonly (Facts | undefined)[],
  shape: readonly number[] | undefined,
): readonly number[] | undefined {
  const [x, y] = inputs;
  if (x?.constant === undefined) return undefined;
  const integer = x.elementType !== ELEMENT.FLOAT && x.elementType !== ELEMENT.DOUBLE && x.elementType !== ELEMENT.FLOAT16;
  const binary = BINARY[node.op];
  if (binary !== undefined) {
    const [a, b] = [x.constant, y?.constant];
    if (b === undefined || inputs.length !== 2) return undefined;
    const length = shape === undefined ? 0 : elementCount(shape);
    if (![1, length].includes(a.length) || ![1, length].includes(b.length)) return undefined;
    return Array.from({ length }, (_, i) => binary(a[a.length === 1 ? 0 : i] ?? 0, b[b.length === 1 ? 0 : i] ?? 0, integer));
  }
  const unary = UNARY[node.op];
  if (unary !== undefined) return x.constant.map(unary);
  switch (node.op) {
    case "Identity":
    case "Reshape":
    case "Squeeze":
    case "Unsqueeze":
    case "Flatten":
      return x.constant;
    case "Cast": {
      const to = intAttribute(node, "to", 0);
      return to === ELEMENT.FLOAT || to === ELEMENT.DOUBLE ? x.constant : x.constant.map(Math.trunc);
    }
    case "Concat": {
      if (x.shape?.length !== 1) return undefined;
      const parts = inputs.map((input) => input?.constant);
      return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
    }
    case "Gather": {
      const values = x.constant;
      if (x.shape?.length !== 1) return undefined;
      return y?.constant?.map((index) => values[normal(index, values.length)] ?? 0);
    }
    case "Slice": {
      const values = x.constant;
      const parameters = sliceParameters(node, inputs);
      if (x.shape?.length !== 1 || parameters === undefined || parameters.starts.length !== 1) return undefined;
      const [from, step, count] = sliceRange(values.length, parameters.starts[0] ?? 0, parameters.ends[0] ?? 0, parameters.steps[0] ?? 1);
      return Array.from({ length: count }, (_, i) => values[from + i * step] ?? 0);
    }
    case "ReduceProd":
      return shape === undefined || elementCount(shape) !== 1 ? undefined : [x.constant.reduce((product, value) => product * value, 1)];
    case "Where": {
      const [a, b] = [y?.constant, inputs[2]?.constant];
      if (a === undefined || b === undefined) return undefined;
      const pick = (values: readonly number[], i: number) => values[values.length === 1 ? 0 : i] ?? 0;
      const condition = x.constant;
      return Array.from({ length: shape === undefined ? 0 : elementCount(shape) }, (_, i) => (pick(condition, i) !== 0 ? pick(a, i) : pick(b, i)));
    }
    default:
      return undefined;
  }
}

const BINARY: Readonly<Record<string, (a: number, b: number, integer: boolean) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b, integer) => (integer ? Math.trunc(a / b) : a / b),
  Mod: (a, b) => ((a % b) + b) % b,
  Max: (a, b) => Math.max(a, b),
  Min: (a, b) => Math.min(a, b),
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  Less: (a, b) => Number(a < b),
};

const UNARY: Readonly<Record<string, (x: number) => number>> = { Floor: Math.floor, Ceil: Math.ceil, Neg: (x) => -x, Abs: Math.abs, Sqrt: Math.sqrt };
