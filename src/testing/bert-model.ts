// BERT of any size with random weights: for tests of large models, and for benchmarks that speak of speed alone.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel, makeExternal, makeInt, makeInt64s, makeInts, makeNode, makeTensor, makeValue } from "../onnx/encode.ts";
import type { OnnxAttribute, OnnxNode, OnnxTensor } from "../onnx/model.ts";
import { ELEMENT } from "../onnx/tensor-values.ts";
import { floatToHalf } from "../tensor/half.ts";

/** How large a BERT is. BERT-large: 24 layers, hidden 1024, heads 16, inner 4096, vocabulary 30,522, positions 512. */
export interface BertSize {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly inner: number;
  readonly vocabulary: number;
  readonly positions: number;
  readonly classes: number;
  /** Of the weights, and of what is computed with them. */
  readonly precision: "fp32" | "fp16";
}

/** One tensor of weights, in the order in which they lie in a file. */
export interface BertWeights {
  readonly name: string;
  readonly dims: readonly number[];
  readonly bytes: number;
  /** What its elements are. */
  readonly fill: "normal" | "one" | "zero";
}

/** Where the model looks for a tensor: a file beside it, and the offset there. */
export type Place = (weights: BertWeights, index: number) => { readonly location: string; readonly offset: number };

/** The weights of a BERT of this size. */
export function bertWeights({ layers, hidden, inner, vocabulary, positions, classes, precision }: BertSize): BertWeights[] {
  const size = precision === "fp16" ? 2 : 4;
  const made: BertWeights[] = [];
  const add = (name: string, dims: number[], fill: BertWeights["fill"]) => made.push({ name, dims, fill, bytes: dims.reduce((a, b) => a * b, size) });
  const linear = (name: string, from: number, to: number) => {
    add(`${name}.weight`, [from, to], "normal");
    add(`${name}.bias`, [to], "zero");
  };
  const norm = (name: string) => {
    add(`${name}.weight`, [hidden], "one");
    add(`${name}.bias`, [hidden], "zero");
  };
  add("embeddings.word", [vocabulary, hidden], "normal");
  add("embeddings.position", [positions, hidden], "normal");
  norm("embeddings.norm");
  for (let layer = 0; layer < layers; layer++) {
    for (const part of ["query", "key", "value", "attention"]) linear(`layer.${layer}.${part}`, hidden, hidden);
    norm(`layer.${layer}.attention_norm`);
    linear(`layer.${layer}.widen`, hidden, inner);
    linear(`layer.${layer}.narrow`, inner, hidden);
    norm(`layer.${layer}.inner_norm`);
  }
  linear("head", hidden, classes);
  return made;
}

/**
 * The .onnx file of a BERT whose weights lie elsewhere, with the tensors of the sample's bert-small: INPUT__0 (ids) and INPUT__1 (attention mask),
 * int64 [N, L]; OUTPUT__0, float32 [N, classes], of the mean over the tokens.
 */
