import { expect, it } from "vitest";
import { parseConfig } from "../triton/model-config/decode.ts";
import { compilePlan } from "./compile.ts";
import { placeModel } from "./placement.ts";
import { isEnsemblePlan, type Plan, type PlanModel, type PlanStep } from "./plan.ts";

const SERVER = { id: "lab:8000", name: "Lab" };

/** A model of one input IN and one output OUT. */
function model(name: string, kind: "KIND_GPU" | "KIND_CPU" | "server", { backend = "identity", text = "", dims = "[ 4 ]" } = {}): PlanModel {
  const group = kind === "server" ? "" : `instance_group [ { kind: ${kind} } ]`;
  const { config } = parseConfig(`${text} input [ { name: "IN" data_type: TYPE_FP32 dims: ${dims} } ] output [ { name: "OUT" data_type: TYPE_FP32 dims: ${dims} } ] ${group}`, `${name}/config.pbtxt`);
  const none = backend === "tensorrt" ? ({ kind: "none", reason: "unsupported-backend", detail: backend } as const) : undefined;
  return {
    name, version: 1, config: { ...config, name }, contentKey: name, backend, weightBytes: 100,
    placement: placeModel(config, none === undefined ? {} : { none }, true, kind === "server" ? SERVER : undefined),
  };
}

/** An ensemble of models in a row: X → T0 → … → Y. */
function row(name: string, models: readonly PlanModel[], { server = false, versions = [] as readonly number[] } = {}): PlanModel {
  const step = ({ name: stepName }: PlanModel, index: number): string => {
    const from = index === 0 ? "X" : `T${index - 1}`;
    const to = index === models.length - 1 ? "Y" : `T${index}`;
    return `step [ { model_name: "${stepName}" model_version: ${versions[index] ?? -1} input_map { key: "IN" value: "${from}" } output_map { key: "OUT" value: "${to}" } } ]`;
  };
  const io = (side: string, tensor: string): string => `${side} [ { name: "${tensor}" data_type: TYPE_FP32 dims: [ 4 ] } ]`;
  const { config } = parseConfig(`platform: "ensemble" ${io("input", "X")} ${io("output", "Y")} ensemble_scheduling { ${models.map(step).join(" ")} }`, `${name}/config.pbtxt`);
  return { name, version: 1, config: { ...config, name }, contentKey: name, backend: "ensemble", weightBytes: null, placement: placeModel(config, {}, true, server ? SERVER : undefined) };
}

function planOf(target: PlanModel, others: readonly PlanModel[], shape: readonly number[] = [4]): Plan {
  const models = new Map([target, ...others].map((each) => [each.name, each]));
  return compilePlan({ model: target.name, inputs: new Map([[target.config.input[0]!.name, { dataType: "TYPE_FP32", shape }]]), requestedOutputs: [], reportReadback: false }, models);
}

const told = ({ ops }: Plan): string[] => ops.map(({ kind, subject, bytes, reason }) => `${kind} ${subject} ${bytes ?? "?"} ${reason}`);

it("says what a server between two GPU steps costs: a readback, both ways over the network, an upload", () => {
  const models = [model("a", "KIND_GPU"), model("b", "server"), model("c", "KIND_GPU")];
  const plan = planOf(row("e", models), models);
  expect(told(plan).filter((line) => !/^(free|load|execute)/.test(line))).toEqual([
    "upload X 16 input-for-gpu-step",
    "download T0 16 gpu-result-for-server-step",
    "send T0 16 input-of-server-step",
    "receive T1 16 output-of-server-step",
    "upload T1 16 server-result-for-gpu-step",
    "download Y 16 requested-output",
  ]);
  expect(plan.expectedReadbacks).toBe(2);
  expect(told(plan).filter((line) => line.startsWith("load"))).toEqual(["load a 100 model-first-use", "load c 100 model-first-use"]);
});

