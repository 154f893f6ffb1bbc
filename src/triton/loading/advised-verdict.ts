import type { Severity } from "../../base/diagnostic.ts";
import { type Finding, withIds } from "../findings.ts";
import { adviceFindings } from "./advice/advice.ts";
import type { AdviceCase } from "./advice/report.ts";
import { withFixes } from "./fixes/fixes.ts";
import type { ModelVerdict } from "./verdict.ts";

const ORDER: readonly Severity[] = ["error", "warning", "info"];

/**
 * A verdict with the advice on its model among the warnings and infos, and with a repair for every finding that has one. Reads, besides
 * the model's own files, nothing but the models of its steps.
 */
export function advisedVerdict(verdict: ModelVerdict, one: AdviceCase): ModelVerdict {
  const all: readonly Finding[] = [...verdict.findings, ...adviceFindings(one)];
  const sorted = ORDER.flatMap((severity) => all.filter((finding) => finding.severity === severity));
  return { ...verdict, findings: withIds(withFixes(sorted, one)) };
}
