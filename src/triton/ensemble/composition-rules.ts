import type { EnsembleStep, ModelConfig, ModelInput, ModelOutput } from "../model-config/model-config.ts";
import { nearest } from "../nearest.ts";
import type { Path } from "../pbtxt/path.ts";
import { contradiction, type TensorDescription } from "./consistency.ts";
import type { GraphModel } from "./graph-model.ts";
import type { Reporter } from "./reporter.ts";
import { mapPath } from "./scheduling-rules.ts";

/** Models by name, with their completed configurations; undefined where an ensemble cannot have the model. */
type FindModel = (name: string) => GraphModel | undefined;

/**
 * What Triton checks of an ensemble against the models of its steps once those are loaded (ValidateEnsembleConfig): batch sizes, names, data
 * types and shapes, step by step, then the origins of tensors. Gives whether the ensemble is decoupled, which its own file does not decide.
 */
export function compositionFindings(reporter: Reporter, find: FindModel): { decoupled: boolean } {
  const { config } = reporter;
  const { name } = reporter.model;
  const steps = config.ensemble_scheduling?.step ?? [];
  const tensors = new Map<string, TensorDescription>();
  // The ensemble's own tensors count as the backend sees them (reshape), those of its models as they are declared.
  for (const tensor of [...config.input, ...config.output]) {
    if (!tensors.has(tensor.name)) tensors.set(tensor.name, description(name, config, tensor, tensor.reshape?.shape ?? tensor.dims));
  }
  for (const [index, step] of steps.entries()) {
    const model = find(step.model_name);
    if (model === undefined) continue;
    const allowed = model.config.max_batch_size;
    if (allowed > 0 && allowed < config.max_batch_size) {
      const message = `ensemble ${name} allows maximum batch size ${config.max_batch_size}, but it contains model ${model.name} which only allows maximum batch size to be ${allowed}`;
      reporter.add("ENSEMBLE_BATCH_SIZE", message, ["max_batch_size"], { subject: { step: index }, hint: `Write max_batch_size: ${allowed}, or raise that of ${model.name}.` });
    }
    mapFindings(reporter, tensors, model, step, index, "input_map");
    mapFindings(reporter, tensors, model, step, index, "output_map");
  }
  return originFindings(reporter, tensors, steps, find);
}

function description(model: string, config: ModelConfig, { data_type }: ModelInput | ModelOutput, dims: readonly number[]): TensorDescription {
  return { model, dataType: data_type, dims, batching: config.max_batch_size > 0 };
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
  const declared: readonly (ModelInput | ModelOutput)[] = input ? model.config.input : model.config.output;
  const name = reporter.model.name;
  const map = step[side];
  const unmapped = declared.filter((port) => !Object.hasOwn(map, port.name)).map((port) => port.name);
  for (const [port, tensor] of Object.entries(map)) {
    if ((model.open ?? declared.length === 0) || declared.some((one) => one.name === port)) continue;
    const message = input
      ? `in ensemble ${name}, ensemble tensor ${tensor} is mapping to non-existing input ${port} in model ${model.name}`
      : `in ensemble ${name}, ensemble tensor ${tensor} is mapped from non-existing output ${port} in model ${model.name}`;
    const range = reporter.keyRange(index, side, port);
    const noun = input ? "input" : "output";
    reporter.add(input ? "ENSEMBLE_UNKNOWN_INPUT" : "ENSEMBLE_UNKNOWN_OUTPUT", message, range ?? mapPath(index, side, port), {
      subject: { step: index, port, tensor },
      hint: declared.length === 0 ? `${model.name} has no ${noun}.` : `The ${noun}s of ${model.name} are: ${declared.map((one) => one.name).join(", ")}.`,
      ...reporter.replacement(range, nearest(port, unmapped)),
    });
  }
  for (const port of declared) {
    const tensor = Object.hasOwn(map, port.name) ? map[port.name] : undefined;
    if (tensor === undefined) {
      if (!input || ("optional" in port && port.optional)) continue;
      const message = `in ensemble ${name}, input ${port.name} in model ${model.name} is not mapped to any ensemble tensors`;
      reporter.add("ENSEMBLE_UNMAPPED_INPUT", message, ["ensemble_scheduling", "step", index, "model_name"], {
        subject: { step: index, port: port.name },
        hint: `Connect ${port.name} of ${model.name}.`,
      });
      continue;
    }
    const described = description(model.name, model.config, port, port.dims);
    const first = tensors.get(tensor);
    if (first === undefined) tensors.set(tensor, described);
    const wrong = first && contradiction(first, described);
    if (wrong === undefined) continue;
    reporter.add(wrong.kind === "type" ? "ENSEMBLE_DATA_TYPE" : "ENSEMBLE_SHAPE", `in ensemble ${name}, ensemble tensor ${tensor}: ${wrong.text}`, mapPath(index, side, port.name), {
      subject: { step: index, port: port.name, tensor },
      hint: wrong.kind === "type" ? "Triton casts nothing: both ends need one data type." : "Both ends need one shape; -1 fits any size.",
    });
  }
}

/** All inputs of a step, and all outputs of the ensemble, must come from the same decoupled model, or from none. */
function originFindings(
  reporter: Reporter,
  tensors: ReadonlyMap<string, TensorDescription>,
  steps: readonly EnsembleStep[],
  find: FindModel,
): { decoupled: boolean } {
  const { config } = reporter;
  const origins = new Map<string, number>(config.input.map(({ name }) => [name, 0]));
  const waiting = new Map(steps.entries());
  let decoupled = false;
  const refuse = (model: string, path: Path, step?: number): void =>
    reporter.add("ENSEMBLE_DECOUPLED_ORIGINS", `in ensemble ${reporter.model.name}, step of model '${model}' receives inputs originated from different decoupled models`, path, {
      ...(step === undefined ? {} : { subject: { step } }),
      hint: "What a decoupled model answers any number of times cannot meet what came another way.",
    });
  for (let before = -1; before !== waiting.size; ) {
    before = waiting.size;
    for (const [index, step] of waiting) {
      const inputs = Object.values(step.input_map);
      if (!inputs.every((tensor) => origins.has(tensor))) continue;
      waiting.delete(index);
      const outputs = Object.values(step.output_map);
      const found = new Set(inputs.map((tensor) => origins.get(tensor)));
      // Triton names whoever described the step's output first: the ensemble itself where that is one of its outputs.
      if (found.size > 1) refuse(tensors.get(outputs[0] ?? "")?.model ?? step.model_name, ["ensemble_scheduling", "step", index, "input_map"], index);
      const [origin = 0] = found;
      const starts = find(step.model_name)?.config.model_transaction_policy?.decoupled === true;
      if (starts) decoupled = true;
      for (const tensor of outputs) origins.set(tensor, starts ? index + 1 : origin);
    }
  }
  const ends = new Set(config.output.map(({ name }) => origins.get(name)).filter((origin) => origin !== undefined));
  if (ends.size > 1) refuse(reporter.model.name, ["output"]);
  return { decoupled };
}
