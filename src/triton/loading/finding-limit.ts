import type { Finding } from "../findings.ts";

/** How many findings of one code in one file are told one by one: more than anyone reads, few enough to be repaired and shown at once. */
const MOST = 200;

/** The findings, those of one code in one file beyond the first 200 as one that counts them: CONFIG_MORE_FINDINGS, where the first of them is. */
export function withoutSurplus(findings: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>();
  const keyOf = ({ code, file }: Finding): string => `${code}|${file}`;
  for (const finding of findings) counts.set(keyOf(finding), (counts.get(keyOf(finding)) ?? 0) + 1);
  const seen = new Map<string, number>();
  return findings.flatMap((finding) => {
    const before = seen.get(keyOf(finding)) ?? 0;
    seen.set(keyOf(finding), before + 1);
    // The parser has its own limit, and does not count what is beyond it.
    if (before < MOST || finding.code.startsWith("PBTXT_")) return [finding];
    return before === MOST ? [surplus(finding, (counts.get(keyOf(finding)) ?? 0) - MOST)] : [];
  });
}

function surplus({ code, severity, stage, model, file, from, to }: Finding, count: number): Finding {
  return {
    code: "CONFIG_MORE_FINDINGS",
    severity,
    stage,
    ...(model === undefined ? {} : { model }),
    file,
    from,
    to,
    message: `${count} more ${count === 1 ? "finding" : "findings"} of this kind in the file: ${code}`,
    hint: "Mend some of those that are listed; these follow.",
  };
}
