import type { ModelInstanceGroup } from "../model-config/model-config.ts";

/** A model of the repository, as far as it decides what a server for it needs. */
export interface DeployedModel {
  readonly name: string;
  /** Triton's name of the backend; "" for an ensemble, or where nothing tells. */
  readonly backend: string;
  readonly isEnsemble: boolean;
  /** As written: what the server would fill in says nothing of what was asked for. */
  readonly instanceGroups: readonly ModelInstanceGroup[];
  /** Models of its steps; none where it is no ensemble. */
  readonly steps: readonly string[];
  /** Bytes of the files in the versions that are served. */
  readonly bytes: number;
  /** Errors that Triton would find in it. */
  readonly errors: number;
  /** Name of the file or folder that its backend opens in each version, and whether all served versions have it; undefined for what opens none. */
  readonly file?: { readonly name: string; readonly present: boolean };
  /** A version folder in which nothing lies, as an ensemble's. */
  readonly emptyVersion?: string;
  /** Texts of a python model. */
  readonly python?: PythonTexts;
}

/** What a python model says of the packages that it needs. */
export interface PythonTexts {
  /** The text of its model.py; undefined where it is not at hand. */
  readonly source?: string;
  /** The text of the transforms.json beside it. */
  readonly transforms?: string;
  /** Modules that lie beside it: no packages. */
  readonly own: readonly string[];
}
