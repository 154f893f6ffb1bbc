import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../tensor/tensor.ts";
import { hostRepository, identityConfig, type HostedRepository } from "../testing/hosted-repository.ts";
import { exchangeRaw, type RawAnswer } from "../testing/raw-exchange.ts";
import { connectionTo } from "../testing/v2-server.ts";
import { infer } from "../triton/v2/infer.ts";
import { metrics } from "../triton/v2/metrics.ts";
import { statistics } from "../triton/v2/statistics.ts";

// Requests that end too early, are cancelled, or say what is not so.

const SLOW = identityConfig([["TYPE_FP32", "-1"]], 'parameters { key: "execute_delay_ms" value { string_value: "200" } }');
const CHAIN = `platform: "ensemble"
input [ { name: "X" data_type: TYPE_FP32 dims: [ -1 ] } ]
output [ { name: "Y" data_type: TYPE_FP32 dims: [ -1 ] } ]
ensemble_scheduling { step [
  { model_name: "slow" model_version: -1 input_map { key: "INPUT0" value: "X" } output_map { key: "OUTPUT0" value: "a" } },
  { model_name: "quick" model_version: -1 input_map { key: "INPUT0" value: "a" } output_map { key: "OUTPUT0" value: "Y" } }
] }`;

let server: HostedRepository;

beforeAll(async () => {
  server = await hostRepository({
    "slow/config.pbtxt": SLOW,
    "slow/1/": "",
    "quick/config.pbtxt": identityConfig([["TYPE_FP32", "-1"]]),
    "quick/1/": "",
    "short/config.pbtxt": `${SLOW}\nmax_batch_size: 4\ndynamic_batching { default_queue_policy { max_queue_size: 1 default_timeout_microseconds: 60000000 allow_timeout_override: true } }`,
    "short/1/": "",
    "chain/config.pbtxt": CHAIN,
    "chain/1/": "",
  });
});

afterAll(() => server.close());

const SMALL: Tensor = { dataType: "TYPE_FP32", shape: [2], data: Float32Array.of(1, 2) };

async function counts(model: string): Promise<{ success: number; fail: number }> {
  const [found] = await statistics(connectionTo(server.base), { model });
  return { success: found?.inference_stats["success"]?.count ?? 0, fail: found?.inference_stats["fail"]?.count ?? 0 };
}

async function canceled(model: string): Promise<number | undefined> {
  const page = await metrics(connectionTo(server.base, { metrics: server.metrics }));
  const family = page.find(({ name }) => name === "nv_inference_request_failure");
  return family?.samples.find(({ labels }) => labels["model"] === model && labels["reason"] === "CANCELED")?.value;
}

async function pending(model: string): Promise<number> {
  const page = await metrics(connectionTo(server.base, { metrics: server.metrics }));
  return page.find(({ name }) => name === "nv_inference_pending_request_count")?.samples.find(({ labels }) => labels["model"] === model)?.value ?? 0;
}

describe("a client that goes away", () => {
  test("while its request waits: the request never runs, and those behind it do", async () => {
    const connection = connectionTo(server.base);
    const before = await counts("slow");
    const first = infer(connection, { model: "slow" }, { inputs: [{ name: "INPUT0", tensor: SMALL }] });
    const controller = new AbortController();
    const dropped = infer(connection, { model: "slow" }, { id: "r2", inputs: [{ name: "INPUT0", tensor: SMALL }] }, { signal: controller.signal });
    const last = infer(connection, { model: "slow" }, { inputs: [{ name: "INPUT0", tensor: SMALL }] });
    await expect.poll(() => pending("slow")).toBe(2);
    controller.abort();
    await expect(dropped).rejects.toMatchObject({ code: "CANCELLED" });
    await Promise.all([first, last]);
    expect(await counts("slow")).toEqual({ success: before.success + 2, fail: before.fail + 1 });
    expect(await canceled("slow")).toBe(1);
    expect(server.lines).toContain("cancelled slow r2");
  });

  test("while a step runs: no further step does", async () => {
    const before = await counts("quick");
    const controller = new AbortController();
    const call = infer(connectionTo(server.base), { model: "chain" }, { inputs: [{ name: "X", tensor: SMALL }] }, { signal: controller.signal });
    const told = expect(call).rejects.toMatchObject({ code: "CANCELLED" });
    // Another request waits, so this one runs.
    const behind = infer(connectionTo(server.base), { model: "quick" }, { inputs: [{ name: "INPUT0", tensor: SMALL }] });
    await expect.poll(() => pending("quick")).toBe(1);
    controller.abort();
    await told;
    await expect.poll(() => server.lines).toContain("cancelled chain");
    await behind;
    expect(await counts("quick")).toEqual({ ...before, success: before.success + 1 });
    expect(await canceled("chain")).toBe(1);
    await infer(connectionTo(server.base), { model: "chain" }, { inputs: [{ name: "X", tensor: SMALL }] });
    expect((await counts("chain")).success).toBe(1);
  });

  test("within its request's body: nothing runs and the server goes on", async () => {
    const before = await counts("quick");
    const header = JSON.stringify({ inputs: [{ name: "INPUT0", shape: [4], datatype: "FP32", parameters: { binary_data_size: 16 } }] });
    const socket = connect(Number(new URL(server.base).port), "127.0.0.1");
    socket.write(`POST /v2/models/quick/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${header.length + 16}\r\nInference-Header-Content-Length: ${header.length}\r\n\r\n${header}1234`);
    await new Promise((resolve) => socket.once("ready", resolve));
    socket.destroy();
    await expect.poll(() => server.lines).toContain("cancelled quick");
    await infer(connectionTo(server.base), { model: "quick" }, { inputs: [{ name: "INPUT0", tensor: SMALL }] });
    expect(await counts("quick")).toEqual({ success: before.success + 1, fail: before.fail });
  });
});

