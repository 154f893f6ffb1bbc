import { elementCount } from "../../tensor/tensor.ts";
import { makeInt64s, makeInts, makeNode, makeTensor } from "../encode.ts";
import { attribute, intAttribute, isStandard, standardOpset, type OnnxModel, type OnnxNode, type OnnxTensor } from "../model.ts";
import { inferShapes } from "../shape-inference.ts";
import { windowOf, type Window } from "../spatial-rules.ts";
import { ELEMENT, elementBytes, tensorRaw } from "../tensor-values.ts";
import type { Rewrite, RewriteContext } from "./rewrite.ts";
import { freshNames, nodeName } from "./uses.ts";

/**
 * Replaces ConvTranspose over three spatial axes, which ONNX Runtime's WebGPU provider does not run, by Conv + Reshape + Transpose + Reshape (+ Slice).
 *
 * Per axis with stride s, kernel k and begin padding p, output element s·q + r is the sum over t ≡ r + p (mod s) of x[q + (r + p − t) / s] · w[t]: each
 * of the s phases r is an ordinary convolution of x, with a kernel of at most ⌈k / s⌉ + 1 taps. One Conv computes all s³ phases as channels; Reshape and
 * Transpose put them side by side. The products and sums are the original's, in another order.
 */
export const convTransposeToConv: Rewrite = {
  name: "conv-transpose-to-conv",
  apply(model, context) {
    const candidates = model.graph.nodes.filter((node) => isVolumetric(model, node));
    if (candidates.length === 0) return { model, nodes: [], reason: "" };
    const { facts } = inferShapes(model, context.inputShapes, context.external);
    const fresh = freshNames(model.graph);
    const added: OnnxTensor[] = [];
    const replaced = new Map<OnnxNode, OnnxNode[]>();
    for (const node of candidates) {
      if (whyNotRewritable(model, node, context.external !== undefined) !== undefined) continue;
      const shape = facts.get(node.inputs[0] ?? "")?.shape;
      const made = shape && replace(model, node, shape, context, fresh);
      if (made === undefined) continue;
      replaced.set(node, made.nodes);
      added.push(...made.tensors);
    }
    if (replaced.size === 0) return { model, nodes: [], reason: "" };
    const nodes = model.graph.nodes.flatMap((node) => replaced.get(node) ?? [node]);
    return {
      model: { ...model, graph: { ...model.graph, nodes, initializers: [...model.graph.initializers, ...added] } },
      nodes: [...replaced.keys()].map(nodeName),
      reason: "ONNX Runtime runs no three-dimensional ConvTranspose on WebGPU; a Conv over all its phases computes the same",
    };
  },
};

/** The convolution has stride³ as many channels; no network upsamples by more at once. */
const MAX_STRIDE = 16;

/** True for ConvTranspose nodes over three spatial axes. */
export function isVolumetric(model: OnnxModel, node: OnnxNode): boolean {
  if (node.op !== "ConvTranspose" || !isStandard(node.domain)) return false;
  const kernel = attribute(node, "kernel_shape")?.ints?.length ?? (weightsOf(model, node)?.dims.length ?? 2) - 2;
  return kernel === 3;
}

/** Why the rewrite cannot take the node, or undefined where it can once the input's shape is known. */
export function whyNotRewritable(model: OnnxModel, node: OnnxNode, withExternal = true): string | undefined {
  const weights = weightsOf(model, node);
  if (weights === undefined) return "its weights are computed at run time";
  if (weights.payload.kind === "external" && !withExternal) return `its weights are in ${weights.payload.location}, which is not there`;
  if (weights.elementType !== ELEMENT.FLOAT && weights.elementType !== ELEMENT.FLOAT16) return "its weights are neither float32 nor float16";
  const group = intAttribute(node, "group", 1);
  if (group !== 1) return `it has ${group} groups`;
  const window = windowOf(node, weights.dims);
  if (window === undefined) return "its kernel is not known";
  if (weights.dims.length !== 5 || window.kernel.some((size, i) => size !== weights.dims[i + 2])) return "its kernel_shape is not that of its weights";
  if (window.strides.length !== 3 || window.strides.some((stride) => stride < 1 || stride > MAX_STRIDE)) {
    return `its strides are [${window.strides.join(", ")}]`;
  }
  if (window.autoPad !== "NOTSET" && window.autoPad !== "VALID") return `its auto_pad is ${window.autoPad}`;
  if (attribute(node, "output_shape") !== undefined) return "it states an output_shape";
  if (window.dilations.some((dilation) => dilation !== 1)) return `its dilations are [${window.dilations.join(", ")}]`;
  const [bias] = [node.inputs[2] ?? ""];
  if (bias !== "" && initializer(model, bias) === undefined) return "its bias is computed at run time";
  return undefined;
}

