import { SEVERITIES, type Diagnostic } from "../base/diagnostic.ts";

/** A diagnostic before it has its id. */
export type Finding = Omit<Diagnostic, "id">;

/**
 * The findings with ids. An id is made of code, file and message and, where those repeat, a running number: it does not change while
 * other parts of the text do.
 */
export function withIds(findings: readonly Finding[]): Diagnostic[] {
  const counts = new Map<string, number>();
  return findings.map((finding) => {
    const key = `${finding.code}|${finding.file}|${finding.message}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return { ...finding, id: count === 0 ? key : `${key}|${count + 1}` };
  });
}

/** Errors before warnings before infos, else in the given order. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
