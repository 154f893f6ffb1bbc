import { createServer, type AddressInfo, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ConchError } from "../../base/errors.ts";
import type { ConchErrorCode } from "../../base/error-codes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { connectionTo, socketServer } from "../../testing/v2-server.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { v2Failure } from "./failure.ts";
import { generate, generateStream } from "./generate.ts";
import { serverReady } from "./health.ts";
import { infer } from "./infer.ts";
import { modelConfig, modelMetadata, serverMetadata } from "./metadata.ts";
import { metrics } from "./metrics.ts";
import { loadModel, repositoryIndex } from "./model-repository.ts";
import { statistics } from "./statistics.ts";

const MEBIBYTE = 2 ** 20;
const TEN_GIGABYTES = 10_000_000_000;
const LIMITS = { documentBytes: MEBIBYTE, responseBytes: 64 * MEBIBYTE };
/** What the process may have taken in the end: limits, socket buffers and what was not yet collected. */
const MEMORY = 200 * MEBIBYTE;

type Call = (connection: Connection, call: CallOptions) => Promise<unknown>;
type Answer = (socket: Socket) => void;

const tensor: Tensor = { dataType: "TYPE_FP32", shape: [2], data: Float32Array.of(1, 2) };
const asked: Call = (connection, call) => serverMetadata(connection, call);
const inferred: Call = (connection, call) => infer(connection, { model: "m" }, { inputs: [{ name: "X", tensor }] }, call);
const streamed: Call = async (connection, call) => {
  const responses: unknown[] = [];
  for await (const response of generateStream(connection, { model: "m" }, { X: 1 }, call)) responses.push(response);
  return responses;
};

