import type { Finding } from "../../findings.ts";
import { type AdviceCase, advise } from "./report.ts";

/** A step without model_version means version 0 (proto3's default), which hardly anybody has in mind. Without a version 0 it is an error. */
export function omittedVersions(one: AdviceCase): Finding[] {
  const steps = one.model.config.ensemble_scheduling?.step ?? [];
  return steps.flatMap(({ model_name, model_version }, index) => {
    if (model_version !== 0 || one.models.get(model_name)?.versions?.includes(0) !== true) return [];
    const path = ["ensemble_scheduling", "step", index];
    if (one.model.parsed?.rangeOf([...path, "model_version"]) !== undefined) return [];
    return advise(one, {
      code: "ADVICE_MODEL_VERSION",
      severity: "warning",
      message: `step ${index} runs version 0 of '${model_name}', not the latest: model_version is left out`,
      hint: "Write model_version: -1 for the latest version, or 0 if that one is meant.",
      at: [[...path, "model_name"], path],
      subject: { step: index },
    });
  });
}
