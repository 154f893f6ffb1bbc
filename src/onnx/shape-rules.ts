import { elementCount } from "../tensor/tensor.ts";
import { foldConstant } from "./constant-folding.ts";
import { normal, sliceParameters, sliceRange, type Facts, type RuleInput } from "./facts.ts";
import { attribute, intAttribute, isStandard, type OnnxNode } from "./model.ts";
import { convolution, pooling, resize, transposedConvolution } from "./spatial-rules.ts";
import { ELEMENT, tensorNumbers } from "./tensor-values.ts";

type Rule = (input: RuleInput) => (Facts | undefined)[];

/** Facts of the node's outputs, from those of its inputs. An empty list where there is no rule or too little is known. */
export function inferNode(node: OnnxNode, inputs: readonly (Facts | undefined)[], opset: number): readonly (Facts | undefined)[] {
  const rule = isStandard(node.domain) || node.domain === "com.microsoft" ? RULES[node.op] : undefined;
  if (rule === undefined) return [];
  const found = rule({ node, inputs, opset });
  const [first] = found;
  if (first === undefined || first.constant !== undefined) return found;
  const constant = foldConstant(node, inputs, first.shape);
  return constant === undefined ? found : [{ ...first, constant }, ...found.slice(1)];
}

const sameAs: Rule = ({ inputs }) => [withoutConstant(inputs[0])];

/** Elementwise with broadcasting; the element type of the first input. */
const broadcasting: Rule = ({ inputs }) => [
  { elementType: typeOf(inputs), shape: broadcast(inputs.map((each) => each?.shape)) },
];

const comparing: Rule = ({ inputs }) => [{ elementType: ELEMENT.BOOL, shape: broadcast(inputs.map((each) => each?.shape)) }];

const globalPooling: Rule = ({ inputs: [x] }) => [x && { elementType: x.elementType, shape: x.shape?.map((size, i) => (i < 2 ? size : 1)) }];

const reducing: Rule = ({ node, inputs: [x, axesInput], opset }) => {
  if (x === undefined) return [];
  const rank = x.shape?.length;
  const given = attribute(node, "axes")?.ints ?? axesInput?.constant;
  if (axesInput !== undefined && axesInput.constant === undefined) return [{ elementType: x.elementType, shape: undefined }];
  const none = given === undefined || given.length === 0;
  if (none && intAttribute(node, "noop_with_empty_axes", 0) === 1 && opset >= 13) return [withoutConstant(x)];
  const axes = none ? undefined : given.map((axis) => normal(axis, rank ?? 0));
  return [{ elementType: x.elementType, shape: x.shape && dropAxes(x.shape, axes, intAttribute(node, "keepdims", 1) === 1) }];
};

const argument: Rule = ({ node, inputs: [x] }) => {
  const axis = normal(intAttribute(node, "axis", 0), x?.shape?.length ?? 0);
  return [{ elementType: ELEMENT.INT64, shape: x?.shape && dropAxes(x.shape, [axis], intAttribute(node, "keepdims", 1) === 1) }];
};

const spatial =
  (rule: (input: RuleInput) => number[] | undefined): Rule =>
  (input) => {
    const shape = rule(input);
    const elementType = input.inputs[0]?.elementType ?? 0;
    // MaxPool's second output: the indices.
    return [{ elementType, shape }, ...(input.node.outputs.length > 1 ? [{ elementType: ELEMENT.INT64, shape }] : [])];
  };

const each = (names: string, rule: Rule): Record<string, Rule> => Object.fromEntries(names.split(" ").map((name) => [name, rule]));

