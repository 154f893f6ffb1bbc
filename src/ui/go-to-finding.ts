import type { Diagnostic } from "../base/diagnostic.ts";
import type { App } from "./app-context.ts";

/** Takes the user to a finding: its model and file open, the node or wire that it is about selected, its text visible. */
export function goToFinding(finding: Diagnostic, { document, derivation, selection, panes }: Pick<App, "document" | "derivation" | "selection" | "panes">): void {
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
