import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Tensor } from "../../tensor/tensor.ts";
import { connectionTo, httpServer, type TestServer } from "../../testing/v2-server.ts";
import { base64Bytes } from "./base64.ts";
import type { Connection } from "./connection.ts";
import { v2Failure } from "./failure.ts";
import { inferBody, type InferRequest } from "./infer-request.ts";
import { infer } from "./infer.ts";
import { modelMetadata } from "./metadata.ts";
import { metrics } from "./metrics.ts";
import { loadModel, unloadModel } from "./model-repository.ts";
import { modelPath } from "./model-path.ts";
import { changeLogSettings } from "./settings.ts";

const pair: Tensor = { dataType: "TYPE_FP32", shape: [2], data: Float32Array.of(0.1, NaN) };

function document(request: InferRequest): unknown {
  const [header] = inferBody(request).body;
  return JSON.parse(new TextDecoder().decode(header).replaceAll("NaN", '"NaN"'));
}

describe("an inference request", () => {
  test("is binary both ways unless it says otherwise", () => {
    expect(document({ inputs: [{ name: "X", tensor: pair }] })).toEqual({
      parameters: { binary_data_output: true },
      inputs: [{ name: "X", datatype: "FP32", shape: [2], parameters: { binary_data_size: 8 } }],
    });
    expect(document({ inputs: [{ name: "X", tensor: pair, binary: false }], binaryOutputs: false })).toEqual({
      inputs: [{ name: "X", datatype: "FP32", shape: [2], data: [0.1, "NaN"] }],
    });
  });

  test("asks every listed output for binary data, but for one that goes to shared memory", () => {
    const outputs = [{ name: "A" }, { name: "B", binary: false }, { name: "C", parameters: { classification: 3 } }, { name: "D", parameters: { shared_memory_region: "r", shared_memory_byte_size: 8 } }];
    expect(document({ inputs: [], outputs })).toEqual({
      inputs: [],
      outputs: [
        { name: "A", parameters: { binary_data: true } },
        { name: "B" },
        { name: "C", parameters: { binary_data: true, classification: 3 } },
        { name: "D", parameters: { shared_memory_region: "r", shared_memory_byte_size: 8 } },
      ],
    });
  });

  test("holds the tensors themselves and no copies, large byte strings too", () => {
    const large = new Uint8Array(100_000);
    const texts: Tensor = { dataType: "TYPE_STRING", shape: [3], data: [Uint8Array.of(1), large, Uint8Array.of(2, 3)] };
    const { body } = inferBody({ inputs: [{ name: "X", tensor: pair }, { name: "T", tensor: texts }] });
    expect(body[1]?.buffer).toBe((pair.data as Float32Array).buffer);
    expect(body[3]).toBe(large);
    expect([body[2], body[4]]).toEqual([Uint8Array.of(1, 0, 0, 0, 1, 0xa0, 0x86, 1, 0), Uint8Array.of(2, 0, 0, 0, 2, 3)]);
  });

  test.each<[string, InferRequest, RegExp]>([
    ["too few elements", { inputs: [{ name: "X", tensor: { ...pair, shape: [3] } }] }, /FP32 \[3\] takes 3 elements, found 2/],
    ["a dimension that is open", { inputs: [{ name: "X", tensor: { ...pair, shape: [-1, -2] } }] }, /"X"/],
    ["an array of another type", { inputs: [{ name: "X", tensor: { ...pair, data: Float64Array.of(1, 2) } }] }, /"X"/],
    ["FP16 as JSON", { inputs: [{ name: "X", binary: false, tensor: { dataType: "TYPE_FP16", shape: [0], data: new Uint16Array(0) } }] }, /none for FP16/],
    ["bytes that are no text as JSON", { inputs: [{ name: "X", binary: false, tensor: { dataType: "TYPE_STRING", shape: [1], data: [Uint8Array.of(255)] } }] }, /no UTF-8/],
  ])("with %s is not sent", (_, request, message) => {
    expect(() => inferBody(request)).toThrow(expect.objectContaining({ code: "V2_REQUEST_INVALID", message: expect.stringMatching(message) }));
  });
});

