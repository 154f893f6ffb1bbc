import type { DataType } from "../../tensor/data-type.ts";
import type { EnsembleStep, ModelConfig } from "../model-config/model-config.ts";
import { nearest } from "../nearest.ts";
import { contradiction, type TensorDescription } from "./consistency.ts";
import type { Finding } from "../findings.ts";
import type { GraphModel } from "./graph-model.ts";
import { createReporter, type Reporter } from "./reporter.ts";
import { isRefusedAtPoll, mapPath, schedulingFindings } from "./scheduling-rules.ts";

type Models = ReadonlyMap<string, GraphModel>;

/** What Triton refuses about an ensemble, in the order of its own checks: first what it finds alone, then against the other models. */
export function ensembleFindings(
  model: GraphModel,
  models: ReadonlyMap<string, GraphModel>,
  visiting: readonly string[] = [],
  known: Map<string, Finding[]> = new Map(),
): Finding[] {
  if (model.config.platform !== "ensemble" && model.config.ensemble_scheduling === undefined) return [];
  const reporter = createReporter(model);
  schedulingFindings(reporter);
  crossModelFindings(createReporter(model, "dependencies", reporter.findings), models, visiting, known);
  known.set(model.name, reporter.findings);
  return reporter.findings;
}

/**
 * What Triton checks of an ensemble against the models of its steps: the dependency graph of its model repository manager, then
 * ValidateEnsembleConfig. Reported at load.
 */
function crossModelFindings(reporter: Reporter, models: Models, visiting: readonly string[], known: Map<string, Finding[]>): void {
  const steps = reporter.config.ensemble_scheduling?.step ?? [];
  missingModels(reporter, models, steps);
  const chain = cycle(reporter.model.name, models, visiting);
  if (chain !== undefined) {
    const index = steps.findIndex(({ model_name }) => chain.includes(model_name));
    reporter.add("ENSEMBLE_CYCLE", `circular dependency between ensembles: ${chain.join(" -> ")}`, stepPath(index, "model_name"), {
      subject: { step: index },
    });
    return;
  }
  const path = [...visiting, reporter.model.name];
  for (const [index, step] of steps.entries()) dependency(reporter, models, step, index, path, known);
  composition(reporter, models, steps);
  decoupledOrigins(reporter, models, steps);
  const cache = reporter.config.response_cache;
  if (cache?.enable === true && isDecoupled(reporter.model, models)) {
    reporter.add(
      "ENSEMBLE_CACHE_DECOUPLED",
      `Invalid argument: Response Cache does not currently support model ${reporter.model.name} with 'decoupled' transaction policy. Please disable the response cache.`,
      ["response_cache"],
    );
  }
}

function stepPath(step: number, field: string): (string | number)[] {
  return ["ensemble_scheduling", "step", step, field];
}

/** A step's model, unless Triton would not have it. */
function available(models: Models, name: string): GraphModel | undefined {
  const model = models.get(name);
  return model === undefined || isRefusedAtPoll(model) ? undefined : model;
}

function missingModels(reporter: Reporter, models: Models, steps: readonly EnsembleStep[]): void {
  for (const [index, { model_name }] of steps.entries()) {
    if (model_name === "" || available(models, model_name) !== undefined) continue;
    const path = stepPath(index, "model_name");
    const exists = models.has(model_name);
    const close = exists ? undefined : nearest(model_name, models.keys());
    reporter.add("ENSEMBLE_MISSING_MODEL", `ensemble ${reporter.model.name} contains models that are not available or ambiguous: ${model_name}`, path, {
      subject: { step: index },
      hint: exists ? "Triton refuses this model's own configuration." : "The repository has no such model.",
      ...reporter.replacement(reporter.model.parsed?.rangeOf(path), close),
    });
  }
}

