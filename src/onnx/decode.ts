import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { ConchError } from "../base/errors.ts";
import type { OnnxAttribute, OnnxDimension, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxPayload, OnnxTensor, OnnxValue } from "./model.ts";

/** Field of a TensorProto in a header that was read without its weights; from the range that protobuf keeps free of schemas. */
export const OMITTED_FIELD = 19_999;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/**
 * The model in the bytes of an .onnx file, by the field numbers of onnx.proto. Weights stay views of `bytes`.
 * Throws ONNX_NOT_ONNX where the bytes are no ModelProto with a graph.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const functions: OnnxFunction[] = [];
  const rest: Uint8Array[] = [];
  let irVersion = 0;
  let producer = "";
  let producerVersion = "";
  let graph: OnnxGraph | undefined;
  try {
    eachField(bytes, (no, wire, reader) => {
      if (no === 7 && wire === WireType.LengthDelimited) {
        graph = decodeGraph(reader.bytes());
        return true;
      }
      if (no === 1 && wire === WireType.Varint) irVersion = Number(reader.int64());
      else if (wire !== WireType.LengthDelimited) reader.skip(wire, no);
      else if (no === 2) producer = reader.string();
      else if (no === 3) producerVersion = reader.string();
      else if (no === 8) {
        const [domain, version] = decodeOpset(reader.bytes());
        opsets.set(domain, version);
      } else if (no === 14) {
        const [key, value] = decodeEntry(reader.bytes());
        metadata.set(key, value);
      } else if (no === 25) functions.push(decodeFunction(reader.bytes()));
      else reader.skip(wire, no);
      return false;
    }, rest);
  } catch (thrown) {
    throw new ConchError("ONNX_NOT_ONNX", "The bytes are no ONNX model: they do not follow the ModelProto message", { cause: thrown });
  }
  if (graph === undefined) throw new ConchError("ONNX_NOT_ONNX", "The bytes hold no graph, so they are no ONNX model");
  return { irVersion, producer: `${producer} ${producerVersion}`.trim(), opsets, metadata, functions, graph, rest };
}

function decodeGraph(bytes: Uint8Array): OnnxGraph {
  const graph: Mutable<OnnxGraph> = { name: "", nodes: [], initializers: [], inputs: [], outputs: [], values: [], rest: [] };
  eachField(bytes, (no, wire, reader) => {
    if (wire !== WireType.LengthDelimited) reader.skip(wire, no);
    else if (no === 1) return graph.nodes.push(decodeNode(reader.bytes())) > 0;
    else if (no === 5) return graph.initializers.push(decodeTensor(reader.bytes())) > 0;
    else if (no === 11) return graph.inputs.push(decodeValue(reader.bytes())) > 0;
    else if (no === 12) return graph.outputs.push(decodeValue(reader.bytes())) > 0;
    else if (no === 13) return graph.values.push(decodeValue(reader.bytes())) > 0;
    else if (no === 2) graph.name = reader.string();
    else reader.skip(wire, no);
    return false;
  }, graph.rest);
  return graph;
}

function decodeNode(bytes: Uint8Array): OnnxNode {
  const node: Mutable<OnnxNode> = { name: "", op: "", domain: "", inputs: [], outputs: [], attributes: [], encoded: bytes, rest: [] };
  eachField(bytes, (no, wire, reader) => {
    if (wire === WireType.LengthDelimited) {
      if (no === 1) return node.inputs.push(reader.string()) > 0;
      if (no === 2) return node.outputs.push(reader.string()) > 0;
      if (no === 5) return node.attributes.push(decodeAttribute(reader.bytes())) > 0;
      if (no === 3) return (node.name = reader.string()) !== undefined;
      if (no === 4) return (node.op = reader.string()) !== undefined;
      if (no === 7) return (node.domain = reader.string()) !== undefined;
    }
    reader.skip(wire, no);
    return false;
  }, node.rest);
  return node;
}

function decodeAttribute(bytes: Uint8Array): OnnxAttribute {
  const found: { -readonly [K in keyof OnnxAttribute]: OnnxAttribute[K] } = { name: "", encoded: bytes };
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  const graphs: OnnxGraph[] = [];
  let type = 0;
  eachField(bytes, (no, wire, reader) => {
    if (no === 1) found.name = reader.string();
    else if (no === 2) found.float = reader.float();
    else if (no === 3) found.int = Number(reader.int64());
    else if (no === 4) found.string = reader.string();
    else if (no === 5) found.tensor = decodeTensor(reader.bytes());
    else if (no === 6) found.graph = decodeGraph(reader.bytes());
    else if (no === 7) packed(reader, wire, () => floats.push(reader.float()));
    else if (no === 8) packed(reader, wire, () => ints.push(Number(reader.int64())));
    else if (no === 9) strings.push(reader.string());
    else if (no === 11) graphs.push(decodeGraph(reader.bytes()));
    else if (no === 20) type = reader.int32();
    else reader.skip(wire, no);
    return false;
  });
  // AttributeProto.AttributeType; a list may be empty, a scalar of value 0 absent.
  if (floats.length > 0 || type === 6) found.floats = floats;
  if (ints.length > 0 || type === 7) found.ints = ints;
  if (strings.length > 0 || type === 8) found.strings = strings;
  if (graphs.length > 0) found.graphs = graphs;
  if (type === 1) found.float ??= 0;
  if (type === 2) found.int ??= 0;
  if (type === 3) found.string ??= "";
  return found;
}

/** The TensorProto in the bytes; its elements are read by `tensorNumbers` and `tensorRaw`. */
export function decodeTensor(bytes: Uint8Array): OnnxTensor {
  const dims: number[] = [];
  const external = new Map<string, string>();
  let name = "";
  let elementType = 0;
  let location = 0;
  let payload: OnnxPayload = { kind: "inline" };
  eachField(bytes, (no, wire, reader) => {
    if (no === 1) packed(reader, wire, () => dims.push(Number(reader.int64())));
    else if (no === 2) elementType = reader.int32();
    else if (no === 8) name = reader.string();
    else if (no === 13) {
      const [key, value] = decodeEntry(reader.bytes());
      external.set(key, value);
    } else if (no === 14) location = reader.int32();
    else if (no === OMITTED_FIELD) {
      const [from = 0, to = 0, field = 0] = reader.string().split(" ").map(Number);
      payload = { kind: "omitted", from, to, field };
    } else reader.skip(wire, no);
    return false;
  });
  if (dims.some((size) => size < 0)) throw new RangeError(`tensor ${name} has a negative dimension`);
  if (location === 1) {
    const length = external.get("length");
    payload = {
      kind: "external",
      location: external.get("location") ?? "",
      offset: Number(external.get("offset") ?? 0),
      length: length === undefined ? undefined : Number(length),
    };
  }
  return { name, elementType, dims, payload, encoded: bytes };
}

