import { describe, expect, it } from "vitest";
import type { DataType } from "../../tensor/data-type.ts";
import type { InputTarget } from "../input.ts";
import { jsonInput } from "./decode.ts";

const target = (dataType: DataType, dims: number[], batch = false): InputTarget => ({ name: "X", dataType, dims, batch });
const decode = (text: string, to: InputTarget, array?: string) =>
  jsonInput.decode([{ name: "x.json", bytes: new TextEncoder().encode(text) }], to, array === undefined ? {} : { array }).tensor;

describe("JSON", () => {
  it.each<[string, string, InputTarget, number[], unknown[]]>([
    ["nested arrays", "[[1, 2, 3], [4, 5, 6]]", target("TYPE_FP32", [2, 3]), [2, 3], [1, 2, 3, 4, 5, 6]],
    ["a scalar", "7", target("TYPE_INT32", []), [], [7]],
    ["an empty array", "[]", target("TYPE_FP32", [-1]), [0], []],
    ["shape and flat data", '{"shape": [2, 2], "data": [1, 2, 3, 4]}', target("TYPE_UINT8", [2, 2]), [2, 2], [1, 2, 3, 4]],
    ["shape and nested data", '{"shape": [4], "data": [[1, 2], [3, 4]]}', target("TYPE_UINT8", [4]), [4], [1, 2, 3, 4]],
    ["a v2 request", '{"inputs": [{"name": "Y", "shape": [1], "data": [9]}, {"name": "X", "datatype": "INT64", "shape": [1, 2], "data": [1, "-9223372036854775808"]}]}',
      target("TYPE_INT64", [2], true), [1, 2], [1n, -9223372036854775808n]],
    ["a record of tensors", '{"X": [1.5], "Y": [2]}', target("TYPE_FP64", [1]), [1], [1.5]],
    ["a batch added", "[1, 2]", target("TYPE_FP32", [2], true), [1, 2], [1, 2]],
    ["booleans", "[true, false, 1]", target("TYPE_BOOL", [3]), [3], [1, 0, 1]],
    ["what JSON has no numbers for", '["NaN", "-Infinity"]', target("TYPE_FP32", [2]), [2], [NaN, -Infinity]],
    ["decimals rounded to float32", "[0.1]", target("TYPE_FP32", [1]), [1], [Math.fround(0.1)]],
    ["halves", "[1, -2]", target("TYPE_FP16", [2]), [2], [0x3c00, 0xc000]],
  ])("%s become a tensor", (_, text, to, shape, values) => {
    const tensor = decode(text, to);
    expect(tensor.shape).toEqual(shape);
    expect([...(tensor.data as Float32Array)]).toEqual(values);
  });

  it("strings become UTF-8 bytes", () => {
    expect(decode('["a", "é"]', target("TYPE_STRING", [2])).data).toEqual([Uint8Array.of(97), Uint8Array.of(0xc3, 0xa9)]);
  });

  it.each<[string, string, InputTarget, RegExp]>([
    ["nothing", "", target("TYPE_STRING", [1]), /x.json is empty, expected JSON/],
    ["a value alone", "null", target("TYPE_FP32", [1]), /found null/],
    ["no JSON", "[1,", target("TYPE_FP32", [1]), /x.json is no JSON/],
    ["ragged arrays", "[[1, 2], [3]]", target("TYPE_FP32", [2, 2]), /element \[1\] has shape \[1\], expected \[2\]/],
    ["another shape", "[1, 2, 3]", target("TYPE_FP32", [2]), /expects shape \[2\], found \[3\]/],
    ["a shape with other elements", '{"shape": [3], "data": [1]}', target("TYPE_FP32", [3]), /has 3 elements, found 1/],
    ["a fraction for integers", "[1.5]", target("TYPE_INT32", [1]), /element 0: found 1.5, expected a number that TYPE_INT32 holds/],
    ["a number out of range", "[256]", target("TYPE_UINT8", [1]), /found 256/],
    ["an integer that JSON readers round", "[9007199254740993]", target("TYPE_INT64", [1]), /beyond 2\^53 as a string/],
    ["text for numbers", '["1"]', target("TYPE_FP32", [1]), /found "1"/],
    ["numbers for text", "[1]", target("TYPE_STRING", [1]), /expected a string/],
    ["null", "[null]", target("TYPE_FP32", [1]), /found null/],
    ["another data type", '{"datatype": "FP64", "shape": [1], "data": [1]}', target("TYPE_FP32", [1]), /expects FP32, found datatype FP64/],
    ["another name", '{"inputs": [{"name": "Y", "data": [1]}]}', target("TYPE_FP32", [1]), /no tensor "X": expected one of "Y"/],
    ["no data", '{"shape": [1]}', target("TYPE_FP32", [1]), /without "data"; found shape/],
  ])("%s is refused", (_, text, to, message) => {
    expect(() => decode(text, to)).toThrow(message);
  });
});
