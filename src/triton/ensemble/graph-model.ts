import type { ParsedConfig } from "../model-config/decode.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import type { ModelDirectory } from "../repository/repository.ts";
import { servedVersions } from "../repository/versions.ts";

/** A model of the repository as the graph of an ensemble needs it. */
export interface GraphModel {
  /** Directory name. */
  name: string;
  /** Completed from the model file where the text leaves inputs or outputs out. */
  config: ModelConfig;
  /** The text behind it, for ranges; absent where there is no config.pbtxt. */
  parsed?: ParsedConfig;
  /**
   * True where its backend may add inputs and outputs that are not known here: what is declared is not all. Absent: so where nothing is
   * declared.
   */
  open?: boolean;
  /** Versions that would be served; absent: not known, not checked. */
  versions?: readonly number[];
}

/** What the graph needs of a model directory and its configuration. */
export function graphModel(directory: ModelDirectory, parsed: ParsedConfig): GraphModel {
  const versions = directory.versions.map(({ number }) => number);
  return {
    name: directory.name,
    config: parsed.config,
    parsed,
    versions: servedVersions(versions, parsed.config.version_policy).served,
  };
}
