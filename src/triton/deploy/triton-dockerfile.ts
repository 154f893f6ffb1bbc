import type { RecipeFile } from "./recipe.ts";

/** Triton's image with python packages. The names hold no quotation mark. */
export function tritonDockerfile(image: string, packages: readonly string[]): RecipeFile {
  const quoted = packages.map((name) => `"${name}"`).join(" ");
  return { name: "triton.Dockerfile", text: `FROM ${image}\nRUN pip install --no-cache-dir ${quoted}\n` };
}
