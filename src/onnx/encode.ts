import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./model.ts";

/** Chunks that make a message when they are joined, and their length. Weights are the file's own bytes. */
interface Chunks {
  readonly parts: Uint8Array[];
  length: number;
}

/** The bytes of an .onnx file. Every message that no rewrite touched is written as it was read. */
export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const chunks = start();
  for (const field of model.rest) add(chunks, field);
  nest(chunks, 7, encodeGraph(model.graph));
  const bytes = new Uint8Array(chunks.length);
  let at = 0;
  for (const part of chunks.parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

function encodeGraph(graph: OnnxGraph): Chunks {
  const chunks = start();
  for (const node of graph.nodes) nest(chunks, 1, node.encoded === undefined ? encodeNode(node) : whole(node.encoded));
  for (const field of graph.rest) add(chunks, field);
  for (const tensor of graph.initializers) nest(chunks, 5, whole(tensor.encoded));
  for (const value of graph.inputs) nest(chunks, 11, whole(value.encoded));
  for (const value of graph.outputs) nest(chunks, 12, whole(value.encoded));
  for (const value of graph.values) nest(chunks, 13, whole(value.encoded));
  return chunks;
}

function encodeNode(node: OnnxNode): Chunks {
  const writer = new BinaryWriter();
  for (const name of node.inputs) writer.tag(1, WireType.LengthDelimited).string(name);
  for (const name of node.outputs) writer.tag(2, WireType.LengthDelimited).string(name);
  writer.tag(3, WireType.LengthDelimited).string(node.name);
  writer.tag(4, WireType.LengthDelimited).string(node.op);
  if (node.domain !== "") writer.tag(7, WireType.LengthDelimited).string(node.domain);
  const chunks = whole(writer.finish());
  for (const each of node.attributes) nest(chunks, 5, whole(each.encoded));
  for (const field of node.rest) add(chunks, field);
  return chunks;
}

/** A node made by a rewrite. */
export function makeNode(
  op: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly OnnxAttribute[] = [],
): OnnxNode {
  return { name, op, domain: "", inputs, outputs, attributes, encoded: undefined, rest: [] };
}

/** An attribute of type INTS. */
export function makeInts(name: string, ints: readonly number[]): OnnxAttribute {
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string(name);
  for (const value of ints) writer.tag(8, WireType.Varint).int64(value);
  writer.tag(20, WireType.Varint).int32(7);
  return { name, ints, encoded: writer.finish() };
}

/** An attribute of type INT. */
export function makeInt(name: string, int: number): OnnxAttribute {
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string(name);
  writer.tag(3, WireType.Varint).int64(int).tag(20, WireType.Varint).int32(2);
  return { name, int, encoded: writer.finish() };
}

/** An initializer of the given onnx.TensorProto.DataType over little-endian bytes. */
export function makeTensor(name: string, elementType: number, dims: readonly number[], raw: Uint8Array): OnnxTensor {
  const writer = new BinaryWriter();
  for (const size of dims) writer.tag(1, WireType.Varint).int64(size);
  writer.tag(2, WireType.Varint).int32(elementType);
  writer.tag(8, WireType.LengthDelimited).string(name);
  writer.tag(9, WireType.LengthDelimited).bytes(raw);
  return { name, elementType, dims: [...dims], payload: { kind: "inline" }, encoded: writer.finish() };
}

/** An initializer whose little-endian bytes lie in another file. */
export function makeExternal(name: string, elementType: number, dims: readonly number[], location: string, offset: number, length: number): OnnxTensor {
  const writer = new BinaryWriter();
  for (const size of dims) writer.tag(1, WireType.Varint).int64(size);
  writer.tag(2, WireType.Varint).int32(elementType);
  writer.tag(8, WireType.LengthDelimited).string(name);
  for (const [key, value] of Object.entries({ location, offset: `${offset}`, length: `${length}` })) {
    writer.tag(13, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).string(value).join();
  }
  writer.tag(14, WireType.Varint).int32(1);
  return { name, elementType, dims: [...dims], payload: { kind: "external", location, offset, length }, encoded: writer.finish() };
}

/** An INT64 initializer with one axis: shapes, pads, axes. */
export function makeInt64s(name: string, values: readonly number[]): OnnxTensor {
  return makeTensor(name, 7, [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
}

/** A tensor value of fixed or symbolic shape, as graph input or output. An undefined dimension has neither size nor name. */
export function makeValue(name: string, elementType: number, shape: readonly (number | string | undefined)[]): OnnxValue {
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string(name);
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int32(elementType);
  writer.tag(2, WireType.LengthDelimited).fork();
  for (const size of shape) {
    writer.tag(1, WireType.LengthDelimited).fork();
    if (typeof size === "number") writer.tag(1, WireType.Varint).int64(size);
    else if (size !== undefined) writer.tag(2, WireType.LengthDelimited).string(size);
    writer.join();
  }
  writer.join().join().join();
  return { name, kind: "tensor", elementType, shape, encoded: writer.finish() };
}

function start(): Chunks {
  return { parts: [], length: 0 };
}

function whole(bytes: Uint8Array): Chunks {
  return { parts: [bytes], length: bytes.byteLength };
}

function add(chunks: Chunks, bytes: Uint8Array): void {
  chunks.parts.push(bytes);
  chunks.length += bytes.byteLength;
}

function nest(chunks: Chunks, no: number, message: Chunks): void {
  add(chunks, new BinaryWriter().tag(no, WireType.LengthDelimited).uint32(message.length).finish());
  for (const part of message.parts) chunks.parts.push(part);
  chunks.length += message.length;
}
