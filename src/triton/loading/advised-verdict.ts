import { bySeverity, withIds } from "../findings.ts";
import { adviceFindings } from "./advice/advice.ts";
import type { AdviceCase } from "./advice/report.ts";
import { withoutSurplus } from "./finding-limit.ts";
import { withFixes } from "./fixes/fixes.ts";
import type { ModelVerdict } from "./verdict.ts";

/**
 * A verdict with the advice on its model among the warnings and infos, and with a repair for every finding that has one; what a file has
 * hundreds of is cut short. Reads, besides the model's own files, nothing but the models of its steps.
 */
export function advisedVerdict(verdict: ModelVerdict, one: AdviceCase): ModelVerdict {
  const findings = withoutSurplus(bySeverity([...verdict.findings, ...adviceFindings(one)]));
  return { ...verdict, findings: withIds(withFixes(findings, one)) };
}
