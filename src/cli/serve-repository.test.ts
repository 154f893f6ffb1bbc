import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Tensor } from "../tensor/tensor.ts";
import { hostRepository, identityConfig, type HostedRepository } from "../testing/hosted-repository.ts";
import { readRecorded } from "../testing/recorded.ts";
import { connectionTo } from "../testing/v2-server.ts";
import { modelReady, serverReady } from "../triton/v2/health.ts";
import { infer } from "../triton/v2/infer.ts";
import { modelConfig, modelMetadata } from "../triton/v2/metadata.ts";
import { loadModel, repositoryIndex, unloadModel } from "../triton/v2/model-repository.ts";
import { statistics } from "../triton/v2/statistics.ts";
import type { Connection } from "../triton/v2/connection.ts";

const IDENTITY = identityConfig([["TYPE_FP32", "-1"]]);

function ensemble(first: string, second: string): string {
  return `platform: "ensemble"
input [ { name: "X" data_type: TYPE_FP32 dims: [ -1 ] } ]
output [ { name: "Y" data_type: TYPE_FP32 dims: [ -1 ] } ]
ensemble_scheduling { step [
  { model_name: "${first}" model_version: -1 input_map { key: "INPUT0" value: "X" } output_map { key: "OUTPUT0" value: "t" } },
  { model_name: "${second}" model_version: -1 input_map { key: "INPUT0" value: "t" } output_map { key: "OUTPUT0" value: "Y" } }
] }`;
}

const FILES = {
  "a/config.pbtxt": IDENTITY,
  "a/1/": "",
  "b/config.pbtxt": IDENTITY,
  "b/1/": "",
  "c/config.pbtxt": IDENTITY,
  "c/1/": "",
  "ab/config.pbtxt": ensemble("a", "b"),
  "ab/1/": "",
  "bc/config.pbtxt": ensemble("b", "c"),
  "bc/1/": "",
  "trt/config.pbtxt": 'platform: "tensorrt_plan"\ninput [ { name: "X" data_type: TYPE_FP32 dims: [ 1 ] } ]\noutput [ { name: "Y" data_type: TYPE_FP32 dims: [ 1 ] } ]',
  "trt/1/model.plan": "no plan",
  "py/config.pbtxt": 'backend: "python"\ninput [ { name: "X" data_type: TYPE_FP32 dims: [ 1 ] } ]\noutput [ { name: "Y" data_type: TYPE_FP32 dims: [ 1 ] } ]',
  "py/1/model.py": "class TritonPythonModel: pass",
};

let server: HostedRepository;
let connection: Connection;

beforeEach(async () => {
  server = await hostRepository(FILES, { explicit: true });
  connection = connectionTo(server.base);
});

afterEach(() => server.close());

async function ready(): Promise<string[]> {
  return (await repositoryIndex(connection, { ready: true })).map(({ name }) => name);
}

const SMALL: Tensor = { dataType: "TYPE_FP32", shape: [2], data: Float32Array.of(1, 2) };