function decodeValue(bytes: Uint8Array): OnnxValue {
  let name = "";
  let type: Pick<OnnxValue, "kind" | "elementType" | "shape"> = { kind: "none", elementType: 0, shape: undefined };
  eachField(bytes, (no, wire, reader) => {
    if (no === 1) name = reader.string();
    else if (no === 2) type = decodeType(reader.bytes());
    else reader.skip(wire, no);
    return false;
  });
  return { name, ...type, encoded: bytes };
}

const TYPE_KINDS: Readonly<Record<number, OnnxValue["kind"]>> = { 1: "tensor", 4: "sequence", 5: "map", 8: "sparse tensor", 9: "optional" };

function decodeType(bytes: Uint8Array): Pick<OnnxValue, "kind" | "elementType" | "shape"> {
  let kind: OnnxValue["kind"] = "none";
  let elementType = 0;
  let shape: OnnxDimension[] | undefined;
  eachField(bytes, (no, wire, reader) => {
    const known = TYPE_KINDS[no];
    if (known === undefined) reader.skip(wire, no);
    else {
      kind = known;
      const message = reader.bytes();
      if (kind === "tensor") {
        eachField(message, (field, fieldWire, inner) => {
          if (field === 1) elementType = inner.int32();
          else if (field === 2) shape = decodeShape(inner.bytes());
          else inner.skip(fieldWire, field);
          return false;
        });
      }
    }
    return false;
  });
  return { kind, elementType, shape };
}

function decodeShape(bytes: Uint8Array): OnnxDimension[] {
  const shape: OnnxDimension[] = [];
  eachField(bytes, (no, wire, reader) => {
    if (no !== 1) {
      reader.skip(wire, no);
      return false;
    }
    let dimension: OnnxDimension;
    eachField(reader.bytes(), (field, fieldWire, inner) => {
      if (field === 1) dimension = Number(inner.int64());
      else if (field === 2) dimension = inner.string() || undefined;
      else inner.skip(fieldWire, field);
      return false;
    });
    shape.push(dimension);
    return false;
  });
  return shape;
}

function decodeFunction(bytes: Uint8Array): OnnxFunction {
  const found = { domain: "", name: "", nodes: [] as OnnxNode[] };
  eachField(bytes, (no, wire, reader) => {
    if (no === 1) found.name = reader.string();
    else if (no === 7) found.nodes.push(decodeNode(reader.bytes()));
    else if (no === 10) found.domain = reader.string();
    else reader.skip(wire, no);
    return false;
  });
  return found;
}

function decodeOpset(bytes: Uint8Array): [string, number] {
  let domain = "";
  let version = 0;
  eachField(bytes, (no, wire, reader) => {
    if (no === 1) domain = reader.string();
    else if (no === 2) version = Number(reader.int64());
    else reader.skip(wire, no);
    return false;
  });
  return [domain, version];
}

function decodeEntry(bytes: Uint8Array): [string, string] {
  let key = "";
  let value = "";
  eachField(bytes, (no, wire, reader) => {
    if (no === 1) key = reader.string();
    else if (no === 2) value = reader.string();
    else reader.skip(wire, no);
    return false;
  });
  return [key, value];
}

/** Elements of a repeated scalar, packed or one by one. */
export function packed(reader: BinaryReader, wire: WireType, element: () => void): void {
  if (wire !== WireType.LengthDelimited) {
    element();
    return;
  }
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new RangeError("a packed field leaves its message");
  while (reader.pos < end) element();
}

/** Visits the fields of a message in order. What `take` does not claim (by true) is added to `rest`, tag included, as it stands in the bytes. */
export function eachField(
  bytes: Uint8Array,
  take: (no: number, wire: WireType, reader: BinaryReader) => boolean,
  rest?: Uint8Array[],
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [no, wire] = reader.tag();
    if (!take(no, wire, reader)) rest?.push(bytes.subarray(start, reader.pos));
    if (reader.pos > reader.len) throw new RangeError("a field leaves its message");
  }
}
