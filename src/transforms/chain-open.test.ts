import { describe, expect, it } from "vitest";
import { ConchError } from "../base/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { parseChain, type TransformChain } from "./chain.ts";
import { checkChain, inferChain } from "./chain-infer.ts";
import { openFiles, type OpenTable } from "./chain-open.ts";
import { runChainOnCpu } from "./chain-run.ts";
import type { ArrayItem, OpenTransform } from "./transform.ts";

const LOCATION = { model: "preprocess", file: "preprocess/1/transforms.json" };
const OPEN = { _target_: "PIL.Image.open", keys: "image" };

function parse(transforms: unknown): ReturnType<typeof parseChain> {
  return parseChain(JSON.stringify({ inputs: { image: "FILE" }, transforms, outputs: { OUT: "image" } }), LOCATION);
}

function chainOf(...transforms: unknown[]): TransformChain {
  const { chain, diagnostics } = parse(transforms);
  if (chain === undefined) throw new Error(JSON.stringify(diagnostics));
  return chain;
}

function configOf(max_batch_size: number, dims: readonly number[] = [1]): ModelConfig {
  const input = [{ name: "FILE", data_type: "TYPE_STRING", dims }];
  return { max_batch_size, input, output: [{ name: "OUT", data_type: "TYPE_UINT8", dims: [-1, -1, -1] }] } as unknown as ModelConfig;
}

function files(shape: readonly number[], ...texts: string[]): ReadonlyMap<string, Tensor> {
  return new Map([["FILE", { dataType: "TYPE_STRING", shape, data: texts.map((text) => new TextEncoder().encode(text)) }]]);
}

/** Makes of each file a gray image of one row: its bytes. */
const openBytes: OpenTransform = async (_, given) => {
  const items = [...given].map(([key, bytes]): [string, ArrayItem] => {
    if (bytes.length === 0) throw new ConchError("PICTURE_INVALID", "The file is empty");
    return [key, { dataType: "TYPE_UINT8", shape: [1, bytes.length, 1], data: bytes, image: "L" }];
  });
  return new Map(items);
};
const TABLE: OpenTable = new Map([["PIL.Image.open", openBytes]]);

describe("names of transforms that are not MONAI's", () => {
  it("lists what there is for one that it does not know", () => {
    const { diagnostics } = parse([OPEN, { _target_: "torchvision.transforms.v2.ColorJitter", keys: "image" }]);
    expect(diagnostics).toMatchObject([{ code: "TRANSFORM_UNKNOWN", message: expect.stringContaining("PIL.Image.open") }]);
  });

  it("fills in what PIL.Image.open leaves out", () => {
    expect(chainOf(OPEN).steps[0]).toMatchObject({ keys: ["image"], parameters: { convert: "RGB", exif_transpose: true } });
  });
});

describe("a chain that opens files", () => {
  it.each([
    ["an array transform on the bytes", [{ _target_: "EnsureTyped", keys: "image" }], "PIL.Image.open makes an image of them"],
    ["an array transform on the image", [OPEN, { _target_: "EnsureTyped", keys: "image" }], "torchvision.transforms.v2.ToImage makes an array of it"],
    ["opening what is open", [OPEN, OPEN], "it opens the bytes of a file, TYPE_STRING [1], found a PIL image (RGB)"],
  ])("is refused for %s", (_, transforms, text) => {
    const found = checkChain(chainOf(...transforms), configOf(0), LOCATION);
    expect(found).toMatchObject([{ code: "TRANSFORM_IMPOSSIBLE", message: expect.stringContaining(text) }]);
  });

  it.each([
    ["the bytes", [], "the bytes of a file"],
    ["an image", [OPEN], "a PIL image (RGB)"],
  ])("is refused where an output would be %s", (_, transforms, text) => {
    expect(() => inferChain(chainOf(...transforms), configOf(0))).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining(text) }));
  });

  it("is refused for a tensor of several files per item", () => {
    expect(() => inferChain(chainOf(OPEN), configOf(0, [2]))).toThrow(/TYPE_STRING \[2\]; a chain takes the bytes of one file/);
  });
});

describe("openFiles", () => {
  it("opens one file per item of the batch", async () => {
    const opened = await openFiles(chainOf(OPEN), configOf(4), files([2, 1], "ab", "cde"), TABLE);
    expect(opened.map((item) => item.get("image")?.shape)).toEqual([[1, 2, 1], [1, 3, 1]]);
  });

  it("names the step and the item that fails", async () => {
    await expect(openFiles(chainOf(OPEN), configOf(4), files([2, 1], "ab", ""), TABLE)).rejects.toMatchObject({
      code: "PICTURE_INVALID",
      message: "transforms[0]: The file is empty (item 1 of the batch)",
      data: { item: 1, path: "transforms[0]" },
    });
  });

  it("refuses more than one file per item", async () => {
    await expect(openFiles(chainOf(OPEN), configOf(0), files([2], "a", "b"), TABLE)).rejects.toMatchObject({ code: "TENSOR_MISMATCH", message: expect.stringContaining("2 elements") });
  });

  it("looks at nothing where the chain opens nothing", async () => {
    expect(await openFiles(chainOf({ _target_: "EnsureTyped", keys: "image" }), configOf(0), files([1], "a"), TABLE)).toEqual([]);
  });

  it("ends with its signal", async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(openFiles(chainOf(OPEN), configOf(0), files([1], "a"), TABLE, controller.signal)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("gives images, which a run takes no further than its arrays", async () => {
    const chain = chainOf(OPEN);
    const config = configOf(0);
    const opened = await openFiles(chain, config, files([1], "ab"), TABLE);
    expect(() => runChainOnCpu(chain, config, files([1], "ab"), new Map(), undefined, ["OUT"], opened)).toThrow(/is a PIL image \(L\)/);
  });
});
