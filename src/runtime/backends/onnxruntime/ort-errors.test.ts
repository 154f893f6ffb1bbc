import { describe, expect, test } from "vitest";
import { ConchError } from "../../../base/errors.ts";
import { ortError } from "./ort-errors.ts";
import { createMutex } from "./ort-mutex.ts";
import { optionsOf } from "./session-options.ts";
import type { ModelConfig } from "../../../triton/model-config/model-config.ts";

describe("what ONNX Runtime throws", () => {
  test.each([
    ["load", "Can't create a session. ERROR_CODE: 7, ERROR_MESSAGE: Failed to load model because protobuf parsing failed.", "ORT_LOAD_FAILED", undefined],
    ["load", "ERROR_CODE: 6, ERROR_MESSAGE: No Op registered for Foo with domain_version of 13", "ORT_LOAD_FAILED", undefined],
    ["load", "another WebGPU EP inference session is being created.", "ORT_POISONED", undefined],
    ["run", "memory access out of bounds", "ORT_POISONED", undefined],
    ["run", "Failed to execute 'setPipeline' on 'GPUComputePassEncoder': parameter 1 is not of type 'GPUComputePipeline'.", "ORT_POISONED", undefined],
    ["run", "failed to call OrtRun(). ERROR_CODE: 2, ERROR_MESSAGE: Non-zero status code returned while running ConvTranspose node. Name:'up_token_12' Status Message: Only Conv2d or Conv1d are supported", "ORT_RUN_FAILED", "up"],
    ["run", "failed to call OrtRun(). ERROR_CODE: 2, ERROR_MESSAGE: Got invalid dimensions for input: x for the following indices", "TENSOR_MISMATCH", undefined],
    ["run", "failed to call OrtRun(). ERROR_CODE: 2, ERROR_MESSAGE: Unexpected input data type. Actual: (tensor(int32)) , expected: (tensor(float))", "TENSOR_MISMATCH", undefined],
    ["run", "input 'x' is missing in 'feeds'.", "TENSOR_MISMATCH", undefined],
    ["run", "ERROR_CODE: 1, ERROR_MESSAGE: Buffer size (1200000000) exceeds the max buffer size limit (1073741824).", "DEVICE_LIMIT", undefined],
    ["run", "Failed to download data from buffer", "DEVICE_LOST", undefined],
    ["run", "Failed to allocate memory for requested buffer of size 12", "ORT_POISONED", undefined],
  ] as const)("in %s: %s", (stage, text, code, node) => {
    const error = ortError(new Error(text), { model: "net", stage });
    expect(error.code).toBe(code);
    expect(error.data).toEqual(node === undefined ? { model: "net" } : { model: "net", node });
    expect(error.message).toContain('odel "net"');
    expect(error.message).not.toContain("ERROR_CODE");
  });

  test("a number means that the runtime broke down", () => {
    expect(ortError(14726072, { model: "net", stage: "load" })).toMatchObject({ code: "ORT_POISONED" });
  });

  test("a ConchError passes, an abort becomes CANCELLED", () => {
    const own = new ConchError("ONNX_EMPTY", "empty");
    expect(ortError(own, { model: "net", stage: "run" })).toBe(own);
    expect(ortError(new DOMException("stop", "AbortError"), { model: "net", stage: "run" })).toMatchObject({ code: "CANCELLED" });
  });
});

describe("the mutex", () => {
  test("runs tasks one at a time in order, past a failed one", async () => {
    const mutex = createMutex();
    const events: string[] = [];
    const task = (name: string, fails = false) =>
      mutex.run(async () => {
        events.push(`${name} starts`);
        await new Promise((resolve) => setTimeout(resolve, 1));
        events.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([task("a"), task("b", true), task("c")]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(events).toEqual(["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
  });
});

describe("session options", () => {
  const config = (parameters: Record<string, string>, level?: number) =>
    ({
      parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, { string_value: value }])),
      ...(level !== undefined && { optimization: { graph: { level } } }),
    }) as unknown as ModelConfig;

  test.each([
    ["nothing", config({}), {}],
    ["graph level -1", config({}, -1), { graphOptimizationLevel: "basic" }],
    ["graph level 1", config({}, 1), { graphOptimizationLevel: "extended" }],
    ["graph level 0", config({}, 0), {}],
    ["memory settings", config({ enable_mem_arena: "0", enable_mem_pattern: "1" }), { enableCpuMemArena: false, enableMemPattern: true }],
    ["a parallel execution mode", config({ execution_mode: "1" }), { executionMode: "parallel" }],
  ])("of %s", (_, given, expected) => expect(optionsOf(given)).toEqual({ logSeverityLevel: 3, ...expected }));
});