/** The chain of ensembles that leads from `name` back into itself, in Triton's form. */
function cycle(name: string, models: Models, visiting: readonly string[]): string[] | undefined {
  if (visiting.includes(name)) return [name, "...", visiting.at(-1) ?? name, name];
  const seen = new Set<string>();
  const back = (current: string): string | undefined => {
    for (const { model_name } of models.get(current)?.config.ensemble_scheduling?.step ?? []) {
      if (model_name === name) return current;
      if (seen.has(model_name)) continue;
      seen.add(model_name);
      const found = back(model_name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const last = back(name);
  return last === undefined ? undefined : [name, "...", last, name];
}

function dependency(
  reporter: Reporter,
  models: Models,
  step: EnsembleStep,
  index: number,
  path: readonly string[],
  known: Map<string, Finding[]>,
): void {
  const model = available(models, step.model_name);
  if (model === undefined) return;
  const name = reporter.model.name;
  const subject = { step: index };
  const inner = (known.get(model.name) ?? ensembleFindings(model, models, path, known)).find(({ severity }) => severity === "error");
  if (inner !== undefined) {
    reporter.add(
      "ENSEMBLE_INVALID_STEP",
      `ensemble '${name}' depends on '${model.name}' which is not valid. Model '${model.name}' failed with error: ${inner.message}`,
      stepPath(index, "model_name"),
      { subject },
    );
    return;
  }
  if (model.versions === undefined) return;
  if (model.versions.length === 0) {
    const reason = `at least one version must be available under the version policy of model '${model.name}'`;
    reporter.add(
      "ENSEMBLE_STEP_NO_VERSION",
      `ensemble '${name}' depends on '${model.name}' which has no loaded version. Model '${model.name}' loading failed with error: ${reason}`,
      stepPath(index, "model_name"),
      { subject },
    );
  } else if (step.model_version !== -1 && !model.versions.includes(step.model_version)) {
    const written = reporter.model.parsed?.rangeOf(stepPath(index, "model_version"));
    reporter.add(
      "ENSEMBLE_STEP_VERSION",
      `ensemble '${name}' depends on '${model.name}' whose required version ${step.model_version} is not loaded.`,
      written ?? stepPath(index, "model_name"),
      { subject, hint: "Write model_version: -1 for the latest version; left out, it means version 0." },
    );
  }
}

function description(model: string, config: ModelConfig, tensor: { data_type: DataType; dims: number[]; reshape?: { shape: number[] } }, reshaped: boolean): TensorDescription {
  return {
    model,
    dataType: tensor.data_type,
    dims: reshaped && tensor.reshape !== undefined ? tensor.reshape.shape : tensor.dims,
    batching: config.max_batch_size > 0,
  };
}

/** Batch sizes, names, data types and shapes of everything that the maps connect. */
function composition(reporter: Reporter, models: Models, steps: readonly EnsembleStep[]): void {
  const { config } = reporter;
  const name = reporter.model.name;
  const tensors = new Map<string, TensorDescription>();
  // The ensemble's own tensors count as the backend sees them (reshape), those of its models as they are declared.
  for (const tensor of [...config.input, ...config.output]) {
    if (!tensors.has(tensor.name)) tensors.set(tensor.name, description(name, config, tensor, true));
  }
  for (const [index, step] of steps.entries()) {
    const model = available(models, step.model_name);
    if (model === undefined) continue;
    const allowed = model.config.max_batch_size;
    if (allowed !== 0 && allowed < config.max_batch_size) {
      reporter.add(
        "ENSEMBLE_BATCH_SIZE",
        `ensemble ${name} allows maximum batch size ${config.max_batch_size}, but it contains model ${model.name} which only allows maximum batch size to be ${allowed}`,
        ["max_batch_size"],
        { subject: { step: index } },
      );
    }
    mapFindings(reporter, tensors, model, step, index, "input_map");
    mapFindings(reporter, tensors, model, step, index, "output_map");
  }
}

function mapFindings(
  reporter: Reporter,
  tensors: Map<string, TensorDescription>,
  model: GraphModel,
  step: EnsembleStep,
  index: number,
  side: "input_map" | "output_map",
): void {
  const input = side === "input_map";
  const declared = input ? model.config.input : model.config.output;
  const name = reporter.model.name;
  // Nothing declared: the server completes the configuration from the model file.
  if (declared.length === 0) return;
  const map = step[side];
  const unmapped = declared.filter((port) => !Object.hasOwn(map, port.name)).map((port) => port.name);
  for (const [port, tensor] of Object.entries(map)) {
    if (declared.some((one) => one.name === port)) continue;
    const message = input
      ? `in ensemble ${name}, ensemble tensor ${tensor} is mapping to non-existing input ${port} in model ${model.name}`
      : `in ensemble ${name}, ensemble tensor ${tensor} is mapped from non-existing output ${port} in model ${model.name}`;
    const range = reporter.keyRange(index, side, port);
    reporter.add(input ? "ENSEMBLE_UNKNOWN_INPUT" : "ENSEMBLE_UNKNOWN_OUTPUT", message, range ?? mapPath(index, side, port), {
      subject: { step: index, port, tensor },
      hint: `The ${input ? "inputs" : "outputs"} of ${model.name} are: ${declared.map((one) => one.name).join(", ")}.`,
      ...reporter.replacement(range, nearest(port, unmapped)),
    });
  }
  for (const port of declared) {
    const tensor = Object.hasOwn(map, port.name) ? map[port.name] : undefined;
    if (tensor === undefined) {
      if (!input || ("optional" in port && port.optional)) continue;
      reporter.add("ENSEMBLE_UNMAPPED_INPUT", `in ensemble ${name}, input ${port.name} in model ${model.name} is not mapped to any ensemble tensors`, stepPath(index, "model_name"), {
          subject: { step: index, port: port.name },
      });
      continue;
    }
    const described = description(model.name, model.config, port, false);
    const first = tensors.get(tensor);
    if (first === undefined) tensors.set(tensor, described);
    else {
      const wrong = contradiction(first, described);
      if (wrong === undefined) continue;
      reporter.add(wrong.kind === "type" ? "ENSEMBLE_DATA_TYPE" : "ENSEMBLE_SHAPE", `in ensemble ${name}, ensemble tensor ${tensor}: ${wrong.text}`, mapPath(index, side, port.name), {
          subject: { step: index, port: port.name, tensor },
      });
    }
  }
}

/** Whether a request may get any number of responses; an ensemble is decoupled when one of its steps is. */
function isDecoupled(model: GraphModel | undefined, models: Models, visiting: readonly string[] = []): boolean {
  if (model === undefined || visiting.includes(model.name)) return false;
  const steps = model.config.ensemble_scheduling?.step;
  if (steps !== undefined) return steps.some(({ model_name }) => isDecoupled(models.get(model_name), models, [...visiting, model.name]));
  return model.config.model_transaction_policy?.decoupled === true;
}

/** All inputs of a step, and all outputs of the ensemble, must come from the same decoupled model, or from none. */
function decoupledOrigins(reporter: Reporter, models: Models, steps: readonly EnsembleStep[]): void {
  const { config } = reporter;
  const origins = new Map<string, number>(config.input.map(({ name }) => [name, 0]));
  const waiting = new Map(steps.entries());
  // Triton names the ensemble where it means the step.
  const refuse = (step: number | undefined): void =>
    reporter.add(
      "ENSEMBLE_DECOUPLED_ORIGINS",
      `in ensemble ${reporter.model.name}, step of model '${reporter.model.name}' receives inputs originated from different decoupled models`,
      step === undefined ? ["output"] : stepPath(step, "input_map"),
      step === undefined ? {} : { subject: { step } },
    );
  for (let before = -1; before !== waiting.size; ) {
    before = waiting.size;
    for (const [index, step] of waiting) {
      const inputs = Object.values(step.input_map);
      if (!inputs.every((tensor) => origins.has(tensor))) continue;
      waiting.delete(index);
      const found = new Set(inputs.map((tensor) => origins.get(tensor)));
      if (found.size > 1) refuse(index);
      const [origin = 0] = found;
      const label = isDecoupled(models.get(step.model_name), models) ? index + 1 : origin;
      for (const tensor of Object.values(step.output_map)) origins.set(tensor, label);
    }
  }
  const ends = new Set(config.output.map(({ name }) => origins.get(name)).filter((origin) => origin !== undefined));
  if (ends.size > 1) refuse(undefined);
}
