import type { ModelConfig } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";
import type { CompletedField } from "./verdict.ts";

/** A configuration after one step of the server, and what that step filled in. */
export interface Completion {
  readonly config: ModelConfig;
  readonly completed: readonly CompletedField[];
}

/** Why the server refuses a configuration, before it is a finding of a text. */
export interface Refusal {
  readonly code: string;
  /** The server's own text, prefix included. A file is named by its repository path. */
  readonly message: string;
  /** The field that it is about; empty where it is about the whole model. */
  readonly path: Path;
  readonly hint?: string;
}

/** What a step of the server makes of a configuration. */
export type CompletionResult = Completion | { readonly error: Refusal };
