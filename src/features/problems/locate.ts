import type { Diagnostic, Severity } from "../../base/diagnostic.ts";
import type { App } from "../../ui/app-context.ts";

/** Line and column of an offset, both from 1; UTF-16 units. An offset outside the text counts as its end. */
export function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: before.length - lastBreak };
}

const ORDER: readonly Severity[] = ["error", "warning", "info"];

/** How many findings there are of each severity. */
export function countBySeverity(findings: readonly Diagnostic[]): Readonly<Record<Severity, number>> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** Errors first, of them those that Triton reports, then warnings, then notes; else in the given order. */
export function bySeverity(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const rank = ({ severity, first }: Diagnostic): number => 2 * ORDER.indexOf(severity) - (first === true ? 1 : 0);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}

/** Takes the user to a finding: its model and file open, the node or wire that it is about selected, its text visible. */
export function goTo(finding: Diagnostic, { document, derivation, selection, panes }: Pick<App, "document" | "derivation" | "selection" | "panes">): void {
  const { files, origin } = document.getState();
  const { model, openModel, openFile, selectNode, selectTensor, focusDiagnostic } = selection.getState();
  if (finding.model !== undefined && finding.model !== model) openModel(finding.model);
  const hasText = files.get(finding.file)?.text !== undefined;
  if (hasText) openFile(finding.file === `${finding.model}/config.pbtxt` ? null : finding.file);
  const { step, tensor } = finding.subject ?? {};
  if (finding.model !== undefined && step !== undefined) {
    const { graph } = derivation.ensemble(derivation.repository(files, origin?.emptyFolders), finding.model);
    selectNode(graph.steps[step]?.id ?? null);
  } else if (tensor !== undefined) selectTensor(tensor);
  if (hasText) panes.getState().showText();
  focusDiagnostic(finding.id);
}