function weightsOf(model: OnnxModel, node: OnnxNode): OnnxTensor | undefined {
  return initializer(model, node.inputs[1] ?? "");
}

/** A tensor of the model that no request overrides: an initializer or a Constant node's value. */
function initializer(model: OnnxModel, name: string): OnnxTensor | undefined {
  const { graph } = model;
  if (graph.inputs.some((input) => input.name === name)) return undefined;
  const constant = graph.nodes.find((node) => node.op === "Constant" && node.outputs[0] === name);
  return graph.initializers.find((tensor) => tensor.name === name) ?? (constant && attribute(constant, "value")?.tensor);
}

/** The phases of one axis. */
interface AxisPhases {
  stride: number;
  /** Taps of the ordinary convolution. */
  taps: number;
  padBegin: number;
  padEnd: number;
  /** Output positions per phase. */
  positions: number;
  /** Size of the original's output. */
  size: number;
  /** Tap of the original's kernel that phase r has at tap j of the convolution; negative or ≥ kernel: none. */
  source(phase: number, tap: number): number;
}

function phasesOf(window: Window, axis: number, input: number, outputPadding: number): AxisPhases {
  const k = window.kernel[axis] ?? 1;
  const stride = window.strides[axis] ?? 1;
  const valid = window.autoPad === "VALID";
  const begin = valid ? 0 : (window.padBegin[axis] ?? 0);
  const end = valid ? 0 : (window.padEnd[axis] ?? 0);
  const size = stride * (input - 1) + outputPadding + k - begin - end;
  // Offsets q' − q of the inputs that any phase reads.
  const first = Math.min(0, Math.ceil((begin - k + 1) / stride));
  const last = Math.max(0, Math.floor((stride - 1 + begin) / stride));
  const taps = last - first + 1;
  const padBegin = -first;
  const padEnd = Math.max(0, Math.ceil(size / stride) - input - padBegin + taps - 1);
  return {
    stride,
    taps,
    padBegin,
    padEnd,
    positions: input + padBegin + padEnd - taps + 1,
    size,
    source: (phase, tap) => phase + begin - stride * (first + tap),
  };
}