describe("a model with a queue policy", () => {
  const BATCH: Tensor = { ...SMALL, shape: [1, 2] };
  const send = (timeout?: number): Promise<unknown> =>
    infer(connectionTo(server.base), { model: "short" }, { id: "r", inputs: [{ name: "INPUT0", tensor: BATCH }], ...(timeout === undefined ? {} : { parameters: { timeout } }) });

  test("refuses what its queue has no room for, and what waited longer than it may, so that both may be sent again", async () => {
    const running = send();
    const late = expect(send(1000)).rejects.toMatchObject({ data: { status: 503, server: "[request id: r] Request timeout expired", retryable: true } });
    await expect.poll(() => pending("short")).toBe(1);
    await expect(send()).rejects.toMatchObject({ data: { status: 503, server: "[request id: r] Exceeds maximum queue size", retryable: true } });
    await Promise.all([running, late]);
    expect(await counts("short")).toEqual({ success: 1, fail: 2 });
  });
});

describe("a body that is not what its head says", () => {
  const json = (size: number, shape = [4]): string => JSON.stringify({ inputs: [{ name: "INPUT0", shape, datatype: "FP32", parameters: { binary_data_size: size } }] });

  function send(text: string, tensor: Buffer, headers: readonly (readonly [string, string])[]): Promise<RawAnswer> {
    return exchangeRaw(server.base, { method: "POST", path: "/v2/models/quick/infer", headers, body: Buffer.concat([Buffer.from(text), tensor]) });
  }

  test.each([
    ["a header length beyond the body", "9999", /^inference header size should be in range \(0, \d+\), got: 9999$/],
    ["a header length within the JSON", "10", /^failed to parse the request JSON buffer: /],
    ["a header length that is no number", "ten", /^Unable to parse Inference-Header-Content-Length, got: ten$/],
    ["a header length below zero", "-5", /^inference header size should be in range/],
  ])("%s is refused", async (_, length, message) => {
    const { status, body } = await send(json(16), Buffer.alloc(16), [["Inference-Header-Content-Length", length]]);
    expect(status).toBe(length === "10" ? 500 : 400);
    expect((JSON.parse(body.toString()) as { error: string }).error).toMatch(message);
  });

  test.each([
    ["10 GB that are not there", 10_000_000_000, [2_500_000_000], /^unexpected size for input 'INPUT0', expecting \d+ additional bytes/],
    ["fewer bytes than the shape takes", 12, [4], /input byte size mismatch for input 'INPUT0' for model 'quick'\. Expected 16, got 12$|unexpected additional input data/],
    ["a shape of more elements than a number holds", 16, [2 ** 40, 2 ** 40], /has more elements than can be addressed/],
  ])("%s are refused before memory is taken", async (_, size, shape, message) => {
    const text = json(size, shape);
    const { status, body } = await send(text, Buffer.alloc(12), [["Inference-Header-Content-Length", String(text.length)]]);
    expect(status).toBe(400);
    expect((JSON.parse(body.toString()) as { error: string }).error).toMatch(message);
  });

  test("chunks that end too early are refused by the bytes that are missing", async () => {
    const text = json(16);
    const chunk = `${(text.length + 4).toString(16)}\r\n${text}1234\r\n0\r\n\r\n`;
    const { status, body } = await exchangeRaw(server.base, {
      method: "POST",
      path: "/v2/models/quick/infer",
      headers: [["Transfer-Encoding", "chunked"], ["Inference-Header-Content-Length", String(text.length)]],
      body: Buffer.from(chunk),
    });
    expect([status, JSON.parse(body.toString())]).toEqual([400, { error: "unexpected size for input 'INPUT0', expecting 12 additional bytes for model 'quick'" }]);
  });

  test("chunks of 10 GB that are only announced are refused", async () => {
    const text = json(10_000_000_000, [2_500_000_000]);
    const { status, body } = await exchangeRaw(server.base, {
      method: "POST",
      path: "/v2/models/quick/infer",
      headers: [["Transfer-Encoding", "chunked"], ["Inference-Header-Content-Length", String(text.length)]],
      body: Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`),
    });
    expect(status).toBe(400);
    expect(body.toString()).toContain("announces 10000000000 bytes, at most 2147483647 are taken");
  });
});
