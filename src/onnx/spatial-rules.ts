import type { RuleInput } from "./facts.ts";
import { attribute, intAttribute, type OnnxNode } from "./model.ts";

/** Strides, dilations and pads of a convolution or pooling node, one entry per spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padBegin: readonly number[];
  readonly padEnd: readonly number[];
  readonly autoPad: string;
}

/** The window of a node whose kernel is the attribute kernel_shape or the trailing dimensions of the weights. */
export function windowOf(node: OnnxNode, weights: readonly number[] | undefined): Window | undefined {
  const kernel = attribute(node, "kernel_shape")?.ints ?? weights?.slice(2);
  if (kernel === undefined) return undefined;
  const pads = attribute(node, "pads")?.ints;
  return {
    kernel,
    strides: attribute(node, "strides")?.ints ?? kernel.map(() => 1),
    dilations: attribute(node, "dilations")?.ints ?? kernel.map(() => 1),
    padBegin: kernel.map((_, i) => pads?.[i] ?? 0),
    padEnd: kernel.map((_, i) => pads?.[i + kernel.length] ?? 0),
    autoPad: attribute(node, "auto_pad")?.string ?? "NOTSET",
  };
}

function outputSize(window: Window, axis: number, size: number, ceil: boolean): number {
  const stride = window.strides[axis] ?? 1;
  if (window.autoPad.startsWith("SAME")) return Math.ceil(size / stride);
  const extent = ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1;
  const begin = window.autoPad === "VALID" ? 0 : (window.padBegin[axis] ?? 0);
  const end = window.autoPad === "VALID" ? 0 : (window.padEnd[axis] ?? 0);
  const steps = (size + begin + end - extent) / stride;
  if (!ceil) return Math.floor(steps) + 1;
  const count = Math.ceil(steps) + 1;
  // A window that would start in the end padding is left out.
  return (count - 1) * stride >= size + begin ? count - 1 : count;
}

/** Shape of Conv: [N, M, …]. */
export function convolution({ node, inputs: [x, w] }: RuleInput): number[] | undefined {
  const window = windowOf(node, w?.shape);
  const [n] = x?.shape ?? [];
  const [m] = w?.shape ?? [];
  if (x?.shape === undefined || n === undefined || m === undefined || window === undefined) return undefined;
  return [n, m, ...x.shape.slice(2).map((size, i) => outputSize(window, i, size, false))];
}

/** Shape of MaxPool, AveragePool, LpPool: [N, C, …]. */
export function pooling({ node, inputs: [x] }: RuleInput): number[] | undefined {
  const window = windowOf(node, undefined);
  if (x?.shape === undefined || window === undefined) return undefined;
  const ceil = intAttribute(node, "ceil_mode", 0) === 1;
  return [...x.shape.slice(0, 2), ...x.shape.slice(2).map((size, i) => outputSize(window, i, size, ceil))];
}

/** Shape of ConvTranspose: [N, M·group, …]. */
export function transposedConvolution({ node, inputs: [x, w] }: RuleInput): number[] | undefined {
  const window = windowOf(node, w?.shape);
  const [n] = x?.shape ?? [];
  const perGroup = w?.shape?.[1];
  if (x?.shape === undefined || n === undefined || perGroup === undefined || window === undefined) return undefined;
  const extra = attribute(node, "output_padding")?.ints;
  const wanted = attribute(node, "output_shape")?.ints;
  const sizes = x.shape.slice(2).map((size, i) => {
    const explicit = wanted?.[wanted.length - (x.shape?.length ?? 2) + 2 + i];
    if (explicit !== undefined) return explicit;
    const stride = window.strides[i] ?? 1;
    if (window.autoPad.startsWith("SAME")) return size * stride;
    const extent = ((window.kernel[i] ?? 1) - 1) * (window.dilations[i] ?? 1) + 1;
    const pads = window.autoPad === "VALID" ? 0 : (window.padBegin[i] ?? 0) + (window.padEnd[i] ?? 0);
    return stride * (size - 1) + (extra?.[i] ?? 0) + extent - pads;
  });
  return [n, perGroup * intAttribute(node, "group", 1), ...sizes];
}

/** Shape of Resize and Upsample with constant scales or sizes. */
export function resize({ node, inputs, opset }: RuleInput): number[] | undefined {
  const shape = inputs[0]?.shape;
  if (shape === undefined) return undefined;
  const axes = attribute(node, "axes")?.ints?.map((axis) => (axis < 0 ? axis + shape.length : axis)) ?? shape.map((_, i) => i);
  const inputOfScales = node.op === "Upsample" || opset < 11 ? 1 : 2;
  const scales = attribute(node, "scales")?.floats ?? nonEmpty(inputs[inputOfScales]?.constant);
  const sizes = node.op === "Resize" && opset >= 11 ? nonEmpty(inputs[3]?.constant) : undefined;
  if (sizes === undefined && scales === undefined) return undefined;
  const policy = attribute(node, "keep_aspect_ratio_policy")?.string ?? "stretch";
  if (sizes !== undefined && policy !== "stretch") return undefined;
  const result = [...shape];
  axes.forEach((axis, i) => (result[axis] = sizes?.[i] ?? Math.floor((shape[axis] ?? 0) * (scales?.[i] ?? 1))));
  return result;
}

function nonEmpty(values: readonly number[] | undefined): readonly number[] | undefined {
  return values !== undefined && values.length > 0 ? values : undefined;
}
