import { ConchError, isAbort, toErrorRecord } from "../../base/errors.ts";
import { isEnsemblePlan, type Plan } from "../../plan/plan.ts";
import type { StepProgress } from "../protocol.ts";

/**
 * An error with the model that it befell, where its message does not name it: an ensemble may have several, and neither a path in a transforms.json nor
 * a file's name says which. Cancellation passes unchanged.
 */
export function ofModel<Thrown>(model: string, thrown: Thrown): Thrown | ConchError {
  if (isAbort(thrown)) return thrown;
  const { code, message, data, cause } = toErrorRecord(thrown);
  if (message.includes(`'${model}'`) || message.includes(`"${model}"`)) return thrown;
  return new ConchError(code, `model "${model}", ${message}`, { data: { model, ...data }, cause });
}

/** What a kernel found, as an error of the run: the step that it befell is told as failed, though others went on behind it. */
export function failedInRun(plan: Plan, error: ConchError, at: number, progress: (progress: StepProgress) => void): unknown {
  const { step } = error.data;
  if (typeof step === "string") progress({ step, phase: "failed", at, error: toErrorRecord(error) });
  return isEnsemblePlan(plan.root) ? inEnsemble(plan.model, error) : error;
}

/** The error with Triton's prefix; cancellation passes unchanged. */
export function inEnsemble(name: string, thrown: unknown): unknown {
  if (isAbort(thrown)) return thrown;
  const record = toErrorRecord(thrown);
  return new ConchError(record.code, `in ensemble '${name}', ${record.message}`, { data: { ...record.data, ensemble: name }, cause: record.cause });
}
