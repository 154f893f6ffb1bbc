import { gunzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { floats, testModel } from "../testing/onnx.ts";
import { readRecorded } from "../testing/recorded.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel, makeNode } from "./encode.ts";
import { readHeader } from "./header.ts";
import { bytesAccess, type RandomAccess } from "./skeleton.ts";
import { tensorRaw } from "./tensor-values.ts";

const MODELS = [
  "meshnet/meshnet_gwm_5ch",
  "meshnet/meshnet_mindgrab_15ch",
  "meshnet/meshnet_sub18_21ch",
  "meshnet/meshnet_sub18_30ch",
  "meshnet/niivue_meshnet_gwm_5ch_256",
  "small/mnist_ort_examples",
  "small/multiaxial_consensus_3dconv",
  "small/ortex_tinymodel",
  "small/superres_prepost_op18",
  "small/superres_pytorch",
  "small/triton_simple",
  "small/triton_simple_dyna_sequence",
  "small/triton_simple_int8",
  "small/triton_simple_string",
  "small/ultraface_rfb320",
  "small/xgb_onnxmltools",
  "unet3d/unet3d_instancenorm_seeded",
  "unet3d/unet3d_liver_8_128_bnfused",
].map((name) => `models/${name}.onnx`);

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Counts the bytes that are read. */
function counting(bytes: Uint8Array): RandomAccess & { bytesRead: () => number } {
  let total = 0;
  return {
    size: bytes.byteLength,
    async read(from, to) {
      total += to - from;
      return bytes.subarray(from, to);
    },
    bytesRead: () => total,
  };
}

describe("a header", () => {
  const weights = floats("w", [64, 4096], new Float32Array(64 * 4096));
  const model = testModel({
    inputs: { x: ["batch", 64] },
    outputs: { y: ["batch", 4096] },
    nodes: [makeNode("MatMul", "multiply", ["x", "w"], ["y"])],
    initializers: [weights],
  });
  const bytes = encodeModel(model);

  test("is read without the weights", async () => {
    const file = counting(bytes);
    const header = await readHeader(file);
    expect(header.weightBytes).toBe(64 * 4096 * 4);
    expect(header.inputs.map(({ name, shape }) => [name, shape])).toEqual([["x", ["batch", 64]]]);
    expect([...header.ops]).toEqual([["MatMul", 1]]);
    expect(header.opsets.get("")).toBe(13);
    expect(file.bytesRead()).toBeLessThan(140_000);
    const [omitted] = header.model.graph.initializers;
    const payload = omitted?.payload;
    expect(payload?.kind).toBe("omitted");
    if (payload?.kind === "omitted") expect(payload.to - payload.from).toBe(64 * 4096 * 4);
  });

  test("reads offsets beyond 4 GiB", async () => {
    // A model whose one weight takes 5 GiB of zeros: only the reads around it are answered.
    const length = 5 * 2 ** 30;
    const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]);
    const tensorHead = [0x08, ...varint(length), 0x10, 0x03, 0x42, 0x01, 0x77, 0x4a, ...varint(length)];
    const node = [0x0a, 0x01, 0x77, 0x12, 0x01, 0x79, 0x22, 0x08, ...utf8("Identity")];
    const graphHead = [0x0a, ...varint(node.length), ...node, 0x2a, ...varint(tensorHead.length + length), ...tensorHead];
    const head = Uint8Array.from([0x08, 0x07, 0x3a, ...varint(graphHead.length + length), ...graphHead]);
    const tail = Uint8Array.from([0x42, 0x02, 0x10, 0x0d]);
    const size = head.byteLength + length + tail.byteLength;
    const header = await readHeader({
      size,
      async read(from, to) {
        const window = new Uint8Array(to - from);
        for (const [start, part] of [[0, head], [size - tail.byteLength, tail]] as const) {
          for (let i = Math.max(from, start); i < Math.min(to, start + part.byteLength); i++) window[i - from] = part[i - start] ?? 0;
        }
        return window;
      },
    });
    expect(header.weightBytes).toBe(length);
    expect(header.opsets.get("")).toBe(13);
  });

  test.each([
    ["an empty file", new Uint8Array(0), "ONNX_EMPTY", /0 bytes/],
    ["an HTML page", utf8("<!DOCTYPE html><html><body>404</body></html>"), "ONNX_NOT_ONNX", /HTML page/],
    ["a Git LFS pointer", utf8("version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), "ONNX_NOT_ONNX", /Git LFS/],
    ["a zip archive", utf8("PK\u0003\u0004rest of it"), "ONNX_NOT_ONNX", /zip/],
    ["JSON", utf8('{"error": "not found"}'), "ONNX_NOT_ONNX", /JSON/],
    ["text", utf8("hello, I am a model"), "ONNX_NOT_ONNX", /no ONNX model/],
    ["zeros", new Uint8Array(100), "ONNX_NOT_ONNX", /byte 0/],
    ["a message without a graph", Uint8Array.from([0x08, 0x07]), "ONNX_NOT_ONNX", /no graph/],
    ["half a model", bytes.subarray(0, 5000), "ONNX_TRUNCATED", /5000 bytes/],
    ["a model without its last byte", bytes.subarray(0, -1), "ONNX_TRUNCATED", /incomplete/],
  ])("refuses %s", async (_, found, code, message) => {
    await expect(readHeader(bytesAccess(found))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("refuses random bytes without another failure", async () => {
    for (let seed = 1; seed < 200; seed++) {
      let state = seed;
      const found = Uint8Array.from({ length: 400 }, () => (state = (state * 48271) % 2147483647) & 255);
      await expect(readHeader(bytesAccess(found))).rejects.toMatchObject({ code: expect.stringMatching(/^ONNX_/) });
    }
  });
});

describe("the recorded models", () => {
  test.each(MODELS)("%s keeps every byte of its messages through decode and encode", async (path) => {
    const bytes = await readRecorded(path);
    if (bytes === undefined) return console.info(`skipped: ${path} is not there`);
    const model = decodeModel(bytes);
    const again = decodeModel(encodeModel(model));
    expect(Buffer.compare(encodeModel(again), encodeModel(model))).toBe(0);
    expect(encodeModel(model).byteLength).toBe(bytes.byteLength);
    again.graph.nodes.forEach((node, i) => expect(Buffer.compare(node.encoded!, model.graph.nodes[i]!.encoded!)).toBe(0));
    again.graph.initializers.forEach((tensor, i) => {
      expect(Buffer.compare(tensorRaw(tensor)!, tensorRaw(model.graph.initializers[i]!)!), tensor.name).toBe(0);
    });
  });

  test.each(MODELS)("%s has the same header with and without its weights", async (path) => {
    const bytes = await readRecorded(path);
    if (bytes === undefined) return console.info(`skipped: ${path} is not there`);
    const file = counting(bytes);
    const header = await readHeader(file);
    const whole = decodeModel(bytes);
    const shapes = (model: typeof whole) => model.graph.initializers.map(({ name, dims, elementType }) => [name, dims, elementType]);
    expect(shapes(header.model)).toEqual(shapes(whole));
    expect(header.model.graph.nodes.map((node) => [node.op, node.inputs, node.outputs])).toEqual(
      whole.graph.nodes.map((node) => [node.op, node.inputs, node.outputs]),
    );
    expect(header.inputs.length).toBeGreaterThan(0);
    expect(header.outputs.length).toBeGreaterThan(0);
  });

  test("every small model is read, or refused with its reason", async () => {
    const names = await smallModels();
    if (names.length === 0) return console.info("skipped: triton/autocomplete.jsonl.gz is not there");
    for (const name of names) {
      const bytes = await readRecorded(`triton/onnx/${name}`);
      if (bytes === undefined) throw new Error(`${name} is missing`);
      const read = readHeader(bytesAccess(bytes));
      if (name === "empty.onnx") await expect(read).rejects.toMatchObject({ code: "ONNX_EMPTY" });
      else if (name === "garbage.onnx") await expect(read).rejects.toMatchObject({ code: "ONNX_NOT_ONNX" });
      else expect((await read).outputs.length, name).toBeGreaterThan(0);
    }
  });
});

async function smallModels(): Promise<string[]> {
  const bytes = await readRecorded("triton/autocomplete.jsonl.gz");
  if (bytes === undefined) return [];
  const lines = new TextDecoder().decode(gunzipSync(bytes)).trim().split("\n");
  return [...new Set(lines.map((line) => (JSON.parse(line) as { onnx: string }).onnx))].filter((name) => name.endsWith(".onnx"));
}