describe("loading", () => {
  test("an ensemble loads the models of its steps", async () => {
    await loadModel(connection, "ab");
    expect(await ready()).toEqual(["a", "ab", "b"]);
    const { outputs } = await infer(connection, { model: "ab" }, { inputs: [{ name: "X", tensor: SMALL }] });
    expect(outputs[0]?.tensor).toEqual(SMALL);
  });

  test("a model that is loaded and has not changed leaves it as it is; one that has changed is made anew", async () => {
    await loadModel(connection, "a");
    await infer(connection, { model: "a" }, { inputs: [{ name: "INPUT0", tensor: SMALL }] });
    await loadModel(connection, "a");
    expect((await statistics(connection, { model: "a" }))[0]?.inference_count).toBe(1);
    writeFileSync(join(server.dir, "a/config.pbtxt"), `${IDENTITY}\nmax_batch_size: 8`);
    await loadModel(connection, "a");
    expect((await statistics(connection, { model: "a" }))[0]?.inference_count).toBe(0);
    expect((await modelMetadata(connection, { model: "a" })).inputs).toEqual([{ name: "INPUT0", datatype: "FP32", shape: [-1, -1] }]);
  });

  test("with a configuration holds until the model is loaded plainly", async () => {
    const config = JSON.stringify({ backend: "identity", maxBatchSize: "2", input: [{ name: "INPUT0", data_type: "TYPE_FP32", dims: [-1] }], output: [{ name: "OUTPUT0", dataType: 11, dims: ["-1"] }], parameters: { note: { string_value: 'a "b"\n' } } });
    await loadModel(connection, "a", { config });
    expect(await modelConfig(connection, { model: "a" })).toMatchObject({ max_batch_size: 2, parameters: { note: { string_value: 'a "b"\n' } } });
    await loadModel(connection, "b");
    expect(await modelConfig(connection, { model: "a" })).toMatchObject({ max_batch_size: 2 });
    await loadModel(connection, "a");
    expect(await modelConfig(connection, { model: "a" })).toMatchObject({ max_batch_size: 0, parameters: {} });
  });

  test("with files makes a model that the repository has not, and does not list it", async ({ skip }) => {
    const network = await readRecorded("triton/onnx/mul2_b4.onnx");
    if (network === undefined) return skip("the recorded data are not here");
    await loadModel(connection, "doubled", { config: '{"backend": "onnxruntime"}', files: { "1/model.onnx": network } });
    const tensor: Tensor = { dataType: "TYPE_FP32", shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) };
    const { outputs } = await infer(connection, { model: "doubled" }, { inputs: [{ name: "X", tensor }] });
    expect(outputs[0]?.tensor?.data).toEqual(Float32Array.of(2, 4, 6, 8));
    expect((await repositoryIndex(connection)).map(({ name }) => name)).not.toContain("doubled");
  });

  test.each([
    ["a configuration that is none", { config: "{no" }, "the configuration is no JSON"],
    ["a field that there is not", { config: '{"bakend": "identity"}' }, 'has no field "bakend"'],
    ["files without a configuration", { files: { "1/model.onnx": new Uint8Array(3) } }, "files are given without a configuration"],
    ["a file outside of the model", { config: '{"backend": "identity"}', files: { "../b/1/model.onnx": new Uint8Array(3) } }, "does not lie in the model's folder"],
  ])("with %s is refused as Triton refuses it, and the log says why", async (_, options, reason) => {
    await expect(loadModel(connection, "a", options)).rejects.toMatchObject({ data: { status: 500, server: "failed to load 'a', failed to poll from model repository" } });
    expect(server.lines.at(-1)).toContain(reason);
    expect(await ready()).toEqual([]);
  });

  test.each([
    ["trt", /^load failed for model 'trt': version 1 is at UNAVAILABLE state: .*tensorrt/],
    ["py", /^load failed for model 'py': version 1 is at UNAVAILABLE state: .*no transforms\.json/],
  ])("%s, which does not run here, fails with the reason, and the server is not ready", async (model, message) => {
    await expect(loadModel(connection, model)).rejects.toMatchObject({ data: { status: 400, server: expect.stringMatching(message) } });
    const entry = (await repositoryIndex(connection)).find(({ name }) => name === model);
    expect(entry).toMatchObject({ version: "1", state: "UNAVAILABLE" });
    expect(message.source).toContain(model);
    expect((await serverReady(connection)).ok).toBe(false);
    expect((await modelReady(connection, { model })).ok).toBe(false);
  });
});

describe("unloading", () => {
  beforeEach(async () => {
    await loadModel(connection, "ab");
    await loadModel(connection, "bc");
  });

  test("an ensemble leaves its steps", async () => {
    await unloadModel(connection, "ab");
    expect(await ready()).toEqual(["a", "b", "bc", "c"]);
  });

  test("an ensemble with its dependents takes those steps that no other needs", async () => {
    await unloadModel(connection, "ab", { dependents: true });
    expect(await ready()).toEqual(["b", "bc", "c"]);
  });

  test("a step takes every ensemble with it that needs it", async () => {
    await unloadModel(connection, "b");
    expect(await ready()).toEqual(["a", "c"]);
    expect((await repositoryIndex(connection)).find(({ name }) => name === "bc")).toEqual({ name: "bc", version: "1", state: "UNAVAILABLE", reason: "unloaded" });
    expect((await serverReady(connection)).ok).toBe(true);
  });
});
