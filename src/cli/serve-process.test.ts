import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Tensor } from "../tensor/tensor.ts";
import { identityConfig, repositoryFolder } from "../testing/hosted-repository.ts";
import { connectionTo } from "../testing/v2-server.ts";
import { serverReady } from "../triton/v2/health.ts";
import { infer } from "../triton/v2/infer.ts";
import { loadModel, repositoryIndex } from "../triton/v2/model-repository.ts";
import { statistics } from "../triton/v2/statistics.ts";

// `conch serve` as a process of its own.

const CONCH = join(import.meta.dirname, "conch.mjs");
const SLOW = identityConfig([["TYPE_FP32", "-1"]], 'parameters { key: "execute_delay_ms" value { string_value: "60000" } }');

let dir: string;
const running = new Set<ChildProcess>();

beforeEach(() => {
  dir = repositoryFolder({ "quick/config.pbtxt": identityConfig([["TYPE_FP32", "-1"]]), "quick/1/": "", "slow/config.pbtxt": SLOW, "slow/1/": "" });
});

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
  rmSync(dir, { recursive: true, force: true });
});

interface Served {
  readonly child: ChildProcess;
  readonly base: string;
  readonly output: () => string;
}

async function serve(...args: string[]): Promise<Served> {
  const child = spawn(process.execPath, [CONCH, "serve", dir, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  let output = "";
  child.stdout?.on("data", (bytes: Buffer) => (output += bytes.toString()));
  await expect.poll(() => output, { timeout: 60_000 }).toContain("development and tests");
  return { child, base: /at (http:\S+),/.exec(output)?.[1] ?? "", output: () => output };
}

function gone(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  return new Promise((resolve) => {
    child.once("exit", (code, by) => resolve(code ?? by));
    child.kill(signal);
  });
}

const SMALL: Tensor = { dataType: "TYPE_FP32", shape: [2], data: Float32Array.of(1, 2) };

test("says where it serves and what for, loads what it is told, and ends when asked to", async () => {
  const { child, base, output } = await serve("--port", "0", "--model-control", "explicit", "--load", "quick", "--metrics-port", "0");
  expect(output()).toMatch(/^loaded quick\nServing \S+ at http:\/\/127\.0\.0\.1:\d+, metrics at http:\/\/127\.0\.0\.1:\d+\/metrics\nThis server is for development and tests: for production use Triton or KServe\.\n$/);
  expect(await repositoryIndex(connectionTo(base))).toEqual([{ name: "quick", version: "1", state: "READY" }, { name: "slow" }]);
  await loadModel(connectionTo(base), "slow");
  expect(await gone(child, "SIGTERM")).toBe(0);
});

test("killed in the middle of a run, its client is told, and the next server answers at the same address", async () => {
  const { child, base } = await serve("--port", "0");
  const calls = [1, 2].map(() => infer(connectionTo(base), { model: "slow" }, { inputs: [{ name: "INPUT0", tensor: SMALL }] }));
  const told = Promise.all(calls.map((call) => expect(call).rejects.toMatchObject({ code: "V2_UNREACHABLE", data: { retryable: true } })));
  // One waits, so the other runs.
  await expect.poll(async () => (await fetch(`${base}/metrics`)).text()).toMatch(/nv_inference_pending_request_count\{model="slow",version="1"\} 1/);
  await gone(child, "SIGKILL");
  await told;
  await serve("--port", new URL(base).port);
  expect(await serverReady(connectionTo(base))).toEqual({ ok: true });
  const { outputs } = await infer(connectionTo(base), { model: "quick" }, { inputs: [{ name: "INPUT0", tensor: SMALL }] });
  expect(outputs[0]?.tensor).toEqual(SMALL);
  expect((await statistics(connectionTo(base), { model: "slow" }))[0]?.inference_stats["success"]?.count).toBe(0);
});

test.skipIf(!existsSync("/proc/self/status"))("200 MB go in and come out, and are in its memory once", async () => {
  const { child, base } = await serve("--port", "0");
  const megabytes = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024;
  const count = 50_000_000;
  const data = new Float32Array(count);
  for (let at = 0; at < count; at += 4096) data[at] = at;
  const before = megabytes("VmRSS");
  for (const turn of [1, 2]) {
    const { outputs } = await infer(connectionTo(base), { model: "quick" }, { inputs: [{ name: "INPUT0", tensor: { dataType: "TYPE_FP32", shape: [count], data } }] });
    const found = outputs[0]?.tensor?.data as Float32Array;
    expect(Buffer.compare(Buffer.from(found.buffer), Buffer.from(data.buffer)), `turn ${turn}`).toBe(0);
  }
  // The tensor itself is 191 of them.
  expect(megabytes("VmHWM") - before).toBeLessThan(300);
});

test.for([
  [["serve"], "expected DIR, found none"],
  [["serve", ".", "--port", "http"], '--port takes a whole number up to 65535, found "http"'],
  [["serve", ".", "--model-control", "poll"], '--model-control takes none or explicit, found "poll"'],
  [["serve", ".", "--load", "m"], "--load needs --model-control explicit"],
  [["serve", "/nowhere/at/all"], "does not exist"],
] as const)("conch %s is refused", async ([args, message]) => {
  const { code, error } = await new Promise<{ code: unknown; error: string }>((done) => {
    execFile(process.execPath, [CONCH, ...args], (failed, _, text) => done({ code: failed?.code, error: text }));
  });
  expect(code).not.toBe(0);
  expect(error).toContain(message);
});
