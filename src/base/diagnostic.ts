import type { TextEdit } from "./text-edit.ts";

/** How bad a finding is. An `error` is what Triton (or the browser run) refuses. */
export type Severity = "error" | "warning" | "info";

/** Severities, the worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** When the problem shows: Triton reads the directory (poll), loads the model, serves a request; or only Conch's own run (browser). */
export type Stage = "poll" | "load" | "request" | "browser";

/** A repair that one click applies. */
export interface Fix {
  /** Imperative, in the interface's words: "Rename to INPUT__0". */
  title: string;
  /** Edits per repository path, against the text that the finding was made from. */
  edits: readonly FileEdits[];
}

/** Edits of one file. `create` holds the text of a file that does not exist yet. */
export interface FileEdits {
  path: string;
  edits?: readonly TextEdit[];
  create?: string;
}

/** What a finding is about, so that node, port, wire and list entry can show the same one. */
export interface DiagnosticSubject {
  /** Index into ensemble_scheduling.step. */
  step?: number;
  /** Tensor name of the model (a map key, or an input/output name). */
  port?: string;
  /** Ensemble tensor name (a map value). */
  tensor?: string;
}

/** A problem in the user's files: data, never thrown. */
export interface Diagnostic {
  /** Same problem, same id, wherever it is shown; stable while the text around it does not change. */
  id: string;
  /** Stable, upper snake case. */
  code: string;
  severity: Severity;
  stage: Stage;
  /** Set on the one error of its model that Triton meets first, and so the only one that it reports. */
  first?: true;
  /** Directory name of the model. */
  model?: string;
  /** Repository path, `/`-separated: "spleen_ct/config.pbtxt". */
  file: string;
  /** UTF-16 offsets into the file's text, from ≤ to. 0, 0 where there is no text. */
  from: number;
  to: number;
  /** In Triton's wording where Triton has one. */
  message: string;
  /** What to do about it. */
  hint?: string;
  fix?: Fix;
  subject?: DiagnosticSubject;
}
