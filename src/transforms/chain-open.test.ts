import { describe, expect, it } from "vitest";
import { ConchError } from "../base/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { parseChain, type TransformChain } from "./chain.ts";
import { checkChain, inferChain } from "./chain-infer.ts";
import { openFiles, prepareOpening, type OpenedItems, type OpenTable } from "./chain-open.ts";
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
const openBytes: OpenTransform = () => Promise.resolve({ each: rowsOf });
const rowsOf = async (given: ReadonlyMap<string, Uint8Array>): Promise<Map<string, ArrayItem>> => {
  const items = [...given].map(([key, bytes]): [string, ArrayItem] => {
    if (bytes.length === 0) throw new ConchError("PICTURE_INVALID", "The file is empty");
    return [key, { dataType: "TYPE_UINT8", shape: [1, bytes.length, 1], data: bytes, image: "L" }];
  });
  return new Map(items);
};
const tableOf = (chain: TransformChain): Promise<OpenTable> => prepareOpening(chain, new Map([["PIL.Image.open", openBytes]]), () => Promise.resolve(undefined));

/** The items that the chain opens. */
async function opening(chain: TransformChain, config: ModelConfig, given: ReadonlyMap<string, Tensor>, signal?: AbortSignal): Promise<OpenedItems> {
  return openFiles(chain, config, given, await tableOf(chain), signal);
}

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
    const opened = await opening(chainOf(OPEN), configOf(4), files([2, 1], "ab", "cde"));
    expect(opened.map((item) => item.get("image")?.shape)).toEqual([[1, 2, 1], [1, 3, 1]]);
  });

  it("names the step and the item that fails", async () => {
    await expect(opening(chainOf(OPEN), configOf(4), files([2, 1], "ab", ""))).rejects.toMatchObject({
      code: "PICTURE_INVALID",
      message: "transforms[0]: The file is empty (item 1 of the batch)",
      data: { item: 1, path: "transforms[0]" },
    });
  });

  it("refuses more than one file per item", async () => {
    await expect(opening(chainOf(OPEN), configOf(0), files([2], "a", "b"))).rejects.toMatchObject({ code: "TENSOR_MISMATCH", message: expect.stringContaining("2 elements") });
  });

  it("looks at nothing where the chain opens nothing", async () => {
    expect(await opening(chainOf({ _target_: "EnsureTyped", keys: "image" }), configOf(0), files([1], "a"))).toEqual([]);
  });

  it("ends with its signal", async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(opening(chainOf(OPEN), configOf(0), files([1], "a"), controller.signal)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("gives images, which a run takes no further than its arrays", async () => {
    const chain = chainOf(OPEN);
    const config = configOf(0);
    const opened = await opening(chain, config, files([1], "ab"));
    expect(() => runChainOnCpu(chain, config, files([1], "ab"), new Map(), undefined, ["OUT"], opened)).toThrow(/is a PIL image \(L\)/);
  });
});

describe("texts, which are opened together", () => {
  const TOKENS = { _target_: "transformers.BertTokenizerFast", keys: "image", vocab_file: "vocab.txt" };
  /** Of each text its length and how many there are. */
  const openTexts: OpenTransform = () =>
    Promise.resolve({
      together: (given) => {
        const texts = given.get("image") ?? [];
        const data = BigInt64Array.from(texts.flatMap(({ length }) => [BigInt(length), BigInt(texts.length)]));
        const entry: ArrayItem = { dataType: "TYPE_INT64", shape: [texts.length, 2], data };
        return Promise.resolve(new Map([["image_input_ids", entry], ["image_token_type_ids", entry]]));
      },
    });

  async function opened(max_batch_size: number, given: ReadonlyMap<string, Tensor>): Promise<OpenedItems> {
    const { chain, diagnostics } = parseChain(JSON.stringify({ inputs: { image: "FILE" }, transforms: [TOKENS], outputs: { OUT: "image_input_ids" } }), LOCATION);
    if (chain === undefined) throw new Error(JSON.stringify(diagnostics));
    const table = await prepareOpening(chain, new Map([["transformers.BertTokenizerFast", openTexts]]), () => Promise.resolve(undefined));
    return openFiles(chain, configOf(max_batch_size, max_batch_size > 0 ? [1] : [-1]), given, table);
  }

  it("are one array where there is no batch", async () => {
    const items = await opened(0, files([2], "ab", "cde"));
    expect(items.map((item) => item.get("image_input_ids"))).toEqual([{ dataType: "TYPE_INT64", shape: [2, 2], data: BigInt64Array.of(2n, 2n, 3n, 2n) }]);
    // Nothing reads the other.
    expect(items.map((item) => [...item.keys()])).toEqual([["image_input_ids"]]);
  });

  it("are a row each in a batch", async () => {
    const items = await opened(8, files([2, 1], "ab", "cde"));
    expect(items.map((item) => item.get("image_input_ids")?.shape)).toEqual([[2], [2]]);
    expect(items.map((item) => [...(item.get("image_input_ids")?.data ?? [])])).toEqual([[2n, 2n], [3n, 2n]]);
  });

  it.each([
    ["no text", 0, [0], [], "holds no text, [0]"],
    ["an empty batch", 8, [0, 1], [], "holds no text, [0, 1]"],
    ["two texts an item", 8, [1, 2], ["a", "b"], "a chain takes one text per item"],
    ["texts of two axes", 0, [2, 1], ["a", "b"], "a chain takes texts, [n]"],
  ] as const)("are refused for %s", async (_, batch, shape, texts, message) => {
    await expect(opened(batch, files(shape, ...texts))).rejects.toMatchObject({ code: "TENSOR_MISMATCH", message: expect.stringContaining(message) });
  });
});
