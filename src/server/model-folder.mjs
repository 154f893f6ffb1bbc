import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

/** Folders above a model file in the deepest place where one is looked for: download/repository/model/1. */
const DEEPEST = 4;

/** Why `path` is no folder with models, as a sentence that says what to do; undefined when it is one. */
export async function folderProblem(path) {
  const folder = resolve(path);
  let found;
  try {
    found = await stat(folder);
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return `${folder} does not exist; give the folder of a model repository`;
    return `${folder} cannot be read (${error.code})`;
  }
  if (!found.isDirectory()) return `${folder} is a file; give the folder that holds the models${/\.zip$/i.test(folder) ? ", or drop the archive onto the page" : ""}`;
  try {
    if (await holdsModel(folder, 0)) return undefined;
  } catch (error) {
    return `${folder} cannot be read (${error.code})`;
  }
  return `${folder} holds no models: expected folders with a config.pbtxt, or with a version folder such as 1/model.onnx`;
}

async function holdsModel(folder, depth) {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith(".") && name !== "node_modules");
  const inVersion = /^\d+$/.test(basename(folder));
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    if (entry.name === "config.pbtxt" || /\.onnx$/i.test(entry.name) || (inVersion && /^(model\.|xgboost\.|checkpoint\.)/.test(entry.name))) return true;
  }
  if (depth === DEEPEST) return false;
  for (const entry of entries) {
    if (entry.isDirectory() && (await holdsModel(join(folder, entry.name), depth + 1).catch(unreadable))) return true;
  }
  return false;
}

function unreadable(error) {
  if (error.code === "EACCES" || error.code === "EPERM") return false;
  throw error;
}
