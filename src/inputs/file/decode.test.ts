import { describe, expect, it } from "vitest";
import { kindFor } from "../input-kinds.ts";
import type { InputFile, InputTarget } from "../input.ts";
import { fileInput } from "./decode.ts";

const files = (count: number): InputFile[] => Array.from({ length: count }, (_, n) => ({ name: `${n}.png`, bytes: Uint8Array.of(n) }));
const target = (batch: boolean, dims: readonly number[] = [1]): InputTarget => ({ name: "image", dataType: "TYPE_STRING", dims, batch, ...(batch && { maxBatchSize: 8 }) });

describe("files as they are", () => {
  it.each<[string, number, InputTarget, number[]]>([
    ["one for an unbatched input", 1, target(false), [1]],
    ["one for a batched input", 1, target(true), [1, 1]],
    ["three for a batched input", 3, target(true), [3, 1]],
    ["three for an open axis without a batch", 3, target(false, [-1]), [3]],
    ["as many as a batch takes", 8, target(true), [8, 1]],
    ["three whose items have an open size", 3, target(true, [-1]), [3, 1]],
    ["three whose items are scalars", 3, target(true, []), [3]],
    ["one whose item has two sizes", 1, target(false, [1, 1]), [1, 1]],
  ])("%s become items in the order given", (_, count, wanted, shape) => {
    const { tensor } = fileInput.decode(files(count), wanted, {});
    expect(tensor.shape).toEqual(shape);
    expect(tensor.data).toEqual(files(count).map(({ bytes }) => bytes));
  });

  it("more than the model's max_batch_size are refused with both numbers", () => {
    const decode = () => fileInput.decode(files(9), target(true), {});
    expect(decode).toThrow(expect.objectContaining({ code: "BATCH_TOO_LARGE", data: { input: "image", expected: 8, found: 9 } }));
    expect(decode).toThrow('Input "image" takes at most 8 items at once (max_batch_size), found 9');
  });

  it.each<[string, InputTarget, RegExp]>([
    ["without a batch", target(false), /takes one file, found 2: 0\.png, 1\.png/],
    ["whose items have several elements", target(true, [2]), /items of shape \[2\]/],
  ])("several for an input %s are refused", (_, wanted, message) => {
    expect(() => fileInput.decode(files(2), wanted, {})).toThrow(expect.objectContaining({ code: "INPUT_INVALID", message: expect.stringMatching(message) }));
  });

  it("several JSON files for a text input are items, one is the tensor's text", () => {
    const json = [{ name: "a.json", bytes: new TextEncoder().encode('["a"]') }];
    expect(kindFor(json, target(true))?.name).toBe("json");
    expect(kindFor([...json, ...json], target(true))?.name).toBe("file");
  });

  it.each<[string, Uint8Array, string[], string | undefined]>([
    ["a picture", pngHead(360, 240, 8), ["PNG", "360 × 240", "33"], undefined],
    ["a picture of 16 bits", pngHead(12, 34, 16), ["PNG", "12 × 34", "33"], "a.png has 16 bits a sample: PIL.Image.open keeps the upper 8"],
    ["a drawing", new TextEncoder().encode("<svg/>"), ["SVG", "6"], "a.png is SVG, which PIL.Image.open does not open here"],
    ["no picture", Uint8Array.of(1, 2, 3), ["3"], undefined],
  ])("say what is in %s, and what will not be kept of it", (_, bytes, facts, warning) => {
    const { summary, warnings } = fileInput.decode([{ name: "a.png", bytes }], target(false), {});
    expect(summary.map(({ value }) => value)).toEqual(facts);
    expect(warnings.map(({ message }) => message)).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)]);
  });
});

describe("files that their names say are texts", () => {
  const warningsOf = (bytes: Uint8Array, name = "a.txt"): string[] => fileInput.decode([{ name, bytes }], target(false), {}).warnings.map(({ message }) => message);

  it.each([
    ["Latin-1", Uint8Array.of(0x63, 0x61, 0x66, 0xe9), "a.txt is no UTF-8, which texts are expected to be: byte 3 is 0xE9"],
    ["UTF-16 without a mark", Uint8Array.of(0x61, 0, 0x62, 0), "a.txt has a NUL beside every letter, as in UTF-16: save it as UTF-8"],
    ["NULs", new TextEncoder().encode("The cat\0 sat"), "a.txt holds NUL characters, which no text has"],
    ["nothing", new Uint8Array(0), "a.txt is empty: it counts as one empty element"],
  ])("are taken as they are, with a word about %s", (_, bytes, expected) => {
    expect(warningsOf(bytes)).toEqual([expect.stringContaining(expected)]);
  });

  it("need no word where they are texts", () => {
    expect(warningsOf(new TextEncoder().encode("Le café.\n"))).toEqual([]);
    expect(warningsOf(new TextEncoder().encode("BM begins a bitmap, and this long text too, of more than thirty bytes."))).toEqual([]);
    expect(warningsOf(Uint8Array.of(0xff, 0xfe, 0), "volume.bin")).toEqual([]);
  });
});

/** A PNG up to its first chunk. */
function pngHead(width: number, height: number, depth: number): Uint8Array {
  const head = new Uint8Array(33);
  head.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(head.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  head.set([depth, 2], 24);
  return head;
}
