import type { DeploymentWarning } from "./recipe.ts";
import type { RecipeWishes } from "./recipe-wishes.ts";
import type { ServerNeeds } from "./server-needs.ts";

/** More models than these are loaded by "*": all of them. */
const MOST_NAMED = 50;

/** What tritonserver is started with to serve the repository in a folder. */
export function tritonArguments(folder: string, { roots }: ServerNeeds, { explicit }: Pick<RecipeWishes, "explicit">): string[] {
  const named = roots.length > MOST_NAMED ? ["*"] : roots;
  return [`--model-repository=${folder}`, ...(explicit ? ["--model-control-mode=explicit", ...named.map((model) => `--load-model=${model}`)] : [])];
}

/** The GPUs that are reserved, after the user's word, and what stands against that. */
export function reservedGpus({ gpus }: ServerNeeds, { gpu }: Pick<RecipeWishes, "gpu">): { readonly gpus: number | "all"; readonly warnings: readonly DeploymentWarning[] } {
  if (gpu === false) return { gpus: 0, warnings: gpus === 0 ? [] : [{ code: "gpu-needed", values: {} }] };
  return { gpus: gpu === true && gpus === 0 ? "all" : gpus, warnings: [] };
}
