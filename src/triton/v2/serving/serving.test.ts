import { describe, expect, test } from "vitest";
import { allocate, type DataType } from "../../../tensor/data-type.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { classified } from "./classification.ts";
import { acceptedCoding } from "./content-coding.ts";
import { ModelStatistics } from "./model-statistics.ts";
import { metricsText } from "./metrics-text.ts";
import { outputText } from "./output-text.ts";
import { RequestBody } from "./request-body.ts";
import { asSigned, asUnsigned, parseRequestJson, WholeReal } from "./request-json.ts";
import { routeOf } from "./routes.ts";
import { readMetrics } from "../prometheus-text.ts";

describe("an address", () => {
  test.each([
    ["GET", "/v2", "server-metadata"],
    ["GET", "/v2/models/stats", "statistics"],
    ["GET", "/v2/models/stats/stats", "statistics"],
    ["POST", "/v2/models/m/versions/3/infer?x=1", "infer"],
    ["POST", "/v2/repository/any/index", "index"],
    ["POST", "/v2/models/m/generate_stream", "absent"],
  ])("%s %s is %s", (method, target, kind) => {
    expect(routeOf(method, target).kind).toBe(kind);
  });

  test.each([
    ["GET", "/v2/models/m/versions/latest", 404],
    ["GET", "/v2/models/m/infer/", 404],
    ["GET", "/v2//models/m", 404],
    ["GET", "/v2/models/m/versions/1/trace/setting", 404],
    ["GET", "/v2/models/m/infer", 405],
    ["OPTIONS", "/v2", 405],
    ["HEAD", "/v2/health/live", 405],
  ])("%s %s is answered %i", (method, target, status) => {
    expect(() => routeOf(method, target)).toThrow(expect.objectContaining({ status }));
  });
});

describe("the JSON of a request", () => {
  test.each([
    ["", "The document is empty. at 0"],
    ["{", "Missing a name for object member. at 1"],
    ['{"a" 1}', "Missing a colon after a name of object member. at 5"],
    ['{"a":1 "b":2}', "Missing a comma or } after an object member. at 7"],
    ["[1 2]", "Missing a comma or ] after an array element. at 3"],
    ["[1] x", "The document root must not be followed by other values. at 4"],
    ['"é" x', "The document root must not be followed by other values. at 5"],
    ["[nil]", "Invalid value. at 1"],
  ])("%s is refused in RapidJSON's words", (text, message) => {
    expect(() => parseRequestJson(text)).toThrow(`failed to parse the request JSON buffer: ${message}`);
  });

  test("tells whole numbers written as reals from integers, keeps the first of two names, and ends at NUL", () => {
    expect(parseRequestJson('{"a": [1, 1.0, 1.5, 18446744073709551615], "a": 2}\0\u0001')).toEqual(new Map([["a", [1, new WholeReal(1), 1.5, 18446744073709551615n]]]));
  });

  test("has integers of 64 bits, and no others", () => {
    expect([asUnsigned(18446744073709551615n), asSigned(-9223372036854775808n)]).toEqual([18446744073709551615n, -9223372036854775808n]);
    for (const value of [-1, 18446744073709551616n, 1.5, new WholeReal(1), "1"]) expect(() => asUnsigned(value)).toThrow("attempt to access JSON non-unsigned-integer as unsigned-integer");
    expect(() => asSigned(9223372036854775808n)).toThrow("attempt to access JSON non-signed-integer as signed-integer");
  });
});

describe("the coding of an answer", () => {
  test.each([
    [undefined, "identity"],
    ["gzip, deflate, br", "gzip"],
    ["deflate,gzip", "deflate"],
    ["gzip;q=0.5,deflate;q=0.8", "deflate"],
    ["gzip; q=0.5, deflate; q=0.8", "identity"],
    ["gzip;q=0", "identity"],
    ["br, zstd, *", "identity"],
  ])("for %s is %s", (accept, coding) => {
    expect(acceptedCoding(accept)).toBe(coding);
  });
});