export function bertModel(size: BertSize, place: Place): Uint8Array<ArrayBuffer> {
  const { layers, hidden, heads, classes, precision } = size;
  const element = precision === "fp16" ? ELEMENT.FLOAT16 : ELEMENT.FLOAT;
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = bertWeights(size).map((weights, index) => {
    const { location, offset } = place(weights, index);
    return makeExternal(weights.name, element, weights.dims, location, offset, weights.bytes);
  });
  const constant = (name: string, dims: readonly number[], values: readonly number[]) => {
    const elements = precision === "fp16" ? Uint16Array.from(values, floatToHalf) : Float32Array.from(values);
    initializers.push(makeTensor(name, element, dims, new Uint8Array(elements.buffer)));
    return name;
  };
  const whole = (name: string, values: readonly number[]) => {
    initializers.push(makeInt64s(name, values));
    return name;
  };
  const op = (type: string, name: string, inputs: readonly string[], attributes: readonly OnnxAttribute[] = []) => {
    nodes.push(makeNode(type, name, inputs, [name], attributes));
    return name;
  };
  const linear = (name: string, x: string) => op("Add", `${name}/sum`, [op("MatMul", `${name}/product`, [x, `${name}.weight`]), `${name}.bias`]);
  const norm = (name: string, x: string) => op("LayerNormalization", `${name}/out`, [x, `${name}.weight`, `${name}.bias`]);

  const split = whole("split", [0, 0, heads, hidden / heads]);
  const join = whole("join", [0, 0, hidden]);
  const root = constant("root_of_head_width", [], [Math.sqrt(hidden / heads)]);
  const [two, one, half] = [constant("root_of_two", [], [Math.SQRT2]), constant("one", [], [1]), constant("half", [], [0.5])];
  const embedded = op("Gather", "embedded", ["embeddings.word", "INPUT__0"]);
  // The length is asked of the embedded ids: what reads the ids but a lookup would have them copied back from the GPU.
  const length = op("Shape", "length", [embedded], [makeInt("start", 1), makeInt("end", 2)]);
  const places = op("Slice", "places", ["embeddings.position", whole("from", [0]), length, whole("axis", [0])]);
  const bias = op("Unsqueeze", "bias", [op("Gather", "mask_bias", [constant("biases", [2], [-1e4, 0]), "INPUT__1"]), whole("bias_axes", [1, 2])]);
  let x = norm("embeddings.norm", op("Add", "placed", [embedded, places]));
  for (let layer = 0; layer < layers; layer++) {
    const at = `layer.${layer}`;
    const part = (name: string, order: readonly number[]) =>
      op("Transpose", `${at}.${name}/heads`, [op("Reshape", `${at}.${name}/split`, [linear(`${at}.${name}`, x), split])], [makeInts("perm", order)]);
    const scores = op("MatMul", `${at}/scores`, [part("query", [0, 2, 1, 3]), part("key", [0, 2, 3, 1])]);
    const shares = op("Softmax", `${at}/shares`, [op("Add", `${at}/masked`, [op("Div", `${at}/scaled`, [scores, root]), bias])], [makeInt("axis", -1)]);
    const mixed = op("Transpose", `${at}/mixed`, [op("MatMul", `${at}/weighted`, [shares, part("value", [0, 2, 1, 3])])], [makeInts("perm", [0, 2, 1, 3])]);
    const attended = linear(`${at}.attention`, op("Reshape", `${at}/joined`, [mixed, join]));
    x = norm(`${at}.attention_norm`, op("Add", `${at}/attended`, [attended, x]));
    const wide = linear(`${at}.widen`, x);
    const error = op("Add", `${at}/gelu_sum`, [op("Erf", `${at}/erf`, [op("Div", `${at}/gelu_in`, [wide, two])]), one]);
    const gelu = op("Mul", `${at}/gelu`, [op("Mul", `${at}/gelu_product`, [wide, error]), half]);
    x = norm(`${at}.inner_norm`, op("Add", `${at}/narrowed`, [linear(`${at}.narrow`, gelu), x]));
  }
  const weights = op("Unsqueeze", "weights", [op("Gather", "mask_weights", [constant("mask_values", [2], [0, 1]), "INPUT__1"]), whole("last", [-1])]);
  const sum = op("ReduceSum", "sum", [op("Mul", "kept", [x, weights]), whole("tokens", [1])], [makeInt("keepdims", 0)]);
  const count = op("ReduceSum", "count", [weights, "tokens"], [makeInt("keepdims", 0)]);
  const score = linear("head", op("Div", "mean", [sum, count]));
  nodes.push(makeNode("Cast", "OUTPUT__0", [score], ["OUTPUT__0"], [makeInt("to", ELEMENT.FLOAT)]));

  return encodeModel({
    irVersion: 8,
    producer: "conch",
    opsets: new Map([["", 17]]),
    metadata: new Map(),
    functions: [],
    graph: {
      name: "bert",
      nodes,
      initializers,
      inputs: ["INPUT__0", "INPUT__1"].map((name) => makeValue(name, ELEMENT.INT64, ["N", "L"])),
      outputs: [makeValue("OUTPUT__0", ELEMENT.FLOAT, ["N", classes])],
      values: [],
      rest: [new BinaryWriter().tag(2, WireType.LengthDelimited).string("bert").finish()],
    },
    rest: [
      new BinaryWriter().tag(1, WireType.Varint).int64(8).tag(2, WireType.LengthDelimited).string("conch").finish(),
      new BinaryWriter().tag(8, WireType.LengthDelimited).fork().tag(2, WireType.Varint).int64(17).join().finish(),
    ],
  });
}

