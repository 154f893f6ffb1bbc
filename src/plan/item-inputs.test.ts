import { describe, expect, it } from "vitest";
import type { DataType } from "../tensor/data-type.ts";
import { newMessage } from "../triton/model-config/new-message.ts";
import { itemInputs, listInputs } from "./item-inputs.ts";

const input = (name: string, data_type: DataType, ...dims: number[]) => ({ ...newMessage("ModelInput"), name, data_type, dims });
const texts = input("texts", "TYPE_STRING", -1);
const weight = input("weight", "TYPE_FP32", 1);

describe("the items of a request", () => {
  it("are counted by every input of a model that batches", () => {
    expect(itemInputs({ max_batch_size: 1, input: [texts, weight] })).toEqual(["texts", "weight"]);
    expect(listInputs({ max_batch_size: 1, input: [texts, weight] })).toEqual([]);
  });

  it("are the elements of lists of texts without a batch dimension, and what is given besides is there for all", () => {
    expect(itemInputs({ max_batch_size: 0, input: [texts, weight] })).toEqual(["texts"]);
  });

  it("are one where no list is: a volume of any size, one text, a table of texts", () => {
    const others = [input("volume", "TYPE_FP32", -1, -1, -1), input("samples", "TYPE_FP32", -1), input("text", "TYPE_STRING", 1), input("table", "TYPE_STRING", -1, -1)];
    expect(itemInputs({ max_batch_size: 0, input: others })).toEqual([]);
  });
});