const RULES: Readonly<Record<string, Rule>> = {
  ...each(
    "Abs Neg Relu LeakyRelu PRelu Elu Celu Selu ThresholdedRelu Sigmoid HardSigmoid HardSwish Mish Swish QuickGelu Tanh Softplus Softsign Erf Exp Log Sqrt Reciprocal Floor Ceil Round Sign Clip Sin Cos Tan Atan Gelu FastGelu BiasGelu InstanceNormalization GroupNormalization LayerNormalization RMSNormalization LpNormalization MeanVarianceNormalization LRN Softmax LogSoftmax Hardmax Identity CumSum BitwiseNot ScatterND ScatterElements Trilu",
    sameAs,
  ),
  ...each("Add Sub Mul Div Pow Mod Max Min Sum Mean BitwiseAnd BitwiseOr BitwiseXor", broadcasting),
  ...each("And Or Xor Equal Greater GreaterOrEqual Less LessOrEqual", comparing),
  ...each("Not IsNaN IsInf", ({ inputs: [x] }) => [{ elementType: ELEMENT.BOOL, shape: x?.shape }]),
  ...each("GlobalAveragePool GlobalMaxPool GlobalLpPool", globalPooling),
  ...each("ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare", reducing),
  ...each("ArgMax ArgMin", argument),
  ...each("MaxPool AveragePool LpPool", spatial(pooling)),
  Conv: spatial(convolution),
  FusedConv: spatial(convolution),
  ConvTranspose: spatial(transposedConvolution),
  Resize: spatial(resize),
  Upsample: spatial(resize),
  BatchNormalization: ({ inputs: [x] }) => [withoutConstant(x)],
  Dropout: ({ inputs: [x], opset }) => [withoutConstant(x), { elementType: opset < 10 ? (x?.elementType ?? 0) : ELEMENT.BOOL, shape: x?.shape }],
  Where: ({ inputs: [condition, x, y] }) => [
    { elementType: x?.elementType || y?.elementType || 0, shape: broadcast([condition?.shape, x?.shape, y?.shape]) },
  ],
  Cast: ({ node, inputs: [x] }) => [{ elementType: intAttribute(node, "to", 0), shape: x?.shape }],
  CastLike: ({ inputs: [x, like] }) => [{ elementType: like?.elementType ?? 0, shape: x?.shape }],
  QuantizeLinear: ({ inputs: [x, , zero] }) => [{ elementType: zero?.elementType ?? ELEMENT.UINT8, shape: x?.shape }],
  DequantizeLinear: ({ inputs: [x, scale] }) => [{ elementType: scale?.elementType ?? ELEMENT.FLOAT, shape: x?.shape }],
  Shape: ({ node, inputs: [x] }) => {
    const rank = x?.shape?.length ?? 0;
    const from = clampAxis(intAttribute(node, "start", 0), rank);
    const to = clampAxis(intAttribute(node, "end", rank), rank);
    const constant = x?.shape?.slice(from, to);
    return [{ elementType: ELEMENT.INT64, shape: constant && [constant.length], constant }];
  },
  Size: ({ inputs: [x] }) => [{ elementType: ELEMENT.INT64, shape: [], constant: x?.shape && [elementCount(x.shape)] }],
  Constant: ({ node }) => [constantNode(node)],
  ConstantOfShape: ({ node, inputs: [size] }) => {
    const value = attribute(node, "value")?.tensor;
    const [fill] = value === undefined ? [0] : (tensorNumbers(value) ?? []);
    const shape = size?.constant;
    const small = shape !== undefined && fill !== undefined && elementCount(shape) <= 1024;
    return [{ elementType: value?.elementType ?? ELEMENT.FLOAT, shape, constant: small ? Array.from({ length: elementCount(shape) }, () => fill) : undefined }];
  },
  Range: ({ inputs: [start, limit, delta] }) => {
    const [a, b, step] = [start?.constant?.[0], limit?.constant?.[0], delta?.constant?.[0]];
    const length = a === undefined || b === undefined || !step ? undefined : Math.max(0, Math.ceil((b - a) / step));
    const constant =
      length === undefined || length > 1024 ? undefined : Array.from({ length }, (_, i) => (a ?? 0) + i * (step ?? 0));
    return [{ elementType: start?.elementType ?? 0, shape: length === undefined ? undefined : [length], constant }];
  },
  Concat: ({ node, inputs }) => {
    const shapes = inputs.map((input) => input?.shape);
    const [first] = shapes;
    if (first === undefined || shapes.includes(undefined)) return [{ elementType: typeOf(inputs), shape: undefined }];
    const axis = normal(intAttribute(node, "axis", 1), first.length);
    const total = shapes.reduce((sum, shape) => sum + (shape?.[axis] ?? 0), 0);
    return [{ elementType: typeOf(inputs), shape: first.map((size, i) => (i === axis ? total : size)) }];
  },
  Split: ({ node, inputs: [x, sizes] }) => {
    if (x === undefined) return [];
    const count = node.outputs.length;
    const axis = normal(intAttribute(node, "axis", 0), x.shape?.length ?? 0);
    const size = x.shape?.[axis] ?? 0;
    const even = Math.ceil(size / count);
    const parts =
      attribute(node, "split")?.ints ?? sizes?.constant ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(even, size - i * even)));
    return node.outputs.map((_, i) => ({ elementType: x.elementType, shape: x.shape?.map((old, at) => (at === axis ? (parts[i] ?? 0) : old)) }));
  },
  Reshape: ({ node, inputs: [x, target] }) => {
    const wanted = attribute(node, "shape")?.ints ?? target?.constant;
    return [{ elementType: x?.elementType ?? 0, shape: wanted && reshaped(x?.shape, wanted, intAttribute(node, "allowzero", 0) === 1) }];
  },
  Flatten: ({ node, inputs: [x] }) => {
    if (x?.shape === undefined) return [x && { ...x, constant: undefined }];
    const axis = normal(intAttribute(node, "axis", 1), x.shape.length);
    return [{ elementType: x.elementType, shape: [elementCount(x.shape.slice(0, axis)), elementCount(x.shape.slice(axis))] }];
  },
  Squeeze: ({ node, inputs: [x, axesInput] }) => {
    const given = attribute(node, "axes")?.ints ?? axesInput?.constant;
    if (axesInput !== undefined && given === undefined) return [{ elementType: x?.elementType ?? 0, shape: undefined }];
    const rank = x?.shape?.length ?? 0;
    const axes = given?.map((axis) => normal(axis, rank));
    return [{ elementType: x?.elementType ?? 0, shape: x?.shape?.filter((size, i) => (axes === undefined ? size !== 1 : !axes.includes(i))) }];
  },
  Unsqueeze: ({ node, inputs: [x, axesInput] }) => {
    const given = attribute(node, "axes")?.ints ?? axesInput?.constant;
    if (x?.shape === undefined || given === undefined) return [{ elementType: x?.elementType ?? 0, shape: undefined }];
    const shape = [...x.shape];
    const axes = given.map((axis) => normal(axis, shape.length + given.length)).sort((a, b) => a - b);
    for (const axis of axes) shape.splice(axis, 0, 1);
    return [{ elementType: x.elementType, shape }];
  },
  Transpose: ({ node, inputs: [x] }) => {
    const order = attribute(node, "perm")?.ints ?? x?.shape?.map((_, i, all) => all.length - 1 - i);
    return [{ elementType: x?.elementType ?? 0, shape: x?.shape && order?.map((axis) => x.shape?.[axis] ?? 0) }];
  },
  Slice: ({ node, inputs }) => [{ elementType: inputs[0]?.elementType ?? 0, shape: sliced(node, inputs) }],
  Pad: ({ node, inputs: [x, padsInput, , axesInput] }) => {
    const pads = attribute(node, "pads")?.ints ?? attribute(node, "paddings")?.ints ?? padsInput?.constant;
    if (x?.shape === undefined || pads === undefined) return [{ elementType: x?.elementType ?? 0, shape: undefined }];
    const rank = x.shape.length;
    const axes = axesInput?.constant?.map((axis) => normal(axis, rank)) ?? x.shape.map((_, i) => i);
    const shape = [...x.shape];
    axes.forEach((axis, i) => (shape[axis] = (shape[axis] ?? 0) + (pads[i] ?? 0) + (pads[i + axes.length] ?? 0)));
    return [{ elementType: x.elementType, shape }];
  },
  Expand: ({ inputs: [x, target] }) => [{ elementType: x?.elementType ?? 0, shape: target?.constant && broadcast([x?.shape, target.constant]) }],
  Tile: ({ inputs: [x, repeats] }) => [
    { elementType: x?.elementType ?? 0, shape: repeats?.constant && x?.shape?.map((size, i) => size * (repeats.constant?.[i] ?? 1)) },
  ],
  Gather: ({ node, inputs: [x, indices] }) => {
    if (x?.shape === undefined || indices?.shape === undefined) return [{ elementType: x?.elementType ?? 0, shape: undefined }];
    const axis = normal(intAttribute(node, "axis", 0), x.shape.length);
    return [{ elementType: x.elementType, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] }];
  },
  GatherElements: ({ inputs: [x, indices] }) => [{ elementType: x?.elementType ?? 0, shape: indices?.shape }],
  MatMul: ({ inputs: [a, b] }) => [{ elementType: a?.elementType ?? 0, shape: multiplied(a?.shape, b?.shape) }],
  Gemm: ({ node, inputs: [a, b] }) => {
    const rows = a?.shape?.[intAttribute(node, "transA", 0) === 1 ? 1 : 0];
    const columns = b?.shape?.[intAttribute(node, "transB", 0) === 1 ? 0 : 1];
    return [{ elementType: a?.elementType ?? 0, shape: rows === undefined || columns === undefined ? undefined : [rows, columns] }];
  },
  DepthToSpace: ({ node, inputs: [x] }) => {
    const block = intAttribute(node, "blocksize", 1);
    const [n, c, h, w] = x?.shape ?? [];
    const known = n !== undefined && c !== undefined && h !== undefined && w !== undefined;
    return [{ elementType: x?.elementType ?? 0, shape: known ? [n, c / (block * block), h * block, w * block] : undefined }];
  },
  SpaceToDepth: ({ node, inputs: [x] }) => {
    const block = intAttribute(node, "blocksize", 1);
    const [n, c, h, w] = x?.shape ?? [];
    const known = n !== undefined && c !== undefined && h !== undefined && w !== undefined;
    return [{ elementType: x?.elementType ?? 0, shape: known ? [n, c * block * block, h / block, w / block] : undefined }];
  },
  TopK: ({ node, inputs: [x, k] }) => {
    const count = attribute(node, "k")?.int ?? k?.constant?.[0];
    const axis = normal(intAttribute(node, "axis", -1), x?.shape?.length ?? 0);
    const shape = count === undefined ? undefined : x?.shape?.map((size, i) => (i === axis ? count : size));
    return [
      { elementType: x?.elementType ?? 0, shape },
      { elementType: ELEMENT.INT64, shape },
    ];
  },
  NonZero: () => [{ elementType: ELEMENT.INT64, shape: undefined }],
};

