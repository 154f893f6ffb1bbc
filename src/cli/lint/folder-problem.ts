import { readRepository } from "../../triton/repository/repository.ts";
import { userFile, type RepositoryFolder } from "./repository-folder.ts";

/** Why a folder cannot be a --model-repository, as a sentence that says what to give instead; undefined where it can. */
export function folderProblem(folder: RepositoryFolder): string | undefined {
  const { name, paths, unlisted } = folder;
  const reason = unlisted.get("");
  if (reason !== undefined) return `${name} cannot be read (${reason})`;
  const own = readRepository(paths, "").models;
  // A configuration beside models with one of their own is a finding: REPOSITORY_STRAY_CONFIG.
  if (paths.includes("config.pbtxt") && ![...own.values()].some(({ config }) => config !== undefined)) {
    return `${name} is a model, not a model repository: it holds a config.pbtxt itself; give the folder that it lies in: ${parentOf(name)}`;
  }
  if (own.size > 0 || unlisted.size > 0) return undefined;
  const { root, models } = readRepository(paths);
  if (models.size > 0 && root !== "") return `${name} holds no models, but ${userFile(folder, root.slice(0, -1))} does; give that folder`;
  return `${name} holds no models: expected folders with a config.pbtxt, or with a version folder such as 1`;
}

/** The folder that a folder lies in, in the user's way of writing. */
function parentOf(name: string): string {
  const path = name.replace(/(?<=.)\/+$/, "");
  if (/(?:^|\/)\.{1,2}$/.test(path)) return path === "." ? ".." : `${path}/..`;
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash) || "/";
}
