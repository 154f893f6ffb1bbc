import { expect, it } from "vitest";
import { parseDims } from "./dims-text.ts";

it.each<[string, string, readonly number[] | undefined]>([
  ["numbers with commas", "-1, 3, 224", [-1, 3, 224]],
  ["numbers with spaces", "1 96", [1, 96]],
  ["brackets around them", "[ -1 ]", [-1]],
  ["nothing", " ", undefined],
  ["empty brackets", "[]", undefined],
  ["zero", "0", undefined],
  ["less than -1", "-2", undefined],
  ["a fraction", "1.5", undefined],
  ["a word", "any", undefined],
  ["more than a double counts", "99999999999999999999", undefined],
])("reads %s", (_, text, dims) => expect(parseDims(text)).toEqual(dims));
