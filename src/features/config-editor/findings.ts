import type { Diagnostic as EditorDiagnostic } from "@codemirror/lint";
import type { EditorView } from "@codemirror/view";
import type { Diagnostic, Fix } from "../../base/diagnostic.ts";
import { parseChain } from "../../transforms/chain.ts";
import { modelOfFile } from "../../triton/model-config/decode.ts";
import { editorRange } from "./document-binding.ts";

/** The findings of one file: those of the repository, and for a transforms.json those of its chain. One entry per id. */
export function findingsOfFile(all: readonly Diagnostic[], file: string, text: string): Diagnostic[] {
  const model = modelOfFile(file);
  const chain = file.endsWith("/transforms.json") ? parseChain(text, { file, ...(model === undefined ? {} : { model }) }).diagnostics : [];
  return [...new Map([...all, ...chain].filter((finding) => finding.file === file).map((finding) => [finding.id, finding])).values()];
}

/** Findings as the editor underlines them, their fixes as actions. */
export function editorDiagnostics(view: EditorView, text: string, findings: readonly Diagnostic[], apply: (fix: Fix) => void): EditorDiagnostic[] {
  return findings.map(({ from, to, severity, message, hint, code, fix }) => ({
    ...firstLine(view, editorRange(view, text, { from, to })),
    severity,
    message: hint === undefined ? message : `${message}\n${hint}`,
    source: code,
    ...(fix === undefined ? {} : { actions: [{ name: fix.title, apply: () => apply(fix) }] }),
  }));
}

/** A finding about a whole message would underline all of its lines: the first one says enough. */
function firstLine(view: EditorView, { from, to }: { from: number; to: number }): { from: number; to: number } {
  return { from, to: Math.min(to, view.state.doc.lineAt(from).to) };
}
