import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DATA_TYPES, allocate, bytesPerElement, type DataType } from "../../tensor/data-type.ts";
import { elementCount, isBytes, typedData, type Tensor } from "../../tensor/tensor.ts";
import { connectionTo, httpServer, type TestServer } from "../../testing/v2-server.ts";
import type { Connection } from "./connection.ts";
import type { InferInput } from "./infer-request.ts";
import { infer } from "./infer.ts";

const TYPES = DATA_TYPES.filter((type) => type !== "TYPE_INVALID");
const WITHOUT_JSON: ReadonlySet<DataType> = new Set(["TYPE_FP16", "TYPE_BF16"]);

let server: TestServer;
let connection: Connection;

/** A model whose outputs are its inputs, as they came: the JSON of JSON, the bytes of bytes. */
beforeAll(async () => {
  server = await httpServer((request, body, response) => {
    const length = request.headers["inference-header-content-length"];
    const end = Number(length ?? body.byteLength);
    const text = body.subarray(0, end).toString();
    const inputs = text.slice(text.indexOf('"inputs":') + 9, text.lastIndexOf("]") + 1);
    const parameters = /"parameters":(\{[^{}]*\})/.exec(text.slice(0, text.indexOf('"inputs":')))?.[1] ?? "{}";
    const document = Buffer.from(`{"model_name":"echo","model_version":"1","parameters":${parameters},"outputs":${inputs}}`);
    const binary = body.subarray(end);
    response.setHeader("Content-Type", binary.byteLength === 0 ? "application/json" : "application/octet-stream");
    if (binary.byteLength > 0) response.setHeader("Inference-Header-Content-Length", document.byteLength);
    response.end(Buffer.concat([document, binary]));
  });
  connection = connectionTo(server.base);
});

afterAll(() => server.close());

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });

function tensors(dataType: DataType, asText: boolean): fc.Arbitrary<Tensor> {
  return shapes.chain((shape): fc.Arbitrary<Tensor> => {
    const count = elementCount(shape);
    if (dataType === "TYPE_STRING") {
      const element = asText
        ? fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text))
        : fc.oneof({ weight: 30, arbitrary: fc.uint8Array({ maxLength: 20 }) }, { weight: 1, arbitrary: fc.constant(new Uint8Array(70_000).fill(7)) });
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

function bits(tensor: Tensor): unknown {
  if (isBytes(tensor)) return tensor.data.map((element) => Buffer.from(element).toString("hex"));
  const data = typedData(tensor);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
}

async function answered(inputs: readonly InferInput[]): Promise<(Tensor | undefined)[]> {
  const { outputs } = await infer(connection, { model: "echo" }, { inputs });
  return outputs.map(({ tensor }) => tensor);
}

describe("tensors that a server sends back", () => {
  test.each(TYPES)("%s as binary keep every bit", async (dataType) => {
    await fc.assert(
      fc.asyncProperty(tensors(dataType, false), async (tensor) => {
        const [found] = await answered([{ name: "X", tensor }]);
        expect([found?.dataType, found?.shape, found && bits(found)]).toEqual([dataType, tensor.shape, bits(tensor)]);
      }),
      { numRuns: 25 },
    );
  });

  test.each(TYPES.filter((type) => !WITHOUT_JSON.has(type)))("%s as JSON keep every element, NaN and infinities too", async (dataType) => {
    await fc.assert(
      fc.asyncProperty(tensors(dataType, true), async (tensor) => {
        const [found] = await answered([{ name: "X", tensor, binary: false }]);
        expect(found).toEqual(tensor);
      }),
      { numRuns: 25 },
    );
  });

  test("of both kinds in one request come back in order", async () => {
    const inputs = fc.array(
      fc.constantFrom(...TYPES).chain((type) =>
        fc.boolean().chain((asked) => {
          const binary = asked || WITHOUT_JSON.has(type);
          return tensors(type, !binary).map((tensor) => ({ tensor, binary }));
        }),
      ),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(inputs, async (made) => {
        const found = await answered(made.map((input, index) => ({ name: `X${index}`, ...input })));
        expect(found).toEqual(made.map(({ tensor }) => tensor));
      }),
      { numRuns: 40 },
    );
  });
});

describe("parameters that a server sends back", () => {
  test("keep every digit", async () => {
    const parameters = { big: 18446744073709551615n, low: -9223372036854775808n, edge: 9007199254740993n, real: 0.1, text: 'é"\\', yes: true };
    const { parameters: found } = await infer(connection, { model: "echo" }, { inputs: [], parameters, binaryOutputs: false });
    expect(found).toEqual(parameters);
  });
});
