import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ConchError, toErrorRecord } from "../../base/errors.ts";
import { compilePlan } from "../../plan/compile.ts";
import { placeModel } from "../../plan/placement.ts";
import type { PlanModel } from "../../plan/plan.ts";
import { allocate, DATA_TYPES, v2Name } from "../../tensor/data-type.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { parseConfig } from "../../triton/model-config/decode.ts";
import { identityBackend } from "../backends/identity/identity.ts";
import { execute, type ExecutionContext } from "./execute.ts";
import { StepCache } from "./step-cache.ts";
import { Value } from "./value.ts";

// The ensemble semantics against what a Triton server answered: every recorded request whose composing models are all of the identity
// backend (the others run Python or decoupled models, which a browser does not have).

interface V2Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly data: readonly (number | string | boolean)[];
}

interface Recorded {
  readonly id: string;
  readonly tags: readonly string[];
  readonly files: Readonly<Record<string, unknown>>;
  readonly model: string;
  readonly mode: string;
  readonly request: { readonly inputs: readonly V2Tensor[]; readonly outputs?: readonly { readonly name: string }[] };
  readonly response: { readonly status: number; readonly outputs?: readonly V2Tensor[]; readonly error?: string };
  readonly ran: Readonly<Record<string, { readonly success: number }>>;
}

const bytes = await readRecorded("triton/scheduler.jsonl.gz");
const all = bytes === undefined ? [] : gunzipSync(bytes).toString("utf8").trim().split("\n").map((line) => JSON.parse(line) as Recorded);
const cases = all.filter(({ mode, files }) => {
  const texts = Object.entries(files).filter(([path]) => path.endsWith("config.pbtxt")).map(([, text]) => String(text));
  return mode === "infer" && texts.every((text) => /platform:\s*"ensemble"|backend:\s*"identity"/.test(text));
});

function tensorOf({ name, datatype, shape, data }: V2Tensor): Tensor {
  const dataType = DATA_TYPES.find((type) => v2Name(type) === datatype)!;
  const flat = data.flat(Infinity) as (number | string | boolean)[];
  if (dataType === "TYPE_STRING") return { dataType, shape, data: flat.map((text) => new TextEncoder().encode(String(text))) };
  // What the protocol's codec refuses before any scheduler sees it.
  if (flat.length !== elementCount(shape)) throw new ConchError("TENSOR_MISMATCH", `${name}: ${flat.length} elements for [${shape.join()}]`);
  const values = allocate(dataType, elementCount(shape));
  flat.forEach((value, index) => (values[index] = (typeof values[0] === "bigint" ? BigInt(value) : Number(value)) as never));
  return { dataType, shape, data: values };
}

function modelsOf(files: Recorded["files"]): Map<string, PlanModel> {
  const models = new Map<string, PlanModel>();
  for (const [path, text] of Object.entries(files)) {
    const [name, file] = path.split("/");
    if (file !== "config.pbtxt") continue;
    const { config } = parseConfig(String(text), path);
    models.set(name, {
      name,
      version: 1,
      config: { ...config, name },
      contentKey: name,
      backend: config.backend === "" ? "ensemble" : config.backend,
      placement: placeModel({ ...config, instance_group: [] }, {}, false),
      weightBytes: null,
    });
  }
  return models;
}

async function answer({ files, model, request }: Recorded): Promise<{ outputs: Map<string, Tensor>; ran: Map<string, number> }> {
  const models = modelsOf(files);
  const inputs = new Map(request.inputs.map((input) => [input.name, Value.of({ location: "host", tensor: tensorOf(input) }, input.name)]));
  const plan = compilePlan(
    {
      model,
      inputs: new Map([...inputs].map(([name, { dataType, shape }]) => [name, { dataType, shape }])),
      requestedOutputs: (request.outputs ?? []).map(({ name }) => name),
      reportReadback: false,
    },
    models,
  );
  const context: ExecutionContext = {
    gpu: undefined,
    report: undefined,
    cache: new StepCache(),
    options: { cache: false, keepWires: false },
    signal: new AbortController().signal,
    config: (name) => models.get(name)!.config,
    load: (step) =>
      identityBackend.load({ name: step.model, version: 1, config: models.get(step.model)!.config, files: { names: [], open: () => Promise.resolve(undefined) } }, "cpu", { gpu: undefined }, context.signal),
    checkDevice: () => undefined,
    progress: () => undefined,
    now: () => 0,
  };
  const { outputs, timings } = await execute(plan, inputs, context);
  const ran = new Map<string, number>();
  for (const step of timings) ran.set(step.model, (ran.get(step.model) ?? 0) + 1);
  return { outputs: new Map(await Promise.all([...outputs].map(async ([name, value]) => [name, (await value.host(undefined, "")).tensor] as const))), ran };
}

describe.skipIf(all.length === 0)(`recorded ensemble requests (${cases.length} of ${all.length} have identity models only)`, () => {
  it.each(cases.map((recorded) => [recorded.id, recorded] as const))("%s", async (_, recorded) => {
    const { response } = recorded;
    if (response.status !== 200) {
      const error = await answer(recorded).then(() => undefined, toErrorRecord);
      expect(error, `Triton answered ${response.status}: ${response.error}`).toBeDefined();
      return;
    }
    const { outputs, ran } = await answer(recorded);
    expect([...outputs.keys()].sort()).toEqual(response.outputs!.map(({ name }) => name).sort());
    for (const expected of response.outputs!) {
      const found = outputs.get(expected.name)!;
      expect(found.shape).toEqual(expected.shape);
      expect(found.data).toEqual(tensorOf(expected).data);
    }
    for (const [model, count] of ran) expect(recorded.ran[model]?.success, `executions of ${model}`).toBe(count);
  });
});