/** The contents of a Constant node, whichever attribute holds them. */
function constantNode(node: OnnxNode): Facts | undefined {
  const tensor = attribute(node, "value")?.tensor;
  if (tensor !== undefined) {
    const constant = elementCount(tensor.dims) <= 1024 ? tensorNumbers(tensor) : undefined;
    return { elementType: tensor.elementType, shape: tensor.dims, constant };
  }
  const int = attribute(node, "value_int")?.int;
  if (int !== undefined) return { elementType: ELEMENT.INT64, shape: [], constant: [int] };
  const float = attribute(node, "value_float")?.float;
  if (float !== undefined) return { elementType: ELEMENT.FLOAT, shape: [], constant: [float] };
  const ints = attribute(node, "value_ints")?.ints;
  if (ints !== undefined) return { elementType: ELEMENT.INT64, shape: [ints.length], constant: ints };
  const floats = attribute(node, "value_floats")?.floats;
  if (floats !== undefined) return { elementType: ELEMENT.FLOAT, shape: [floats.length], constant: floats };
  const strings = attribute(node, "value_strings")?.strings;
  if (strings !== undefined) return { elementType: ELEMENT.STRING, shape: [strings.length] };
  return attribute(node, "value_string") && { elementType: ELEMENT.STRING, shape: [] };
}