function replace(
  model: OnnxModel,
  node: OnnxNode,
  shape: readonly number[],
  context: RewriteContext,
  fresh: (wanted: string) => string,
): { nodes: OnnxNode[]; tensors: OnnxTensor[] } | undefined {
  const weights = weightsOf(model, node);
  const raw = weights && tensorRaw(weights, context.external);
  const window = weights && windowOf(node, weights.dims);
  const [input = "", , bias = ""] = node.inputs;
  const [output = ""] = node.outputs;
  if (weights === undefined || raw === undefined || window === undefined || shape.length !== 5) return undefined;
  const [, outputs = 0] = weights.dims;
  const padding = attribute(node, "output_padding")?.ints;
  const axes = [0, 1, 2].map((axis) => phasesOf(window, axis, shape[axis + 2] ?? 0, padding?.[axis] ?? 0));
  const phases = axes.reduce((product, axis) => product * axis.stride, 1);

  const base = nodeName(node);
  const tensors: OnnxTensor[] = [];
  const constant = (suffix: string, values: readonly number[]): string => {
    const tensor = makeInt64s(fresh(`${base}/${suffix}`), values);
    tensors.push(tensor);
    return tensor.name;
  };
  const kernel = phaseWeights(fresh(`${base}/phase_weights`), weights, raw, window.kernel, axes);
  tensors.push(kernel);
  const inputs = [input, kernel.name];
  if (bias !== "") {
    const original = initializer(model, bias);
    const biasRaw = original && tensorRaw(original, context.external);
    if (original === undefined || biasRaw === undefined) return undefined;
    const repeated = makeTensor(fresh(`${base}/phase_bias`), original.elementType, [outputs * phases], repeat(biasRaw, elementBytes(original.elementType), phases));
    tensors.push(repeated);
    inputs.push(repeated.name);
  }

  const value = (suffix: string) => fresh(`${base}/${suffix}`);
  const [conv, split, swapped] = [value("phases"), value("split"), value("interleaved")];
  const exact = axes.every((axis) => axis.stride * axis.positions === axis.size);
  const merged = exact ? output : value("uncropped");
  const nodes = [
    makeNode("Conv", fresh(`${base}/Conv`), inputs, [conv], [
      makeInts("kernel_shape", axes.map((axis) => axis.taps)),
      makeInts("pads", [...axes.map((axis) => axis.padBegin), ...axes.map((axis) => axis.padEnd)]),
      makeInts("strides", [1, 1, 1]),
      makeInts("dilations", [1, 1, 1]),
    ]),
    // Batch and output channels become one axis, so any batch size fits.
    makeNode("Reshape", fresh(`${base}/Split`), [conv, constant("split_shape", [-1, ...axes.map((axis) => axis.stride), ...axes.map((axis) => axis.positions)])], [split]),
    makeNode("Transpose", fresh(`${base}/Interleave`), [split], [swapped], [makeInts("perm", [0, 4, 1, 5, 2, 6, 3])]),
    makeNode("Reshape", fresh(`${base}/Merge`), [swapped, constant("merge_shape", [-1, outputs, ...axes.map((axis) => axis.stride * axis.positions)])], [merged]),
  ];
  if (!exact) {
    const crop = { starts: [0, 0, 0], ends: axes.map((axis) => axis.size), axes: [2, 3, 4] };
    const name = fresh(`${base}/Crop`);
    // Slice takes its ranges as inputs since opset 10.
    if (standardOpset(model) < 10) {
      nodes.push(makeNode("Slice", name, [merged], [output], Object.entries(crop).map(([key, values]) => makeInts(key, values))));
    } else {
      nodes.push(makeNode("Slice", name, [merged, ...Object.entries(crop).map(([key, values]) => constant(`crop_${key}`, values))], [output]));
    }
  }
  return { nodes, tensors };
}

/** Weights [Co·s³, Ci, taps…] of the convolution over all phases from the ConvTranspose's [Ci, Co, k…]; bytes are moved, never computed. */
function phaseWeights(name: string, weights: OnnxTensor, raw: Uint8Array, kernel: readonly number[], axes: readonly AxisPhases[]): OnnxTensor {
  const [a, b, c] = axes as [AxisPhases, AxisPhases, AxisPhases];
  const [kd = 1, kh = 1, kw = 1] = kernel;
  const [inputs = 0, outputs = 0] = weights.dims;
  const Words = elementBytes(weights.elementType) === 4 ? Uint32Array : Uint16Array;
  // A copy, because a view into the file is seldom aligned.
  const source = new Words(raw.slice().buffer);
  const dims = [outputs * a.stride * b.stride * c.stride, inputs, a.taps, b.taps, c.taps];
  const target = new Words(elementCount(dims));
  let at = 0;
  const move = (ci: number, co: number, z: number, y: number, x: number) => {
    if (z >= 0 && z < kd && y >= 0 && y < kh && x >= 0 && x < kw) {
      target[at] = source[(((ci * outputs + co) * kd + z) * kh + y) * kw + x] ?? 0;
    }
    at++;
  };
  for (let co = 0; co < outputs; co++)
    for (let rz = 0; rz < a.stride; rz++)
      for (let ry = 0; ry < b.stride; ry++)
        for (let rx = 0; rx < c.stride; rx++)
          for (let ci = 0; ci < inputs; ci++)
            for (let z = 0; z < a.taps; z++)
              for (let y = 0; y < b.taps; y++)
                for (let x = 0; x < c.taps; x++) move(ci, co, a.source(rz, z), b.source(ry, y), c.source(rx, x));
  return makeTensor(name, weights.elementType, dims, new Uint8Array(target.buffer));
}

/** Each element `times` times in a row. */
function repeat(raw: Uint8Array, width: number, times: number): Uint8Array {
  const target = new Uint8Array(raw.byteLength * times);
  for (let i = 0; i * width < raw.byteLength; i++) {
    for (let t = 0; t < times; t++) target.set(raw.subarray(i * width, (i + 1) * width), (i * times + t) * width);
  }
  return target;
}
