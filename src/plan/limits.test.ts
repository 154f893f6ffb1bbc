import { expect, it } from "vitest";
import { parseConfig } from "../triton/model-config/decode.ts";
import { compilePlan } from "./compile.ts";
import { overDeviceLimit } from "./limits.ts";
import { placeModel } from "./placement.ts";
import type { Plan, PlanModel } from "./plan.ts";

function planOf(kind: "KIND_GPU" | "KIND_CPU", size: number): Plan {
  const model = (name: string, text: string, backend: string): [string, PlanModel] => {
    const { config } = parseConfig(text, `${name}/config.pbtxt`);
    return [name, { name, version: 1, config, contentKey: name, backend, placement: placeModel(config, {}, true), weightBytes: null }];
  };
  const io = (input: string, output: string): string =>
    `input [ { name: "${input}" data_type: TYPE_FP32 dims: [ -1 ] } ] output [ { name: "${output}" data_type: TYPE_FP32 dims: [ -1 ] } ]`;
  const models = new Map([
    model("copy", `backend: "identity" ${io("A", "B")} instance_group [ { kind: ${kind} } ]`, "identity"),
    model("e", `platform: "ensemble" ${io("X", "Y")} ensemble_scheduling { step [ { model_name: "copy" input_map { key: "A" value: "X" } output_map { key: "B" value: "Y" } } ] }`, "ensemble"),
  ]);
  return compilePlan({ model: "e", inputs: new Map([["X", { dataType: "TYPE_FP32", shape: [size] }]]), requestedOutputs: [], reportReadback: true }, models);
}

it("names a tensor that is larger than one buffer of the device, and what to do", () => {
  const [warning, ...others] = overDeviceLimit(planOf("KIND_GPU", 1000), 3999);
  expect(others).toEqual([]);
  expect(warning).toMatchObject({ code: "OVER_DEVICE_LIMIT", subject: "X" });
  expect(warning.message).toMatch(/4000 bytes.*3999.*KIND_CPU.*smaller grid/);
});

it("says nothing of tensors that fit, or that stay on the host", () => {
  expect(overDeviceLimit(planOf("KIND_GPU", 1000), 4000)).toEqual([]);
  expect(overDeviceLimit(planOf("KIND_CPU", 1000), 10)).toEqual([]);
});
