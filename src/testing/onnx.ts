// Small ONNX models for tests, built from their nodes.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel, makeTensor, makeValue } from "../onnx/encode.ts";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "../onnx/model.ts";

type Shape = readonly (number | string | undefined)[];

/** What a test model is made of; float32 inputs and outputs unless a type is given. */
export interface TestModel {
  opset?: number;
  inputs: Record<string, Shape | { type: number; shape: Shape }>;
  outputs: Record<string, Shape | { type: number; shape: Shape }>;
  nodes: readonly OnnxNode[];
  initializers?: readonly OnnxTensor[];
}

/** The model, as decoding its own bytes gives it. */
export function testModel({ opset = 13, inputs, outputs, nodes, initializers = [] }: TestModel): OnnxModel {
  const value = ([name, given]: [string, Shape | { type: number; shape: Shape }]) =>
    "type" in given ? makeValue(name, given.type, given.shape) : makeValue(name, 1, given);
  const graph: OnnxGraph = {
    name: "test",
    nodes,
    initializers,
    inputs: Object.entries(inputs).map(value),
    outputs: Object.entries(outputs).map(value),
    values: [],
    rest: [new BinaryWriter().tag(2, WireType.LengthDelimited).string("test").finish()],
  };
  const ir = new BinaryWriter().tag(1, WireType.Varint).int64(7).finish();
  const opsets = new BinaryWriter().tag(8, WireType.LengthDelimited).fork().tag(2, WireType.Varint).int64(opset).join().finish();
  const draft: OnnxModel = {
    irVersion: 7,
    producer: "",
    opsets: new Map(),
    metadata: new Map(),
    functions: [],
    graph,
    rest: [ir, opsets],
  };
  return decodeModel(encodeModel(draft));
}

/** A float32 initializer. */
export function floats(name: string, dims: readonly number[], values: ArrayLike<number>): OnnxTensor {
  return makeTensor(name, 1, dims, new Uint8Array(Float32Array.from(values).buffer));
}

/** Numbers in [-1, 1) of a fixed sequence. */
export function noise(length: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed >>> 0 || 1;
  return Float32Array.from({ length }, () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 31 - 1;
  });
}

/** The largest absolute difference, and the largest absolute value of `expected`. */
export function difference(found: ArrayLike<number>, expected: ArrayLike<number>): { error: number; scale: number } {
  let error = found.length === expected.length ? 0 : Infinity;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs((found[i] ?? NaN) - (expected[i] ?? NaN)));
    scale = Math.max(scale, Math.abs(expected[i] ?? 0));
  }
  return { error, scale };
}
