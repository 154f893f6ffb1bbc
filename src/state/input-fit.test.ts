import { expect, it } from "vitest";
import type { DataType } from "../tensor/data-type.ts";
import { newMessage } from "../triton/model-config/new-message.ts";
import { fittingInputs } from "./input-fit.ts";

const input = (name: string, data_type: DataType, dims: number[], optional = false) => newMessage("ModelInput", { name, data_type, dims, optional });
const file = (name: string, type = "") => ({ name, blob: new Blob([], { type }) });

const INPUTS = [
  input("volume", "TYPE_FP32", [-1, -1, -1]),
  input("affine", "TYPE_FP64", [4, 4]),
  input("image", "TYPE_STRING", [1]),
  input("words", "TYPE_STRING", [16]),
];

it.each([
  ["a picture", ["a.png"], ["image"]],
  ["a volume", ["a.nii.gz"], ["volume", "image"]],
  ["an array", ["a.npy"], ["volume", "affine", "image"]],
  ["JSON", ["a.json"], ["volume", "affine", "image", "words"]],
  ["a picture and a volume", ["a.png", "a.nii"], ["image"]],
  ["nothing", [], []],
])("%s may go to the inputs that can read all of it", (_, names, expected) => {
  expect(fittingInputs(INPUTS, names.map((name) => file(name))).map(({ name }) => name)).toEqual(expected);
});

it("inputs that have to be given come before optional ones", () => {
  expect(fittingInputs([input("hint", "TYPE_STRING", [1], true), input("image", "TYPE_STRING", [1])], [file("a.png")]).map(({ name }) => name)).toEqual(["image"]);
  expect(fittingInputs([input("hint", "TYPE_STRING", [1], true)], [file("a.png")]).map(({ name }) => name)).toEqual(["hint"]);
});
