import { ConchError } from "../base/errors.ts";
import { bytesPerElement } from "../tensor/data-type.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { batchConversion } from "./batch.ts";
import {
  isEnsemblePlan,
  type Binding,
  type EnsemblePlan,
  type PlacementReason,
  type Plan,
  type PlanModel,
  type PlanOp,
  type PlanStep,
  type PlanTensor,
  type PlanWarning,
  type TensorType,
} from "./plan.ts";
import { pruneSteps } from "../triton/ensemble/prune.ts";

/** Why a model runs nowhere here, for an error; the interface says it in the user's language. */
const NOT_HERE: Readonly<Partial<Record<PlacementReason, string>>> = {
  "unsupported-backend": "no browser has its backend, a Triton server does",
  "no-transforms-json": "a python model needs a transforms.json beside model.py",
  "invalid-transforms-json": "its transforms.json has errors",
  "model-file-missing": "its model file is not in the repository",
  "unsupported-operators": "it holds operators that do not run here",
  "model-missing": "the repository has no such model",
};

/** One request, by what is known before it runs. */
export interface PlanRequest {
  readonly model: string;
  /** Types of the inputs at hand, batch dimension included. */
  readonly inputs: ReadonlyMap<string, TensorType>;
  /** Empty: all outputs, as in the v2 protocol. */
  readonly requestedOutputs: readonly string[];
  /** Whether the device can write timestamps, or a step may raise a status word: one more small readback. */
  readonly reportReadback: boolean;
}

/**
 * The plan of a request: which steps run, where, what moves, and what each operation costs as far as shapes are known.
 * An ensemble that is placed on a server is one step there, whatever its own steps are.
 * Throws REQUEST_INVALID for outputs the model does not have and MODEL_NOT_RUNNABLE where a step cannot run in the browser.
 */
export function compilePlan(request: PlanRequest, models: ReadonlyMap<string, PlanModel>): Plan {
  const compiler = new Compiler(models);
  const model = compiler.model(request.model);
  const requested = requestedOutputs(model.config, request.requestedOutputs);
  const { root, outputs } = compiler.compile(model, "", request.inputs, requested, []);
  const ops = compiler.operations(root, requested, request.inputs, outputs, request.reportReadback);
  const gpuOutputs = ops.filter((op) => op.kind === "download").length;
  return {
    model: request.model,
    root,
    ops,
    inputs: [...request.inputs.keys()],
    requestedOutputs: requested,
    expectedReadbacks: gpuOutputs,
    warnings: compiler.warnings,
  };
}

function requestedOutputs(config: ModelConfig, names: readonly string[]): readonly string[] {
  const known = config.output.map((output) => output.name);
  if (names.length === 0) return known;
  for (const name of names) {
    if (!known.includes(name)) {
      throw new ConchError("REQUEST_INVALID", `unexpected inference output '${name}' for model '${config.name}'`, {
        data: { model: config.name, found: name, expected: known },
      });
    }
  }
  return names;
}

interface Compiled {
  readonly root: EnsemblePlan | PlanStep;
  readonly outputs: ReadonlyMap<string, TensorType>;
}

class Compiler {
  readonly warnings: PlanWarning[] = [];
  readonly #models: ReadonlyMap<string, PlanModel>;

  constructor(models: ReadonlyMap<string, PlanModel>) {
    this.#models = models;
  }

  model(name: string): PlanModel {
    const model = this.#models.get(name);
    if (model === undefined) {
      throw new ConchError("MODEL_NOT_RUNNABLE", `Request for unknown model: '${name}' is not found`, { data: { model: name } });
    }
    return model;
  }