describe("the path of a model", () => {
  test.each([
    ["/v2/models/m", { model: "m" }, ""],
    ["/v2/models/50%.é b", { model: "50%.é b" }, ""],
    ["/v2/models/m/versions/3/infer", { model: "m", version: 3 }, "/infer"],
    ["/v2/models/stats/versions/1", { model: "stats", version: "1" }, ""],
  ])("is %s", (path, target, endpoint) => {
    expect(modelPath(target, endpoint)).toBe(path);
  });

  test.each([{ model: "" }, { model: "a/b" }, { model: ".." }, { model: "%2E." }, { model: "a?b" }, { model: "a#b" }, { model: "a\nb" }, { model: "m", version: "latest" }, { model: "m", version: -1 }, { model: "stats" }])(
    "of %j does not exist",
    (target) => {
      expect(() => modelPath(target)).toThrow(expect.objectContaining({ code: "V2_REQUEST_INVALID" }));
    },
  );
});

describe("base64", () => {
  test("is that of everyone", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => new TextDecoder().decode(base64Bytes(bytes)) === Buffer.from(bytes).toString("base64")));
  });
});

describe("what a server receives", () => {
  let server: TestServer;
  let connection: Connection;
  let status: number;
  let requests: { url: string | undefined; headers: Record<string, unknown>; body: string }[] = [];

  beforeAll(async () => {
    server = await httpServer((request, body, response) => {
      requests.push({ url: request.url, headers: request.headers, body: body.toString() });
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(status === 200 ? "" : '{"error":"no"}');
    });
    connection = connectionTo(`${server.base}/v2-proxy/7/`, { headers: { "Admin-Key": "secret" } });
  });

  beforeEach(() => {
    status = 200;
    requests = [];
  });

  afterAll(() => server.close());

  test("has the prefix of a proxy and the headers of the connection, or of the call instead", async () => {
    await loadModel(connection, "m");
    await unloadModel(connection, "m", { dependents: true }, { headers: { "Admin-Key": "other" } });
    expect(requests.map(({ url, headers, body }) => [url, headers["admin-key"], body])).toEqual([
      ["/v2-proxy/7/v2/repository/models/m/load", "secret", ""],
      ["/v2-proxy/7/v2/repository/models/m/unload", "other", '{"parameters":{"unload_dependents":true}}'],
    ]);
  });

  test("is a model's configuration and files in one document", async () => {
    const files = { "1/model.onnx": Uint8Array.of(1, 2, 3, 4), '1/"é".bin': new Uint8Array(0) };
    await loadModel(connection, "m", { config: '{"backend":"onnxruntime"}', files });
    expect(JSON.parse(requests[0]?.body ?? "")).toEqual({
      parameters: { "config": '{"backend":"onnxruntime"}', "file:1/model.onnx": "AQIDBA==", 'file:1/"é".bin': "" },
    });
  });

  test.each<[number, "reading" | "inference" | "control", boolean]>([
    [400, "inference", false],
    [404, "reading", false],
    [429, "inference", true],
    [500, "inference", false],
    [502, "reading", true],
    [503, "reading", true],
    [503, "inference", true],
    [503, "control", false],
    [504, "control", true],
  ])("may be sent again after %i for %s: %s", async (answered, purpose, retryable) => {
    status = answered;
    const calls = {
      reading: () => modelMetadata(connection, { model: "m" }),
      inference: () => infer(connection, { model: "m" }, { inputs: [] }),
      control: () => changeLogSettings(connection, {}),
    };
    const error = await calls[purpose]().catch((thrown: unknown) => thrown);
    expect(v2Failure(error)).toMatchObject({ status: answered, message: "no", retryable, jsonError: false });
  });

  test("is nothing where the metrics have no address", async () => {
    await expect(metrics(connection)).rejects.toMatchObject({ code: "V2_REQUEST_INVALID" });
    expect(requests).toEqual([]);
  });
});

describe("errors", () => {
  test("that no server had a part in are no failures of an exchange", () => {
    expect([v2Failure(new Error("x")), v2Failure(undefined)]).toEqual([undefined, undefined]);
  });
});
