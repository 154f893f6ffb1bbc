import { assert } from "../base/errors.ts";
import { attribute, type OnnxNode } from "./model.ts";

/** What is known of a value. */
export interface Facts {
  /** onnx.TensorProto.DataType; 0 where unknown. */
  readonly elementType: number;
  readonly shape: readonly number[] | undefined;
  /** The elements of a small tensor that does not depend on the request's data. */
  readonly constant?: readonly number[] | undefined;
}

/** What a rule sees of its node. */
export interface RuleInput {
  readonly node: OnnxNode;
  readonly inputs: readonly (Facts | undefined)[];
  readonly opset: number;
}

/** A non-negative axis. */
export function normal(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** One axis of Slice, per the operator's clamping rules. Returns [start, step, count]. */
export function sliceRange(size: number, start: number, end: number, step: number): [number, number, number] {
  assert(step !== 0, "Slice has a step");
  const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value < 0 ? value + size : value));
  const from = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1);
  const to = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
  return [from, step, Math.max(0, Math.ceil((to - from) / step))];
}

/** Starts, ends, axes and steps of a Slice, from inputs or (before opset 10) attributes. */
export function sliceParameters(
  node: OnnxNode,
  inputs: readonly (Facts | undefined)[],
): { starts: readonly number[]; ends: readonly number[]; axes: readonly number[]; steps: readonly number[] } | undefined {
  const starts = attribute(node, "starts")?.ints ?? inputs[1]?.constant;
  const ends = attribute(node, "ends")?.ints ?? inputs[2]?.constant;
  if (starts === undefined || ends === undefined) return undefined;
  const axes = attribute(node, "axes")?.ints ?? (inputs[3] === undefined ? starts.map((_, i) => i) : inputs[3].constant);
  const steps = inputs[4] === undefined ? starts.map(() => 1) : inputs[4].constant;
  return axes === undefined || steps === undefined || steps.includes(0) ? undefined : { starts, ends, axes, steps };
}