  compile(
    model: PlanModel,
    id: string,
    inputs: ReadonlyMap<string, TensorType>,
    requested: readonly string[],
    within: readonly string[],
  ): Compiled {
    if (within.includes(model.name)) {
      throw new ConchError("MODEL_NOT_RUNNABLE", `circular dependency between ensembles: ${[...within, model.name].join(" -> ")}`);
    }
    if (model.config.ensemble_scheduling !== undefined && model.placement.kind !== "server") {
      return this.#ensemble(model, id, inputs, requested, [...within, model.name]);
    }
    if (model.placement.kind === "none") {
      const detail = model.placement.detail === undefined ? "" : ` (${model.placement.detail})`;
      throw new ConchError(
        "MODEL_NOT_RUNNABLE",
        `model '${model.name}' cannot run in the browser: ${NOT_HERE[model.placement.reason] ?? model.placement.reason}${detail}`,
        { data: { model: model.name, reason: model.placement.reason, detail: model.placement.detail ?? "" } },
      );
    }
    const onServer = model.placement.kind === "server";
    const outputs = onServer ? servedOutputs(model.config, inputs) : new Map([...configuredOutputs(model.config), ...(model.infer?.(inputs) ?? [])]);
    const memory = onServer ? undefined : model.memory?.(inputs);
    const bind = (name: string): Binding => ({ port: name, tensor: name });
    const root: PlanStep = {
      id,
      model: model.name,
      version: model.version,
      backend: model.backend,
      placement: model.placement,
      contentKey: model.contentKey,
      ...serverVersion(model),
      inputs: [...inputs.keys()].map(bind),
      outputs: requested.map(bind),
      ...(memory && { memory }),
    };
    return { root, outputs };
  }

