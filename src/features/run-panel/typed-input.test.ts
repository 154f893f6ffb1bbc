import { describe, expect, it } from "vitest";
import type { ModelInput } from "../../triton/model-config/model-config.ts";
import { takesSeveral, typedBefore, typedKind, typedNumbers, typedTexts } from "./typed-input.ts";

function input(data_type: string, dims: readonly number[]): ModelInput {
  return { name: "x", data_type, dims } as unknown as ModelInput;
}

async function content(file: { blob: Blob } | undefined): Promise<unknown> {
  return file === undefined ? undefined : JSON.parse(await file.blob.text());
}

describe("what can be typed", () => {
  it.each([
    ["TYPE_STRING", [-1], "texts"],
    ["TYPE_STRING", [1], "texts"],
    ["TYPE_STRING", [2], undefined],
    ["TYPE_FP32", [1], "numbers"],
    ["TYPE_INT64", [16], "numbers"],
    ["TYPE_FP32", [3, 224, 224], undefined],
  ] as const)("for %s %s is %s", (type, dims, expected) => {
    expect(typedKind(input(type, dims))).toBe(expected);
  });

  it("is several texts for a batch and an open axis", () => {
    expect([takesSeveral(input("TYPE_STRING", [1]), true), takesSeveral(input("TYPE_STRING", [-1]), false), takesSeveral(input("TYPE_STRING", [1]), false)]).toEqual([true, true, false]);
  });
});

describe("what was typed", () => {
  it.each([
    [[-1], false, ["a", "b"]],
    [[1], true, [["a"], ["b"]]],
    [[-1, 1], false, [["a"], ["b"]]],
  ] as const)("is an element per text, with dims %s and a batch %s", async (dims, batched, expected) => {
    expect(await content(typedTexts(["a", "b"], input("TYPE_STRING", dims), batched))).toEqual(expected);
  });

  it.each([
    ["0.5", [1], [0.5]],
    ["0.5", [1, 1], [[0.5]]],
    ["1, 2 3", [3], [1, 2, 3]],
    ["[[1, 2]]", [1, 2], [[1, 2]]],
    ["NaN -Infinity", [2], ["NaN", "-Infinity"]],
    ["9007199254740993", [1], ["9007199254740993"]],
    ["1e999", [1], ["1e999"]],
    ["true", [1], [true]],
    ["", [1], undefined],
    ["half", [1], undefined],
    ["[1,", [1], undefined],
  ] as const)("is numbers: %j", async (text, dims, expected) => {
    expect(await content(typedNumbers(text, input("TYPE_FP32", dims)))).toEqual(expected);
  });

  it("can be typed on", async () => {
    expect(await typedBefore([typedTexts(["a", 'b "c"'], input("TYPE_STRING", [1]), true)])).toEqual(["a", 'b "c"']);
    expect(await typedBefore([{ name: "a.json", blob: new Blob(["[1]"]) }])).toBeUndefined();
  });
});
