import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allocate, bytesPerElement, DATA_TYPES, type DataType } from "../tensor/data-type.ts";
import { elementCount, isBytes, typedData, type Tensor } from "../tensor/tensor.ts";
import { hostRepository, identityConfig, type HostedRepository } from "../testing/hosted-repository.ts";
import { connectionTo, streamingConnectionTo } from "../testing/v2-server.ts";
import { infer } from "../triton/v2/infer.ts";
import type { Compression, Connection } from "../triton/v2/connection.ts";
import { gzipSync } from "node:zlib";

// The v2 client against `conch serve`: what goes in comes out, of every type, by either way.

const TYPES = DATA_TYPES.filter((type) => type !== "TYPE_INVALID");
const WITHOUT_JSON: ReadonlySet<DataType> = new Set(["TYPE_FP16", "TYPE_BF16"]);
const RANKS = [1, 2, 3];

let server: HostedRepository;
let connection: Connection;

beforeAll(async () => {
  const dims = (rank: number): string => Array.from({ length: rank }, () => -1).join();
  const single = TYPES.flatMap((type) => RANKS.map((rank) => [`${type}_${rank}/config.pbtxt`, identityConfig([[type, dims(rank)]])] as const));
  const folders = TYPES.flatMap((type) => RANKS.map((rank) => [`${type}_${rank}/1/`, ""] as const));
  server = await hostRepository({ ...Object.fromEntries([...single, ...folders]), "all/config.pbtxt": identityConfig(TYPES.map((type) => [type, dims(2)])), "all/1/": "" });
  connection = connectionTo(server.base);
});

afterAll(() => server.close());

function tensors(dataType: DataType, rank: number, asText: boolean): fc.Arbitrary<Tensor> {
  return fc.array(fc.integer({ min: 0, max: 4 }), { minLength: rank, maxLength: rank }).chain((shape): fc.Arbitrary<Tensor> => {
    const count = elementCount(shape);
    if (dataType === "TYPE_STRING") {
      const element = asText ? fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text)) : fc.uint8Array({ maxLength: 20 });
      return fc.array(element, { minLength: count, maxLength: count }).map((data) => ({ dataType, shape, data }));
    }
    const size = count * bytesPerElement(dataType);
    return fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => {
      const data = allocate(dataType, count);
      new Uint8Array(data.buffer).set(dataType === "TYPE_BOOL" ? bytes.map((byte) => byte & 1) : bytes);
      return { dataType, shape, data };
    });
  });
}

function bits(tensor: Tensor | undefined): unknown {
  if (tensor === undefined) return undefined;
  if (isBytes(tensor)) return tensor.data.map((element) => Buffer.from(element).toString("hex"));
  const data = typedData(tensor);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
}

describe.each(RANKS)("tensors of rank %i", (rank) => {
  test.each(TYPES)("%s as binary keep every bit", async (dataType) => {
    await fc.assert(
      fc.asyncProperty(tensors(dataType, rank, false), async (tensor) => {
        const { outputs } = await infer(connection, { model: `${dataType}_${rank}` }, { inputs: [{ name: "INPUT0", tensor }] });
        expect(outputs.map(({ name, dataType: type, shape, tensor: found }) => [name, type, shape, bits(found)])).toEqual([["OUTPUT0", dataType, tensor.shape, bits(tensor)]]);
      }),
      { numRuns: 12 },
    );
  });

  test.each(TYPES.filter((type) => !WITHOUT_JSON.has(type)))("%s as JSON keep every element, NaN and infinities too", async (dataType) => {
    await fc.assert(
      fc.asyncProperty(tensors(dataType, rank, true), async (tensor) => {
        const { outputs } = await infer(connection, { model: `${dataType}_${rank}` }, { inputs: [{ name: "INPUT0", tensor, binary: false }], binaryOutputs: false });
        expect(outputs.map(({ tensor: found }) => found)).toEqual([tensor]);
      }),
      { numRuns: 12 },
    );
  });
});

test("all types in one request, some as JSON and some as binary, in and out", async () => {
  const inputs = fc.tuple(
    ...TYPES.map((type) => fc.tuple(fc.boolean(), fc.boolean()).chain(([asked, back]) => tensors(type, 2, true).map((tensor) => ({ tensor, binary: asked || WITHOUT_JSON.has(type), back: back || WITHOUT_JSON.has(type) })))),
  );
  await fc.assert(
    fc.asyncProperty(inputs, async (made) => {
      const { outputs, id } = await infer(connection, { model: "all" }, {
        id: "the request",
        inputs: made.map(({ tensor, binary }, index) => ({ name: `INPUT${index}`, tensor, binary })),
        outputs: made.map(({ back }, index) => ({ name: `OUTPUT${index}`, binary: back })),
      });
      expect(id).toBe("the request");
      expect(outputs.map(({ tensor }) => tensor)).toEqual(made.map(({ tensor }) => tensor));
      // JSON has one NaN, so that the bits of others do not come through it.
      const whole = made.map(({ tensor, binary, back }) => (binary && back ? bits(tensor) : undefined));
      expect(outputs.map(({ tensor }, index) => whole[index] && bits(tensor))).toEqual(whole);
    }),
    { numRuns: 20 },
  );
});

test("a body in chunks of its own, and one that is packed, say the same", async () => {
  const tensor: Tensor = { dataType: "TYPE_FP32", shape: [3], data: Float32Array.of(1, NaN, -0) };
  const request = { inputs: [{ name: "INPUT0", tensor }] };
  const gzip: Compression = { coding: "gzip", compress: (parts) => Promise.resolve([new Uint8Array(gzipSync(Buffer.concat(parts)))]) };
  for (const [through, call] of [[streamingConnectionTo(server.base), {}], [connection, { compression: gzip }]] as const) {
    const { outputs } = await infer(through, { model: "TYPE_FP32_1" }, request, call);
    expect(outputs.map((output) => bits(output.tensor))).toEqual([bits(tensor)]);
  }
});