  #ensemble(
    model: PlanModel,
    id: string,
    inputs: ReadonlyMap<string, TensorType>,
    requested: readonly string[],
    within: readonly string[],
  ): Compiled {
    const config = model.config;
    const all = config.ensemble_scheduling?.step ?? [];
    const { kept, starved } = pruneSteps(all, config.output.map((output) => output.name), requested);
    for (const tensor of starved) {
      this.warnings.push({
        code: "PRUNED_TENSOR_DEADLOCK",
        subject: tensor,
        message: `Triton drops the producer of '${tensor}' although it is needed, because another output was not requested, and ends in "unexpected deadlock". Request all outputs`,
      });
    }
    const types = new Map<string, TensorType>();
    const batches = new Map<string, boolean>();
    const madeOn = new Map<string, "host" | "gpu">();
    const producer = new Map<string, string | null>();
    const consumers = new Map<string, string[]>();
    for (const input of config.input) {
      const type = inputs.get(input.name);
      if (type === undefined) continue;
      types.set(input.name, type);
      batches.set(input.name, config.max_batch_size > 0);
      madeOn.set(input.name, "host");
      producer.set(input.name, null);
    }
    const steps: PlanStep[] = [];
    // Of an optional input that was not given: what reads it does without, and a step that must have it refuses to run.
    const absent = new Set(config.input.filter(({ name, optional }) => optional && !types.has(name)).map(({ name }) => name));
    const waiting = new Set(kept);
    for (let progress = true; progress && waiting.size > 0; ) {
      progress = false;
      for (const index of waiting) {
        const step = all[index];
        const stepModel = this.model(step.model_name);
        const needed = Object.entries(step.input_map).filter(([, tensor]) => !absent.has(tensor));
        if (!needed.every(([, tensor]) => types.has(tensor))) continue;
        waiting.delete(index);
        progress = true;
        const stepId = id === "" ? String(index) : `${id}/${index}`;
        const stepInputs = new Map<string, TensorType>();
        for (const [port, tensor] of needed) {
          const type = types.get(tensor)!;
          const dims = stepModel.config.input.find((input) => input.name === port)?.dims ?? [];
          stepInputs.set(port, {
            dataType: type.dataType,
            shape: type.shape && batchConversion(type.shape, batches.get(tensor) === true, stepModel.config.max_batch_size > 0, dims),
          });
          consumers.set(tensor, [...(consumers.get(tensor) ?? []), stepId]);
        }
        const ports = Object.keys(step.output_map);
        const compiled = this.compile(stepModel, stepId, stepInputs, ports, within);
        const inner = isEnsemblePlan(compiled.root) ? { nested: compiled.root } : compiled.root.memory && { memory: compiled.root.memory };
        steps.push({
          id: stepId,
          model: step.model_name,
          version: stepModel.version,
          backend: stepModel.backend,
          placement: stepModel.placement,
          contentKey: stepModel.contentKey,
          ...serverVersion(stepModel, step.model_version),
          inputs: needed.map(([port, tensor]) => ({ port, tensor })),
          outputs: ports.map((port) => ({ port, tensor: step.output_map[port] })),
          ...inner,
        });
        for (const port of ports) {
          const tensor = step.output_map[port];
          types.set(tensor, compiled.outputs.get(port) ?? { dataType: "TYPE_INVALID", shape: undefined });
          batches.set(tensor, stepModel.config.max_batch_size > 0);
          producer.set(tensor, stepId);
          madeOn.set(tensor, isEnsemblePlan(compiled.root) ? nestedSide(compiled.root, port) : sideOf(compiled.root, types.get(tensor)!));
        }
      }
    }
    const outputs = new Map<string, TensorType>();
    for (const output of config.output) {
      const type = types.get(output.name);
      if (type === undefined) continue;
      const shape = type.shape && batchConversion(type.shape, batches.get(output.name) === true, config.max_batch_size > 0, output.dims);
      outputs.set(output.name, { dataType: type.dataType, shape });
    }
    const tensors: PlanTensor[] = [...types].map(([name, type]) => ({
      name,
      producer: producer.get(name) ?? null,
      consumers: consumers.get(name) ?? [],
      type,
      bytes: bytesOf(type),
      madeOn: madeOn.get(name) ?? "host",
      requested: requested.includes(name),
    }));
    const pruned = all
      .map((step, index) => ({ step, index }))
      .filter(({ index }) => !kept.includes(index))
      .map(({ step, index }) => this.#prunedStep(step.model_name, id === "" ? String(index) : `${id}/${index}`));
    return { root: { model: model.name, config, steps, pruned, tensors, requestedOutputs: requested }, outputs };
  }

  #prunedStep(name: string, id: string): PlanStep {
    const model = this.model(name);
    return {
      id,
      model: name,
      version: model.version,
      backend: model.backend,
      placement: model.placement,
      contentKey: model.contentKey,
      inputs: [],
      outputs: [],
    };
  }

  /** The operations of a plan in the order in which the executor reaches them. */
  operations(
    root: EnsemblePlan | PlanStep,
    requested: readonly string[],
    inputs: ReadonlyMap<string, TensorType>,
    outputs: ReadonlyMap<string, TensorType>,
    reportReadback: boolean,
  ): PlanOp[] {
    const ops: PlanOp[] = [];
    const sides = new Map<string, "host" | "gpu">();
    if (isEnsemblePlan(root)) {
      this.#ensembleOps(root, ops);
      for (const tensor of root.tensors) sides.set(tensor.name, tensor.madeOn);
    } else {
      const { config } = this.model(root.model);
      for (const { port, tensor } of root.inputs) {
        const isText = config.input.find(({ name }) => name === port)?.data_type === "TYPE_STRING";
        if (root.placement.kind === "gpu" && !isText) ops.push({ kind: "upload", step: root.id, subject: tensor, bytes: null, reason: "input-for-gpu-step" });
      }
      this.#stepOps(root, ops, (tensor) => bytesOf(inputs.get(tensor) ?? outputs.get(tensor)));
      for (const name of requested) sides.set(name, sideOf(root, outputs.get(name) ?? { dataType: "TYPE_INVALID", shape: undefined }));
    }
    for (const name of requested) {
      if (sides.get(name) !== "gpu") continue;
      ops.push({ kind: "download", step: null, subject: name, bytes: bytesOf(outputs.get(name)), reason: "requested-output" });
    }
    if (reportReadback && ops.some((op) => op.kind === "download")) {
      ops.push({ kind: "download", step: null, subject: "report", bytes: 4096, reason: "timestamps-and-status" });
    }
    return ops;
  }

  #ensembleOps(plan: EnsemblePlan, ops: PlanOp[]): void {
    const onGpu = new Set(plan.tensors.filter((tensor) => tensor.madeOn === "gpu").map((tensor) => tensor.name));
    const onHost = new Set(plan.tensors.filter((tensor) => tensor.madeOn === "host").map((tensor) => tensor.name));
    const served = new Set(plan.steps.filter(({ placement }) => placement.kind === "server").map(({ id }) => id));
    const left = new Map(plan.tensors.map((tensor) => [tensor.name, new Set(tensor.consumers)]));
    for (const step of plan.steps) {
      for (const { tensor } of step.nested === undefined ? step.inputs : []) {
        const planned = plan.tensors.find((entry) => entry.name === tensor)!;
        if (step.placement.kind === "gpu" && !onGpu.has(tensor) && planned.type.dataType !== "TYPE_STRING") {
          onGpu.add(tensor);
          const reason = planned.producer === null ? "input-for-gpu-step" : served.has(planned.producer) ? "server-result-for-gpu-step" : "cpu-result-for-gpu-step";
          ops.push({ kind: "upload", step: step.id, subject: tensor, bytes: planned.bytes, reason });
        }
        if (step.placement.kind !== "gpu" && !onHost.has(tensor)) {
          onHost.add(tensor);
          const reason = step.placement.kind === "server" ? "gpu-result-for-server-step" : "gpu-result-for-cpu-step";
          ops.push({ kind: "download", step: step.id, subject: tensor, bytes: planned.bytes, reason });
        }
      }
      if (step.nested === undefined) this.#stepOps(step, ops, (tensor) => plan.tensors.find(({ name }) => name === tensor)?.bytes ?? null);
      else this.#ensembleOps(step.nested, ops);
      for (const { tensor } of step.inputs) {
        const readers = left.get(tensor)!;
        readers.delete(step.id);
        const planned = plan.tensors.find((entry) => entry.name === tensor)!;
        if (readers.size === 0 && !planned.requested) {
          ops.push({ kind: "free", step: step.id, subject: tensor, bytes: planned.bytes, reason: "last-consumer-done" });
        }
      }
    }
  }

  #stepOps(step: PlanStep, ops: PlanOp[], bytes: (tensor: string) => number | null): void {
    if (step.placement.kind === "server") {
      for (const { tensor } of step.inputs) ops.push({ kind: "send", step: step.id, subject: tensor, bytes: bytes(tensor), reason: "input-of-server-step" });
      ops.push({ kind: "execute", step: step.id, subject: step.model, bytes: null, reason: "step" });
      for (const { tensor } of step.outputs) ops.push({ kind: "receive", step: step.id, subject: tensor, bytes: bytes(tensor), reason: "output-of-server-step" });
      return;
    }
    if (!ops.some((op) => op.kind === "load" && op.subject === step.model)) {
      ops.push({ kind: "load", step: step.id, subject: step.model, bytes: this.model(step.model).weightBytes, reason: "model-first-use" });
    }
    const opens = step.placement.kind === "gpu" ? (this.model(step.model).opens ?? []) : [];
    for (const { port, tensor } of step.inputs) {
      if (opens.includes(port)) ops.push({ kind: "upload", step: step.id, subject: tensor, bytes: null, reason: "opened-file" });
    }
    ops.push({ kind: "execute", step: step.id, subject: step.model, bytes: null, reason: "step" });
  }
}

