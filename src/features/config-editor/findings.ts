import type { Diagnostic as EditorDiagnostic } from "@codemirror/lint";
import type { EditorView } from "@codemirror/view";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { parseChain } from "../../transforms/chain.ts";
import { modelOfFile } from "../../triton/model-config/decode.ts";
import type { problemMessages } from "../../ui/catalogue/problems.messages.ts";
import type { Translate } from "../../ui/catalogue/section.ts";
import { editorRanges } from "./document-binding.ts";

/** The findings of one file: those of the repository, and for a transforms.json those of its chain. One entry per id. */
export function findingsOfFile(all: readonly Diagnostic[], file: string, text: string): Diagnostic[] {
  const model = modelOfFile(file);
  const chain = file.endsWith("/transforms.json") ? parseChain(text, { file, ...(model === undefined ? {} : { model }) }).diagnostics : [];
  return [...new Map([...all, ...chain].filter((finding) => finding.file === file).map((finding) => [finding.id, finding])).values()];
}

/** Findings as the editor underlines them, their fixes as actions: `apply` gets the id of the finding. */
export function editorDiagnostics(view: EditorView, text: string, findings: readonly Diagnostic[], t: FindingTexts, apply: (id: string) => void): EditorDiagnostic[] {
  const range = editorRanges(view, text);
  return findings.map((finding) => {
    const { id, from, to, severity, message, hint, fix } = finding;
    return {
      ...firstLine(view, range({ from, to })),
      severity,
      message: hint === undefined ? message : `${message}\n${hint}`,
      renderMessage: () => findingElement(finding, t),
      ...(fix === undefined ? {} : { actions: [{ name: fix.title, apply: () => apply(id) }] }),
    };
  });
}

/** Texts of the list of problems: what a finding's stage is called there, it is called here. */
export type FindingTexts = Translate<keyof (typeof problemMessages)["en"]>;

/** A finding in full: whether Triton would report it, what it says, what to do, when it shows, its code. */
function findingElement({ message, hint, code, stage, first }: Diagnostic, t: FindingTexts): HTMLElement {
  const box = document.createElement("div");
  const line = (className: string, text: string): void => {
    box.append(Object.assign(document.createElement("div"), { className, textContent: text }));
  };
  if (first === true) line("cm-conch-first", t("first"));
  line("", message);
  if (hint !== undefined) line("", hint);
  line("cm-conch-code", `${code} · ${t(stage)}`);
  return box;
}

/** A finding about a whole message would underline all of its lines: the first one says enough. */
function firstLine(view: EditorView, { from, to }: { from: number; to: number }): { from: number; to: number } {
  return { from, to: Math.min(to, view.state.doc.lineAt(from).to) };
}
