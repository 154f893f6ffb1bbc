import { isEnsemblePlan, type EnsemblePlan, type Plan, type PlanStep, type PlanWarning } from "./plan.ts";

/**
 * The tensors of a plan that would lie on the GPU and are larger than one buffer may be there, as warnings: known before anything runs.
 * `limit` is the device's largest storage binding, in bytes. Tensors of unknown size are left to the run, which fails with DEVICE_LIMIT.
 */
export function overDeviceLimit(plan: Plan, limit: number): PlanWarning[] {
  return isEnsemblePlan(plan.root) ? ensembleWarnings(plan.root, limit) : [];
}

function ensembleWarnings(plan: EnsemblePlan, limit: number): PlanWarning[] {
  const onGpu = new Set(plan.steps.filter(runsOnGpu).map((step) => step.id));
  const own = plan.tensors
    .filter(({ madeOn, consumers, bytes }) => bytes !== null && bytes > limit && (madeOn === "gpu" || consumers.some((id) => onGpu.has(id))))
    .map(({ name, bytes, type }): PlanWarning => ({
      code: "OVER_DEVICE_LIMIT",
      subject: name,
      message: `'${name}' [${type.shape?.join(", ")}] takes ${bytes} bytes; this device allows ${limit} in one buffer. Set KIND_CPU for the steps that use it, or choose a smaller grid`,
    }));
  return [...own, ...plan.steps.flatMap((step) => (step.nested === undefined ? [] : ensembleWarnings(step.nested, limit)))];
}

function runsOnGpu(step: PlanStep): boolean {
  return step.nested === undefined && step.placement.kind === "gpu";
}
