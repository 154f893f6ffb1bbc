import type { Finding } from "../../findings.ts";
import type { ModelConfig } from "../../model-config/model-config.ts";
import type { Path } from "../../pbtxt/path.ts";
import { type AdviceCase, advise } from "./report.ts";

/** Fields of the file that a server reads for other models and never looks at for an ensemble. */
const NOT_FOR_ENSEMBLES = ["runtime", "default_model_filename", "cc_model_filenames", "batch_input", "batch_output", "model_operations"] as const;

/** Fields without effect, each with the reason. */
export function ignoredFields(one: AdviceCase): Finding[] {
  const { model } = one;
  return [...ensembleFields(one), ...batcherFields(model.config)].flatMap(({ path, reason, hint }) => {
    // What the server itself filled in is nobody's mistake.
    if (model.parsed?.rangeOf(path) === undefined) return [];
    return advise(one, {
      code: "ADVICE_IGNORED_FIELD",
      severity: "info",
      message: `${path.filter((part) => typeof part === "string").join(".")} has no effect: ${reason}`,
      hint,
      at: [path],
    });
  });
}

interface Ignored {
  path: Path;
  reason: string;
  hint: string;
}

function ensembleFields({ model, models }: AdviceCase): Ignored[] {
  const { config } = model;
  if (config.platform !== "ensemble") return [];
  const fields = NOT_FOR_ENSEMBLES.map((field): Ignored => ({ path: [field], reason: "an ensemble runs no backend of its own", hint: "Write it in the step's own configuration." }));
  const steps = config.ensemble_scheduling?.step ?? [];
  const decoupled = steps.some(({ model_name }) => models.get(model_name)?.config.model_transaction_policy?.decoupled === true);
  const known = steps.every(({ model_name }) => models.get(model_name)?.config.platform !== "ensemble");
  const written = model.parsed?.config.model_transaction_policy?.decoupled;
  if (known && written !== undefined && written !== decoupled) {
    const reason = `an ensemble is decoupled exactly where one of its steps is, and ${decoupled ? "one" : "none"} of these is`;
    fields.push({ path: ["model_transaction_policy"], reason, hint: "Remove it." });
  }
  return fields;
}

function batcherFields({ dynamic_batching: batching, max_batch_size, sequence_batching, input }: ModelConfig): Ignored[] {
  const fields: Ignored[] = [];
  if (batching !== undefined && max_batch_size === 0) {
    fields.push({ path: ["dynamic_batching"], reason: "max_batch_size is 0, so requests run one by one", hint: "Set max_batch_size where the model takes batches." });
  }
  if (batching !== undefined && batching.priority_levels === 0) {
    const reason = "priority_levels is 0, so there are no priorities";
    if (batching.default_priority_level !== 0) fields.push({ path: ["dynamic_batching", "default_priority_level"], reason, hint: "Set priority_levels." });
    fields.push({ path: ["dynamic_batching", "priority_queue_policy"], reason, hint: "Set priority_levels." });
  }
  const policy = batching?.default_queue_policy;
  if (policy?.allow_timeout_override === true && policy.default_timeout_microseconds === 0) {
    fields.push({
      path: ["dynamic_batching", "default_queue_policy", "allow_timeout_override"],
      reason: "a request's timeout can only shorten the default one, and there is none",
      hint: "Set default_timeout_microseconds.",
    });
  }
  for (const [index, { allow_ragged_batch }] of input.entries()) {
    if (!allow_ragged_batch || batching !== undefined || sequence_batching !== undefined) continue;
    fields.push({ path: ["input", index, "allow_ragged_batch"], reason: "without dynamic_batching no requests are batched", hint: "Add dynamic_batching { }." });
  }
  return fields;
}
