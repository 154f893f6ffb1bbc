/** A deployment as text. */
export interface Recipe {
  /** The first is what is run. */
  readonly files: readonly RecipeFile[];
  readonly warnings: readonly DeploymentWarning[];
}

/** A file of a recipe. */
export interface RecipeFile {
  readonly name: string;
  readonly text: string;
}

/** Something that whoever deploys should know. `values` fill the words. */
export interface DeploymentWarning {
  readonly code:
    | "no-models"
    | "refused"
    | "model-file-missing"
    | "empty-version"
    | "packages-unknown"
    | "packages-unread"
    | "backend-unknown"
    | "tensorflow-gone"
    | "images-conflict"
    | "runs-on-cpu"
    | "gpu-needed"
    | "image-to-build";
  readonly values: Readonly<Record<string, string | number>>;
}