function head(status: string, headers: Readonly<Record<string, string | number>>): string {
  return `HTTP/1.1 ${status}\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

/** A whole answer. */
function whole(type: string, body: string | Buffer, headers: Readonly<Record<string, string | number>> = {}, status = "200 OK"): Answer {
  return (socket) => {
    socket.write(head(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body), ...headers }));
    socket.write(body);
  };
}

const json = (body: string, headers: Readonly<Record<string, string | number>> = {}): Answer => whole("application/json", body, headers);

/** An answer without a length, which ends with the connection. */
function closing(type: string, body: string | Buffer, headers: Readonly<Record<string, string | number>> = {}): Answer {
  return (socket) => {
    socket.write(head("200 OK", { "Content-Type": type, "Connection": "close", ...headers }));
    socket.end(body);
  };
}

/** An answer that never ends, as fast as it is taken. */
function flood(start: string, piece: Buffer): Answer {
  return (socket) => {
    socket.write(start);
    const more = (): void => {
      while (socket.writable && socket.write(piece));
    };
    socket.on("drain", more);
    more();
  };
}

/** An answer of which a byte comes now and then, for ever. */
function trickle(start: string): Answer {
  return (socket) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(" "), 20);
    socket.on("close", () => clearInterval(timer));
  };
}

function outputs(...list: readonly string[]): string {
  return `{"model_name":"m","model_version":"1","outputs":[${list.join(",")}]}`;
}

function output(size: unknown, shape: string, datatype = "FP32"): string {
  return `{"name":"Y","datatype":"${datatype}","shape":${shape},"parameters":{"binary_data_size":${String(size)}}}`;
}

/** A binary answer that ends with the connection. */
function binary(document: string, tensors: Buffer, length: string | number = document.length): Answer {
  return closing("application/octet-stream", Buffer.concat([Buffer.from(document), tensors]), { "Inference-Header-Content-Length": length });
}

const EVENTS = { "Content-Type": "text/event-stream" };
const JSON_HEAD = head("200 OK", { "Content-Type": "application/json" });
const SPACES = Buffer.alloc(65_536, " ");

const CASES: readonly (readonly [string, Call, Answer, ConchErrorCode, RegExp])[] = [
  ["a web page", asked, whole("text/html", "<html>Welcome</html>"), "V2_RESPONSE_INVALID", /found text\/html/],
  ["a web page to an inference", inferred, whole("text/html", "<html>Welcome</html>"), "V2_RESPONSE_INVALID", /found text\/html/],
  ["a web page to a load", (connection, call) => loadModel(connection, "m", {}, call), whole("text/html", "<html>Welcome</html>"), "V2_RESPONSE_INVALID", /found text\/html/],
  ["a picture instead of metrics", (connection, call) => metrics(connection, call), whole("image/png", "x"), "V2_RESPONSE_INVALID", /found image\/png/],
  ["a document instead of a stream", streamed, json("{}"), "V2_RESPONSE_INVALID", /text\/event-stream/],
  ["an octet stream without the header of its parts", inferred, whole("application/octet-stream", "abc"), "V2_RESPONSE_INVALID", /Inference-Header/],
  ["an empty document", asked, json(""), "V2_RESPONSE_INVALID", /no JSON/],
  ["half a document", asked, json('{"name":"tri'), "V2_RESPONSE_INVALID", /no JSON/],
  ["a list instead of an object", asked, json("[]"), "V2_RESPONSE_INVALID", /at name/],
  ["an object instead of a list", (connection, call) => repositoryIndex(connection, {}, call), json("{}"), "V2_RESPONSE_INVALID", /at the document/],
  ["a text instead of a configuration", (connection, call) => modelConfig(connection, { model: "m" }, call), json('"a"'), "V2_RESPONSE_INVALID", /JSON object/],
  ["a member of the wrong type", asked, json('{"name":1,"version":"2"}'), "V2_RESPONSE_INVALID", /at name/],
  ["statistics that count backwards", (connection, call) => statistics(connection, undefined, call), json('{"model_stats":[{"name":"m","version":"1","inference_count":-1}]}'), "V2_RESPONSE_INVALID", /model_stats\.0\.inference_count/],
  ["one key twice", asked, json('{"name":"a","name":"b","version":"2"}'), "V2_RESPONSE_INVALID", /"name" twice/],
  ["one key of an output twice", inferred, json(outputs('{"name":"Y","datatype":"FP32","shape":[1],"data":[1],"data":[2]}')), "V2_RESPONSE_INVALID", /"data" twice/],
  ["NaN in a shape", (connection, call) => modelMetadata(connection, { model: "m" }, call), json('{"name":"m","platform":"x","inputs":[{"name":"X","datatype":"FP32","shape":[NaN]}]}'), "V2_RESPONSE_INVALID", /shape/],
  ["nan as a word", asked, json('{"name":nan}'), "V2_RESPONSE_INVALID", /nan/],
  ["NaN among integers", inferred, json(outputs('{"name":"Y","datatype":"INT32","shape":[1],"data":[NaN]}')), "V2_RESPONSE_INVALID", /INT32, found NaN/],
  ["a hundred thousand brackets", asked, json("[".repeat(100_000)), "V2_RESPONSE_INVALID", /deeper/],
  ["data of another number", inferred, json(outputs('{"name":"Y","datatype":"FP32","shape":[3],"data":[1,2]}')), "V2_RESPONSE_INVALID", /expected 3 elements/],
  ["an integer beyond its type", inferred, json(outputs('{"name":"Y","datatype":"INT8","shape":[1],"data":[128]}')), "V2_RESPONSE_INVALID", /INT8, found 128/],
  ["a data type that is none", inferred, json(outputs('{"name":"Y","datatype":"FP8","shape":[1],"data":[1]}')), "V2_RESPONSE_INVALID", /"FP8"/],
  ["a shape that is negative", inferred, json(outputs('{"name":"Y","datatype":"FP32","shape":[-1],"data":[1]}')), "V2_RESPONSE_INVALID", /shape/],
  ["a shape beyond all numbers", inferred, binary(outputs(output(4, "[4294967296,4294967296]")), Buffer.alloc(4)), "V2_RESPONSE_INVALID", /no tensor has the shape/],
  ["ten thousand million byte strings in four bytes", inferred, binary(outputs(output(4, "[10000000000]", "BYTES")), Buffer.alloc(4)), "V2_RESPONSE_INVALID", /no BYTES tensor/],
  ["byte strings longer than their tensor", inferred, binary(outputs(output(6, "[1]", "BYTES")), Buffer.from([255, 255, 255, 255, 1, 2])), "V2_RESPONSE_INVALID", /do not add up/],
  ["byte strings with bytes left over", inferred, binary(outputs(output(6, "[1]", "BYTES")), Buffer.from([1, 0, 0, 0, 1, 2])), "V2_RESPONSE_INVALID", /do not add up/],
  ["a binary_data_size that the shape contradicts", inferred, binary(outputs(output(12, "[2]")), Buffer.alloc(12)), "V2_RESPONSE_INVALID", /12 bytes are no FP32/],
  ["a binary_data_size below nothing", inferred, binary(outputs(output(-8, "[2]")), Buffer.alloc(8)), "V2_RESPONSE_INVALID", /no number of bytes/],
  ["a binary_data_size with a fraction", inferred, binary(outputs(output("8.5", "[2]")), Buffer.alloc(8)), "V2_RESPONSE_INVALID", /no number of bytes/],
  ["a binary_data_size beyond all numbers", inferred, binary(outputs(output("99999999999999999999", "[2]")), Buffer.alloc(8)), "V2_RESPONSE_INVALID", /no number of bytes/],
  ["a binary tensor in a JSON answer", inferred, json(outputs(output(8, "[2]"))), "V2_RESPONSE_INVALID", /without the header/],
  ["a binary body that ends early", inferred, binary(outputs(output(8, "[2]")), Buffer.alloc(5)), "V2_RESPONSE_INVALID", /ends within output "Y"/],
  ["a binary body that ends within its JSON", inferred, binary(outputs(output(8, "[2]")), Buffer.alloc(0), 4000), "V2_RESPONSE_INVALID", /ends within the JSON part/],
  ["a binary body that goes on", inferred, binary(outputs(output(8, "[2]")), Buffer.alloc(9)), "V2_RESPONSE_INVALID", /goes on/],
  ["a length of the JSON part that cuts it", inferred, binary(outputs(output(8, "[2]")), Buffer.alloc(8), 20), "V2_RESPONSE_INVALID", /no JSON/],
  ["a length of the JSON part that is no number", inferred, binary(outputs(output(8, "[2]")), Buffer.alloc(8), "abc"), "V2_RESPONSE_INVALID", /"abc"/],
  ["parts that are more than the whole", inferred, whole("application/octet-stream", outputs(output(8, "[2]")), { "Inference-Header-Content-Length": outputs(output(8, "[2]")).length }), "V2_RESPONSE_INVALID", /its parts announce/],
  ["a length that the connection does not keep", asked, (socket) => socket.end(`${head("200 OK", { "Content-Type": "application/json", "Content-Length": 500 })}{`), "V2_UNREACHABLE", /no complete answer/],
  ["ten gigabytes as its length", asked, json("{", { "Content-Length": TEN_GIGABYTES }), "V2_RESPONSE_TOO_LARGE", /10000000000/],
  ["ten gigabytes as its length to an inference", inferred, whole("application/octet-stream", "{", { "Content-Length": TEN_GIGABYTES, "Inference-Header-Content-Length": 1 }), "V2_RESPONSE_TOO_LARGE", /10000000000/],
  ["a document larger than documents are", asked, json("{", { "Content-Length": 2 * MEBIBYTE }), "V2_RESPONSE_TOO_LARGE", /2097152/],
  ["ten gigabytes of JSON part", inferred, binary("{}", Buffer.alloc(0), TEN_GIGABYTES), "V2_RESPONSE_TOO_LARGE", /10000000000/],
  ["a tensor of ten gigabytes", inferred, binary(outputs(output(TEN_GIGABYTES, "[2500000000]")), Buffer.alloc(8)), "V2_RESPONSE_TOO_LARGE", /10000000\d\d\d/],
  ["a small packet of a large document", asked, json(gzipSync(Buffer.alloc(64 * MEBIBYTE, " ")).toString("latin1"), {}), "V2_RESPONSE_INVALID", /no JSON/],
  ["a packet that unpacks to 64 times the limit", asked, whole("application/json", gzipSync(Buffer.alloc(64 * MEBIBYTE, " ")), { "Content-Encoding": "gzip" }), "V2_RESPONSE_TOO_LARGE", /larger than 1048576/],
  ["a document without end", asked, flood(JSON_HEAD, SPACES), "V2_RESPONSE_TOO_LARGE", /larger than 1048576/],
  ["an inference without end", inferred, flood(JSON_HEAD, SPACES), "V2_RESPONSE_TOO_LARGE", /larger than 1048576/],
  ["metrics without end", (connection, call) => metrics(connection, call), flood(head("200 OK", { "Content-Type": "text/plain" }), SPACES), "V2_RESPONSE_TOO_LARGE", /larger than/],
  ["an event without end", streamed, flood(`${head("200 OK", EVENTS)}data: `, SPACES), "V2_RESPONSE_TOO_LARGE", /larger than 1048576/],
  ["lines without an event", streamed, flood(head("200 OK", EVENTS), Buffer.from(": nothing\n".repeat(5000))), "V2_RESPONSE_TOO_LARGE", /larger than 1048576/],
  ["an error without end", asked, flood(head("500 Internal Server Error", {}), Buffer.alloc(65_536, "x")), "V2_REFUSED", /500: x{300}…$/],
  ["a document that trickles for ever", asked, trickle(JSON_HEAD), "V2_TIMEOUT", /within 0\.5 s/],
  ["an error that trickles for ever", asked, trickle(head("500 Internal Server Error", {})), "V2_TIMEOUT", /within 0\.5 s/],
  ["an event that trickles for ever", streamed, trickle(`${head("200 OK", EVENTS)}data: `), "V2_TIMEOUT", /within 0\.5 s/],
  ["silence", asked, () => undefined, "V2_TIMEOUT", /within 0\.5 s/],
  ["half a head", asked, (socket) => void socket.write("HTTP/1.1 200 O"), "V2_TIMEOUT", /within 0\.5 s/],
  ["a hung up connection", asked, (socket) => socket.destroy(), "V2_UNREACHABLE", /is the server running/],
  ["another protocol", asked, (socket) => void socket.end("220 mail.example ESMTP\r\n"), "V2_UNREACHABLE", /no complete answer/],
  ["a redirect to itself", asked, (socket) => void socket.write(head("301 Moved Permanently", { "Location": "/v2", "Content-Length": 0 })), "V2_REDIRECTED", /to \/v2/],
  ["a redirect of an inference", inferred, (socket) => void socket.write(head("307 Temporary Redirect", { "Location": "https://a.example/", "Content-Length": 0 })), "V2_REDIRECTED", /a\.example/],
  ["a redirect of a health check", (connection, call) => serverReady(connection, call), (socket) => void socket.write(head("302 Found", { "Content-Length": 0 })), "V2_REDIRECTED", /elsewhere/],
  ["an event that is no JSON", streamed, closing("text/event-stream", "data: [DONE]\n\n"), "V2_RESPONSE_INVALID", /no JSON/],
  ["a stream that ends within an event", streamed, closing("text/event-stream", 'data: {"model_name":"m"}\n'), "V2_RESPONSE_INVALID", /within an event/],
  ["an error in a good answer", (connection, call) => generate(connection, { model: "m" }, { X: 1 }, call), json('{"error":"generate expects model to produce exactly 1 response"}'), "V2_REFUSED", /exactly 1 response/],
  ["a response of no model", (connection, call) => generate(connection, { model: "m" }, { X: 1 }, call), json('{"X":1}'), "V2_RESPONSE_INVALID", /model_name/],
  ["a gateway's page", asked, whole("text/html", "<h1>Bad gateway</h1>", {}, "502 Bad Gateway"), "V2_REFUSED", /502: <h1>Bad gateway/],
  ["metrics that are none", (connection, call) => metrics(connection, call), whole("text/plain", "nv_a 1\nnv_b{c=1} 2\n"), "V2_RESPONSE_INVALID", /line 2/],
];

describe("a server that answers with", () => {
  test.each(CASES)("%s", { timeout: 20_000 }, async (_, call, answer, code, message) => {
    let requests = 0;
    const server = await socketServer((socket) => {
      requests++;
      answer(socket);
    });
    const before = process.memoryUsage().arrayBuffers;
    const connection = connectionTo(server.base, { metrics: `${server.base}/metrics`, limits: LIMITS });
    const error = await call(connection, { milliseconds: code === "V2_TIMEOUT" ? 500 : 10_000 }).catch((thrown: unknown) => thrown);
    const taken = process.memoryUsage().arrayBuffers - before;
    server.close();
    expect(error).toBeInstanceOf(ConchError);
    expect([(error as ConchError).code, (error as ConchError).message]).toEqual([code, expect.stringMatching(message)]);
    expect(v2Failure(error)?.request).toMatch(/^(GET|POST) /);
    expect(requests).toBe(1);
    expect(taken).toBeLessThan(MEMORY);
  });

  test("nothing, for there is none, is unreachable", async () => {
    const unused = createServer();
    const port = await new Promise<number>((resolve) => unused.listen(0, "127.0.0.1", () => resolve((unused.address() as AddressInfo).port)));
    await new Promise((resolve) => unused.close(resolve));
    const error = await serverMetadata(connectionTo(`http://127.0.0.1:${port}`)).catch((thrown: unknown) => thrown);
    expect(v2Failure(error)).toEqual({ request: "GET /v2", status: undefined, message: undefined, retryable: true, jsonError: false });
  });
});