function withoutConstant(facts: Facts | undefined): Facts | undefined {
  return facts && { elementType: facts.elementType, shape: facts.shape };
}

function typeOf(inputs: readonly (Facts | undefined)[]): number {
  return inputs.find((input) => input !== undefined && input.elementType !== 0)?.elementType ?? 0;
}

function clampAxis(axis: number, rank: number): number {
  return Math.max(0, Math.min(rank, normal(axis, rank)));
}

/** The multidirectional broadcast of the shapes; undefined where one is unknown or they do not fit. */
function broadcast(shapes: readonly (readonly number[] | undefined)[]): number[] | undefined {
  let result: number[] = [];
  for (const shape of shapes) {
    if (shape === undefined) return undefined;
    const rank = Math.max(result.length, shape.length);
    const next: number[] = [];
    for (let i = 0; i < rank; i++) {
      const a = result[result.length - rank + i] ?? 1;
      const b = shape[shape.length - rank + i] ?? 1;
      if (a !== b && a !== 1 && b !== 1) return undefined;
      next.push(a === 1 ? b : a);
    }
    result = next;
  }
  return result;
}

function dropAxes(shape: readonly number[], axes: readonly number[] | undefined, keep: boolean): number[] {
  const dropped = (i: number) => axes === undefined || axes.includes(i);
  return keep ? shape.map((size, i) => (dropped(i) ? 1 : size)) : shape.filter((_, i) => !dropped(i));
}

/** Reshape's target with 0 (copy) and -1 (the rest) resolved. */
function reshaped(from: readonly number[] | undefined, target: readonly number[], allowZero: boolean): number[] | undefined {
  const copied = target.map((size, i) => (size === 0 && !allowZero ? from?.[i] : size));
  if (copied.includes(undefined)) return undefined;
  const sizes = copied as number[];
  if (!sizes.includes(-1)) return sizes;
  if (from === undefined) return undefined;
  const rest = elementCount(from) / sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
  return Number.isInteger(rest) ? sizes.map((size) => (size === -1 ? rest : size)) : undefined;
}

function sliced(node: OnnxNode, inputs: readonly (Facts | undefined)[]): number[] | undefined {
  const from = inputs[0]?.shape;
  const parameters = sliceParameters(node, inputs);
  if (from === undefined || parameters === undefined) return undefined;
  const shape = [...from];
  parameters.axes.forEach((axis, i) => {
    const at = normal(axis, shape.length);
    shape[at] = sliceRange(from[at] ?? 0, parameters.starts[i] ?? 0, parameters.ends[i] ?? 0, parameters.steps[i] ?? 1)[2];
  });
  return shape;
}

function multiplied(a: readonly number[] | undefined, b: readonly number[] | undefined): number[] | undefined {
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  if (batch === undefined) return undefined;
  const rows = a.length > 1 ? [a.at(-2) ?? 0] : [];
  const columns = b.length > 1 ? [b.at(-1) ?? 0] : [];
  return [...batch, ...rows, ...columns];
}
