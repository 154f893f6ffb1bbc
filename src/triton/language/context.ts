import type { GraphModel } from "../ensemble/graph-model.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";
import type { ModelDirectory } from "../repository/repository.ts";

/** What the language services know of the repository around the text that is being edited. */
export interface LanguageContext {
  /** Directory name of the model whose config.pbtxt it is. */
  readonly model: string;
  /** Every model with a configuration, this one included, by directory name; completed as far as that is known. */
  readonly models: ReadonlyMap<string, GraphModel>;
  /** The directories of the repository; names of files and versions come from there. */
  readonly directories?: ReadonlyMap<string, Pick<ModelDirectory, "name" | "versions" | "files" | "config">>;
  /** What a server makes of this model's configuration. */
  readonly served?: ServedConfig;
}

/** A configuration as a server completes it: what hovers say of fields that the text leaves out. */
export interface ServedConfig {
  readonly config: ModelConfig;
  readonly completed: readonly { readonly path: Path; readonly reason: string }[];
}

/** A place in a file of the repository: UTF-16 offsets, from ≤ to. */
export interface Location {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}