describe("a request that is given up", () => {
  test.each<[string, Call]>([
    ["a document", asked],
    ["an inference", inferred],
    ["a stream", streamed],
  ])("ends %s and closes the connection", async (_, call) => {
    const closed = withResolvers();
    const controller = new AbortController();
    const server = await socketServer((socket) => {
      socket.on("close", () => closed.resolve());
      socket.write(head("200 OK", { "Content-Type": call === streamed ? "text/event-stream" : "application/json" }));
      setTimeout(() => controller.abort(), 50);
    });
    await expect(call(connectionTo(server.base), { signal: controller.signal })).rejects.toMatchObject({ code: "CANCELLED" });
    await closed.promise;
    server.close();
  });

  test("before it began is not sent", async () => {
    let requests = 0;
    const server = await socketServer(() => requests++);
    await expect(serverMetadata(connectionTo(server.base), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "CANCELLED" });
    server.close();
    expect(requests).toBe(0);
  });

  test("by leaving the loop over a stream closes the connection", async () => {
    const closed = withResolvers();
    const server = await socketServer((socket) => {
      socket.on("close", () => closed.resolve());
      socket.write(`${head("200 OK", EVENTS)}data: {"model_name":"m","Y":1}\n\n`);
    });
    for await (const { values } of generateStream(connectionTo(server.base), { model: "m" }, {})) {
      expect(values).toEqual({ Y: 1 });
      break;
    }
    await closed.promise;
    server.close();
  });
});

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
