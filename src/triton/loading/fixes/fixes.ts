import type { Fix } from "../../../base/diagnostic.ts";
import type { Finding } from "../../findings.ts";
import { parseConfig } from "../../model-config/decode.ts";
import type { AdviceCase } from "../advice/report.ts";
import { DIRECTORY_FIXES } from "./directories.ts";
import { ENSEMBLE_FIXES } from "./ensembles.ts";
import { FIELD_FIXES } from "./fields.ts";
import type { FixRule } from "./fix-case.ts";
import { ONNX_FIXES } from "./onnx-models.ts";
import { SYNTAX_FIXES } from "./syntax.ts";

const RULES: ReadonlyMap<string, FixRule> = new Map(
  [SYNTAX_FIXES, FIELD_FIXES, DIRECTORY_FIXES, ENSEMBLE_FIXES, ONNX_FIXES].flatMap((rules) => Object.entries(rules)),
);

/**
 * The repair of a finding that one click applies, by its code and what it is about; undefined where none is safe. Edits are against the
 * texts of `one.content`, and touch only what they mean: comments, order and style survive.
 */
function fixOf(finding: Finding, one: AdviceCase): Fix | undefined {
  const rule = RULES.get(finding.code);
  if (rule === undefined) return undefined;
  const parsed = one.model.parsed ?? parseConfig("", `${one.model.name}/config.pbtxt`);
  // A finding without a place in the text stands at its beginning.
  const path = finding.to > finding.from && finding.file === parsed.file ? parsed.pathAt(finding.from) : [];
  return rule({ ...one, finding, parsed, path });
}

/** The findings about one model, each with its repair where it had none and there is one. */
export function withFixes(findings: readonly Finding[], one: AdviceCase): Finding[] {
  return findings.map((finding) => {
    const fix = finding.fix ?? fixOf(finding, one);
    return fix === undefined || fix === finding.fix ? finding : { ...finding, fix };
  });
}
