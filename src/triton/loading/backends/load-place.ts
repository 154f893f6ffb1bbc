import type { ModelDirectory, ModelVersion } from "../../repository/repository.ts";
import type { CompletionResult } from "../completion.ts";
import type { RepositoryContent } from "../content.ts";
import type { TritonServer } from "../server.ts";

/** Where a version of a model is loaded from, and by what. */
export interface LoadPlace {
  readonly directory: ModelDirectory;
  readonly version: ModelVersion;
  readonly content: RepositoryContent;
  readonly server: TritonServer;
}

/** A completion; `open` where the backend may add what nobody can know without running it. */
export type Initialisation = CompletionResult | (CompletionResult & { readonly open: true });