/**
 * The .onnx file of a BERT with its weights inside, in parts: bytes, or the index of the tensor whose elements come next. It may be larger than an
 * array of bytes.
 */
export function insideParts(size: BertSize): (Uint8Array | number)[] {
  const { graph, rest } = decodeModel(bertModel(size, () => ({ location: "", offset: 0 })));
  const weights = bertWeights(size);
  const inside = weights.map(({ name, dims, bytes }) => {
    const writer = new BinaryWriter();
    for (const length of dims) writer.tag(1, WireType.Varint).int64(length);
    writer.tag(2, WireType.Varint).int32(size.precision === "fp16" ? ELEMENT.FLOAT16 : ELEMENT.FLOAT);
    writer.tag(8, WireType.LengthDelimited).string(name).tag(9, WireType.LengthDelimited).uint32(bytes);
    return { head: writer.finish(), bytes };
  });
  const fields: readonly (readonly [number, readonly Uint8Array[]])[] = [
    [1, graph.nodes.map((node) => node.encoded!)],
    [5, graph.initializers.slice(weights.length).map((tensor) => tensor.encoded)],
    [11, graph.inputs.map((value) => value.encoded)],
    [12, graph.outputs.map((value) => value.encoded)],
  ];
  const parts: (Uint8Array | number)[] = [...graph.rest];
  for (const [no, messages] of fields) for (const message of messages) parts.push(new BinaryWriter().tag(no, WireType.LengthDelimited).bytes(message).finish());
  let length = parts.reduce<number>((sum, part) => sum + (part as Uint8Array).byteLength, 0);
  for (const [index, { head, bytes }] of inside.entries()) {
    const tag = new BinaryWriter().tag(5, WireType.LengthDelimited).uint32(head.byteLength + bytes).finish();
    parts.push(tag, head, index);
    length += tag.byteLength + head.byteLength + bytes;
  }
  // A graph of 4 GiB and more has no length that 32 bits hold; readers of 64 bits take it.
  return [...rest, new BinaryWriter().tag(7, WireType.LengthDelimited).uint64(length).finish(), ...parts];
}

/** Elements of a tensor, from byte `from` on, little endian. The same numbers each time: normal ones with a spread of 0.02, or all alike. */
export class RandomWeights {
  readonly #size: number;
  readonly #normal: Uint8Array<ArrayBuffer>;
  readonly #ones: Uint8Array<ArrayBuffer>;

  constructor(precision: BertSize["precision"], pool = 1 << 20) {
    this.#size = precision === "fp16" ? 2 : 4;
    const encode = (values: Float32Array) => new Uint8Array(precision === "fp16" ? Uint16Array.from(values, floatToHalf).buffer : values.slice().buffer);
    this.#normal = encode(normals(pool));
    this.#ones = encode(new Float32Array(pool).fill(1));
  }

  /** Bytes [from, to) of the tensor with this index, fewer where the pool of numbers ends: call it again from there. */
  part({ fill }: BertWeights, index: number, from: number, to: number): Uint8Array<ArrayBuffer> {
    if (fill === "zero") return new Uint8Array(Math.min(to - from, this.#normal.byteLength));
    const pool = fill === "one" ? this.#ones : this.#normal;
    // Tensors begin at other places of the pool, so that they differ.
    const at = (from + index * 7919 * this.#size) % pool.byteLength;
    return pool.subarray(at, Math.min(pool.byteLength, at + to - from));
  }

  /** All bytes of a tensor, for small ones. */
  whole(weights: BertWeights, index: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(weights.bytes);
    for (let at = 0; at < bytes.byteLength; ) {
      const part = this.part(weights, index, at, bytes.byteLength);
      bytes.set(part, at);
      at += part.byteLength;
    }
    return bytes;
  }
}

/** Normal numbers by Box and Muller, of a fixed sequence. */
function normals(length: number): Float32Array {
  let state = 0x9e3779b9;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 1) / (2 ** 32 + 1);
  };
  return Float32Array.from({ length }, () => 0.02 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}