it("names the server in the placement, and its address nowhere", () => {
  const models = [model("a", "server")];
  const plan = planOf(row("e", models), models);
  const steps = isEnsemblePlan(plan.root) ? plan.root.steps : [];
  expect(steps[0]?.placement).toEqual({ kind: "server", reason: "on-server", detail: "Lab", server: "lab:8000" });
});

it("reads nothing back for a server that follows a step on the CPU", () => {
  const models = [model("a", "KIND_CPU"), model("b", "server")];
  const plan = planOf(row("e", models), models);
  expect(plan.expectedReadbacks).toBe(0);
  expect(told(plan).filter((line) => /^(upload|download)/.test(line))).toEqual([]);
});

it("makes of a whole ensemble on a server one step, whether its models are known here or not", () => {
  const target = row("e", [model("a", "KIND_GPU"), model("b", "KIND_GPU", { backend: "tensorrt" })], { server: true });
  const plan = planOf(target, []);
  expect(isEnsemblePlan(plan.root)).toBe(false);
  expect(plan.root).toMatchObject({ id: "", model: "e", placement: { kind: "server" } });
  expect(told(plan)).toEqual(["send X 16 input-of-server-step", "execute e ? step", "receive Y 16 output-of-server-step"]);
});

it("makes of a nested ensemble on a server one step of the outer one", () => {
  const inner = row("inner", [model("a", "KIND_GPU")], { server: true });
  const { config } = parseConfig(
    `platform: "ensemble" input [ { name: "P" data_type: TYPE_FP32 dims: [ 4 ] } ] output [ { name: "Q" data_type: TYPE_FP32 dims: [ 4 ] } ]
     ensemble_scheduling { step [ { model_name: "inner" model_version: -1 input_map { key: "X" value: "P" } output_map { key: "Y" value: "Q" } } ] }`,
    "outer/config.pbtxt",
  );
  const outer: PlanModel = { ...inner, name: "outer", config: { ...config, name: "outer" }, placement: placeModel(config, {}, true) };
  const plan = planOf(outer, [inner]);
  const [step] = isEnsemblePlan(plan.root) ? plan.root.steps : [];
  expect(step?.nested).toBeUndefined();
  expect(told(plan)).toContain("send P 16 input-of-server-step");
});

it("runs on a server what the browser cannot run, and refuses it elsewhere", () => {
  expect(() => planOf(model("engine", "KIND_GPU", { backend: "tensorrt" }), [])).toThrow(/cannot run in the browser/);
  const plan = planOf(model("engine", "server", { backend: "tensorrt" }), []);
  expect((plan.root as PlanStep).placement.kind).toBe("server");
});

it("takes shapes from the configuration: a batch as large as the inputs', unknown where dims are open", () => {
  const batched = planOf(model("m", "server", { text: "max_batch_size: 8" }), [], [3, 4]);
  expect(told(batched)).toContain("receive OUT 48 output-of-server-step");
  const open = planOf(model("m", "server", { dims: "[ -1 ]" }), [], [7]);
  expect(told(open)).toEqual(["send IN 28 input-of-server-step", "execute m ? step", "receive OUT ? output-of-server-step"]);
});

it("asks for the version that the step or a specific policy names, and for none otherwise", () => {
  const versionOf = (target: PlanModel, others: readonly PlanModel[] = []): number | undefined => {
    const { root } = planOf(target, others);
    return (isEnsemblePlan(root) ? root.steps[0] : root)?.serverVersion;
  };
  const plain = model("m", "server");
  expect(versionOf(plain)).toBeUndefined();
  expect(versionOf(row("e", [plain]), [plain])).toBeUndefined();
  expect(versionOf(row("e", [plain], { versions: [3] }), [plain])).toBe(3);
  expect(versionOf(model("m", "server", { text: "version_policy: { specific: { versions: [ 2, 5 ] } }" }))).toBe(5);
  expect(versionOf(model("m", "server", { text: "version_policy: { specific: { versions: [ 1, 5 ] } }" }))).toBe(1);
  expect(versionOf(model("m", "server", { text: "version_policy: { latest: { num_versions: 2 } }" }))).toBeUndefined();
});