describe("the data of an output", () => {
  const text = (dataType: DataType, values: readonly (number | bigint)[]): string => {
    const data = allocate(dataType, values.length);
    values.forEach((value, at) => (data[at] = value as never));
    return new TextDecoder().decode(outputText("Y", { dataType, shape: [values.length], data }));
  };

  test.each([
    ["TYPE_FP32", [1, -0, 0.1, NaN, -Infinity, 1e30], "[1.0,-0.0,0.10000000149011612,NaN,-Infinity,1.0000000150474662e30]"],
    ["TYPE_FP64", [0.1, 1e308, 5e-324], "[0.1,1e308,5e-324]"],
    ["TYPE_INT64", [-9223372036854775808n], "[-9223372036854775808]"],
    ["TYPE_BOOL", [1, 0, 255], "[true,false,true]"],
  ] as const)("of %s are written as Triton writes them", (dataType, values, expected) => {
    expect(text(dataType, values)).toBe(expected);
  });

  test("pass bytes that are no UTF-8 as they are", () => {
    const tensor: Tensor = { dataType: "TYPE_STRING", shape: [2], data: [Uint8Array.of(0xff, 0x22, 0x0a), new TextEncoder().encode("é")] };
    expect(Buffer.from(outputText("Y", tensor))).toEqual(Buffer.concat([Buffer.from('["'), Buffer.of(0xff), Buffer.from('\\"\\n","é"]')]));
  });
});

test("a classification is the largest values of each item, with their labels", () => {
  const tensor: Tensor = { dataType: "TYPE_FP32", shape: [2, 3], data: Float32Array.of(0.1, 0.7, 0.2, 3, 2, 1) };
  const words = ({ data }: Tensor): string[] => (data as readonly Uint8Array[]).map((bytes) => new TextDecoder().decode(bytes));
  const top = classified(tensor, 2, true, ["cat", "dog"]);
  expect([top.shape, words(top)]).toEqual([[2, 2], ["0.700000:1:dog", "0.200000:2", "3.000000:0:cat", "2.000000:1:dog"]]);
  expect(words(classified({ dataType: "TYPE_INT32", shape: [2], data: Int32Array.of(-4, 9) }, 7, false, []))).toEqual(["9:1", "-4:0"]);
});

describe("a body", () => {
  const body = (chunks: readonly string[], announced?: number): RequestBody => {
    const left = chunks.map((chunk) => new TextEncoder().encode(chunk));
    return new RequestBody(() => Promise.resolve(left.shift()), announced);
  };

  test("fills what it is asked to, across chunks, and knows what is left", async () => {
    const source = body(["abc", "de", "fgh"], 8);
    const target = new Uint8Array(4);
    expect([await source.copyTo(target), new TextDecoder().decode(target), source.left]).toEqual([4, "abcd", 4]);
    expect([await source.ended(), new TextDecoder().decode(await source.all(4)), await source.ended()]).toEqual([false, "efgh", true]);
  });

  test("ends before what it is asked for", async () => {
    expect(await body(["abc"]).copyTo(new Uint8Array(9))).toBe(3);
  });

  test("is not taken beyond a limit, announced or not", async () => {
    expect([await body(["abcdef"], 6).all(5), await body(["abc", "def"]).all(5)]).toEqual([undefined, undefined]);
  });
});

test("the metrics page has what the statistics count, in microseconds", () => {
  const statistics = new ModelStatistics();
  statistics.succeeded(4, 1000, 5_000_000, 1_000_000, { input: 250_000, infer: 3_500_000, output: 250_000 });
  statistics.failed(1, "CANCELED");
  const read = readMetrics(metricsText([{ name: 'a "b"', version: 1, statistics, pending: 2 }]));
  const page = "families" in read ? read.families : [];
  const value = (family: string, reason?: string): number | undefined =>
    page.find(({ name }) => name === family)?.samples.find(({ labels }) => labels["model"] === 'a "b"' && labels["reason"] === reason)?.value;
  expect([value("nv_inference_count"), value("nv_inference_exec_count"), value("nv_inference_request_duration_us"), value("nv_inference_queue_duration_us")]).toEqual([4, 1, 5000, 1000]);
  expect([value("nv_inference_request_failure", "CANCELED"), value("nv_inference_request_failure", "OTHER"), value("nv_inference_pending_request_count")]).toEqual([1, 0, 2]);
  expect(statistics.json("m", 1)).toMatchObject({ inference_count: 4, last_inference: 1000, batch_stats: [{ batch_size: 4, compute_infer: { count: 1, ns: 3_500_000 } }] });
});