function nestedSide(plan: EnsemblePlan, output: string): "host" | "gpu" {
  return plan.tensors.find((tensor) => tensor.name === output)?.madeOn ?? "host";
}

/** A GPU step leaves everything but strings on the GPU. */
function sideOf(step: PlanStep, type: TensorType): "host" | "gpu" {
  return step.placement.kind === "gpu" && type.dataType !== "TYPE_STRING" ? "gpu" : "host";
}

function configuredOutputs(config: ModelConfig): Map<string, TensorType> {
  const batch = config.max_batch_size > 0 ? [null] : [];
  return new Map(
    config.output.map((output) => [
      output.name,
      { dataType: output.data_type, shape: [...batch, ...output.dims.map((size) => (size === -1 ? null : size))] },
    ]),
  );
}

/**
 * What comes from a server, by the configuration: its model file may be another than the one here. A model that batches answers with as many items
 * as it was given.
 */
function servedOutputs(config: ModelConfig, inputs: ReadonlyMap<string, TensorType>): Map<string, TensorType> {
  const outputs = configuredOutputs(config);
  if (config.max_batch_size === 0) return outputs;
  const batch = [...inputs.values()].map(({ shape }) => shape?.[0] ?? null).find((size) => size !== null) ?? null;
  return new Map([...outputs].map(([name, { dataType, shape = [] }]) => [name, { dataType, shape: [batch, ...shape.slice(1)] }]));
}

/** A version that the step or a specific policy names is asked for; of any other the server has its own latest. */
function serverVersion({ placement, config, version }: PlanModel, wanted = -1): Pick<PlanStep, "serverVersion"> {
  if (placement.kind !== "server") return {};
  if (wanted >= 0) return { serverVersion: wanted };
  const named = config.version_policy?.specific?.versions ?? [];
  if (named.length === 0) return {};
  return { serverVersion: named.includes(version) ? version : Math.max(...named) };
}

/** Bytes of a tensor of a fully known shape, else null. */
function bytesOf(type: TensorType | undefined): number | null {
  if (type?.shape === undefined || type.dataType === "TYPE_STRING") return null;
  let count = 1;
  for (const size of type.shape) {
    if (size === null) return null;
    count *= size;
  }
  return count * bytesPerElement(type.dataType);
}
