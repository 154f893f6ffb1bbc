import { expect, it } from "vitest";
import { parseConfig } from "../triton/model-config/decode.ts";
import { compilePlan } from "./compile.ts";
import { heaviestStep, memoryWarnings, WASM_MEMORY } from "./limits.ts";
import { placeModel } from "./placement.ts";
import type { Plan, PlanModel, StepMemory } from "./plan.ts";

type Kind = "KIND_GPU" | "KIND_CPU";

function model(name: string, backend: string, kind: Kind, io: readonly [string, string], memory?: StepMemory): PlanModel {
  const tensor = (tensorName: string): string => `[ { name: "${tensorName}" data_type: TYPE_FP32 dims: [ -1 ] } ]`;
  const { config } = parseConfig(`input ${tensor(io[0])} output ${tensor(io[1])} instance_group [ { kind: ${kind} } ]`, `${name}/config.pbtxt`);
  return {
    name, version: 1, config, contentKey: name, backend, weightBytes: null,
    placement: placeModel(config, {}, true),
    infer: (inputs) => new Map([[io[1], { dataType: "TYPE_FP32", shape: inputs.get(io[0])?.shape }]]),
    ...(memory && { memory: () => memory }),
  };
}

/** An ensemble of steps in a row, each on what the one before made: X → T0 → T1 → … → Y. */
function row(name: string, models: readonly PlanModel[]): PlanModel {
  const step = ({ name: stepName, config }: PlanModel, index: number): string => {
    const from = index === 0 ? "X" : `T${index - 1}`;
    const to = index === models.length - 1 ? "Y" : `T${index}`;
    return `step [ { model_name: "${stepName}" input_map { key: "${config.input[0]?.name}" value: "${from}" } output_map { key: "${config.output[0]?.name}" value: "${to}" } } ]`;
  };
  const io = (side: string, tensor: string): string => `${side} [ { name: "${tensor}" data_type: TYPE_FP32 dims: [ -1 ] } ]`;
  const { config } = parseConfig(`platform: "ensemble" ${io("input", "X")} ${io("output", "Y")} ensemble_scheduling { ${models.map(step).join(" ")} }`, `${name}/config.pbtxt`);
  return { name, version: 1, config, contentKey: name, backend: "ensemble", weightBytes: null, placement: placeModel(config, {}, true) };
}

function planOf(target: PlanModel, others: readonly PlanModel[], size: number): Plan {
  const models = new Map([target, ...others].map((each) => [each.name, each]));
  const [input] = target.config.input;
  return compilePlan({ model: target.name, inputs: new Map([[input?.name ?? "", { dataType: "TYPE_FP32", shape: [size] }]]), requestedOutputs: [], reportReadback: true }, models);
}

function copying(kind: Kind, size: number): Plan {
  const copy = model("copy", "identity", kind, ["A", "B"]);
  return planOf(row("e", [copy]), [copy], size);
}

const limitsOf = (bytes: number) => ({ maxBufferSize: bytes, maxStorageBufferBindingSize: bytes });
const memory = (peakBytes: number, bytes = 0): StepMemory => ({ peakBytes, peakAt: "c (Conv)", complete: true, largest: { name: "c_out", shape: [bytes / 4], bytes } });

it("names a tensor that is larger than one buffer of the device, and what to do", () => {
  const [warning, ...others] = memoryWarnings(copying("KIND_GPU", 1000), limitsOf(3999));
  expect(others.map(({ subject }) => subject)).toEqual(["Y"]);
  expect(warning).toMatchObject({ code: "OVER_DEVICE_LIMIT", subject: "X", moveToCpu: ["copy"] });
  expect(warning?.message).toMatch(/4000 bytes.*3999.*KIND_CPU for copy.*smaller input/);
});

it("says nothing of tensors that fit, that stay on the host, or where there is no device", () => {
  expect(memoryWarnings(copying("KIND_GPU", 1000), limitsOf(4000))).toEqual([]);
  expect(memoryWarnings(copying("KIND_CPU", 1000), limitsOf(10))).toEqual([]);
  expect(memoryWarnings(copying("KIND_GPU", 1000), undefined)).toEqual([]);
});

it("names the step where only something inside it is too large, and the file that sets the grid", () => {
  const resize = model("resize", "python", "KIND_GPU", ["A", "B"]);
  const net = model("net", "onnxruntime", "KIND_GPU", ["C", "D"], memory(9000, 8000));
  const [warning, ...others] = memoryWarnings(planOf(row("e", [resize, net]), [resize, net], 1000), limitsOf(4000));
  expect(others).toEqual([]);
  expect(warning).toMatchObject({ code: "OVER_DEVICE_LIMIT", subject: "net", moveToCpu: ["net"], gridFile: "resize/1/transforms.json" });
  expect(warning?.message).toMatch(/'c_out' \[2000\] of 8000 bytes.*4000.*maxBufferSize/);
});

it("lets ONNX Runtime bind a value inside a step in parts, up to what a buffer may hold", () => {
  const net = model("net", "onnxruntime", "KIND_GPU", ["C", "D"], memory(9000, 8000));
  expect(memoryWarnings(planOf(net, [], 1000), { maxBufferSize: 8000, maxStorageBufferBindingSize: 4000 })).toEqual([]);
  const chain = model("chain", "python", "KIND_GPU", ["C", "D"], memory(9000, 8000));
  expect(memoryWarnings(planOf(chain, [], 1000), { maxBufferSize: 8000, maxStorageBufferBindingSize: 4000 })).toHaveLength(1);
});

it("offers no CPU where WASM has no room either", () => {
  const net = model("net", "onnxruntime", "KIND_GPU", ["C", "D"], memory(WASM_MEMORY + 1, 8000));
  const [warning] = memoryWarnings(planOf(row("e", [net]), [net], 1000), limitsOf(3999));
  expect(warning?.moveToCpu).toBeUndefined();
  expect(warning?.message).toMatch(/Choose a smaller input: on the CPU 'net' would need about 4294967297 bytes, and WASM has 4294967296/);
});

it("says that a step on WASM needs more than there is", () => {
  const net = model("net", "onnxruntime", "KIND_CPU", ["C", "D"], memory(WASM_MEMORY + 1));
  expect(memoryWarnings(planOf(net, [], 1000), undefined)).toMatchObject([{ code: "OVER_WASM_MEMORY", subject: "net" }]);
});

it("speaks once of a tensor that runs through a nested ensemble, and names the models inside", () => {
  const copy = model("copy", "identity", "KIND_GPU", ["A", "B"]);
  const again = model("again", "identity", "KIND_CPU", ["A", "B"]);
  const inner = row("inner", [copy, again]);
  const outer = row("outer", [inner]);
  const warnings = memoryWarnings(planOf(outer, [inner, copy, again], 1000), limitsOf(3999));
  expect(warnings.map(({ subject, moveToCpu }) => [subject, moveToCpu])).toEqual([["X", ["copy"]], ["T0", ["copy"]]]);
});

it("finds the step that needs most", () => {
  const [a, b] = [model("a", "onnxruntime", "KIND_GPU", ["A", "B"], memory(5)), model("b", "onnxruntime", "KIND_GPU", ["A", "B"], memory(7))];
  expect(heaviestStep(planOf(row("e", [a, b]), [a, b], 1))?.model).toBe("b");
  expect(heaviestStep(copying("KIND_GPU", 1))).toBeUndefined();
});
