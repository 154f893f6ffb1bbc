import { expect, it } from "vitest";
import { makeExternal, makeNode } from "../onnx/encode.ts";
import { parseConfig } from "../triton/model-config/decode.ts";
import { floats, noise, testModel } from "../testing/onnx.ts";
import { onnxStep } from "./onnx-step.ts";
import type { TensorType } from "./plan.ts";

const graph = testModel({
  inputs: { x: { type: 1, shape: ["n", 1, "d"] } },
  outputs: { y: { type: 1, shape: ["n", 2, "d"] } },
  nodes: [makeNode("Conv", "wide", ["x", "v"], ["h"]), makeNode("Conv", "narrow", ["h", "w"], ["y"])],
  initializers: [floats("v", [8, 1, 1], noise(8)), floats("w", [2, 8, 1], noise(16))],
});
const weights = (8 + 16) * 4;

function step(text: string) {
  return onnxStep(graph, parseConfig(text, "m/config.pbtxt").config);
}

function inputs(shape: readonly (number | null)[]): ReadonlyMap<string, TensorType> {
  return new Map([["x", { dataType: "TYPE_FP32", shape }]]);
}

const BATCHED = 'max_batch_size: 4 input [ { name: "x" data_type: TYPE_FP32 dims: [ 1, -1 ] } ] output [ { name: "y" data_type: TYPE_FP32 dims: [ 2, -1 ] } ]';

it("binds the open sizes by the inputs at hand: outputs, peak and the largest value follow", () => {
  const { infer, memory } = step(BATCHED);
  expect(infer(inputs([3, 1, 100])).get("y")).toEqual({ dataType: "TYPE_FP32", shape: [3, 2, 100] });
  expect(memory(inputs([3, 1, 100]))).toEqual({
    peakBytes: weights + 3 * (1 + 8 + 2) * 100 * 4,
    peakAt: "narrow (Conv)",
    largest: { name: "h", shape: [3, 8, 100], bytes: 3 * 8 * 100 * 4 },
    complete: true,
  });
  expect(infer(inputs([1, 1, 7])).get("y")?.shape).toEqual([1, 2, 7]);
});

it("leaves outputs to the configuration where an input's size is not known", () => {
  const { infer, memory } = step(BATCHED);
  expect(infer(inputs([null, 1, null])).size).toBe(0);
  expect(infer(new Map()).size).toBe(0);
  expect(memory(new Map())).toBeUndefined();
});

it("tells the memory for configured dims with a batch of 1 before there is an input", () => {
  const { infer, memory } = step(BATCHED.replaceAll("-1", "50"));
  expect(memory(new Map())).toMatchObject({ largest: { name: "h", shape: [1, 8, 50] }, complete: true });
  expect(infer(new Map()).size).toBe(0);
});

it("reshapes between the model's shapes and those of the configuration", () => {
  const { infer } = step('max_batch_size: 4 input [ { name: "x" data_type: TYPE_FP32 dims: [ -1 ] reshape { shape: [ 1, -1 ] } } ] output [ { name: "y" data_type: TYPE_FP32 dims: [ 1, 2, -1 ] reshape { shape: [ 2, -1 ] } } ]');
  expect(infer(inputs([2, 9])).get("y")?.shape).toEqual([2, 1, 2, 9]);
});

it("tells large weights, whatever sizes the inputs have", () => {
  const rows = 250_002;
  const graph = testModel({
    inputs: { x: ["n", "m"] },
    outputs: { y: ["n", "k"] },
    nodes: [makeNode("MatMul", "mix", ["x", "w"], ["y"])],
    initializers: [makeExternal("w", 1, [rows, 1024], "model.onnx.data", 0, rows * 4096)],
  });
  const { config } = parseConfig('max_batch_size: 4 input [ { name: "x" data_type: TYPE_FP32 dims: [ -1 ] } ] output [ { name: "y" data_type: TYPE_FP32 dims: [ -1 ] } ]', "net/config.pbtxt");
  expect(onnxStep(graph, config).memory(new Map())).toEqual({ peakBytes: rows * 4096, peakAt: "", complete: false });
});
