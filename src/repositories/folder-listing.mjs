import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Left out of every listing, like hidden files: folders of tools. */
const LEFT_OUT = new Set(["node_modules", "__pycache__"]);

/**
 * The files below a folder with their sizes, and the innermost folders without files; hidden files (but .gitkeep) and symbolic links are left out.
 * A folder that does not exist is empty.
 */
export async function listFolder(root) {
  const files = [];
  const emptyFolders = [];
  await walk("");
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  emptyFolders.sort();
  return { files, emptyFolders };

  async function walk(folder) {
    let entries;
    try {
      entries = await readdir(join(root, folder), { withFileTypes: true });
    } catch (error) {
      if (error.code === "ENOENT" || error.code === "EACCES") return 0;
      throw error;
    }
    let found = 0;
    for (const entry of entries) {
      if ((entry.name.startsWith(".") && entry.name !== ".gitkeep") || LEFT_OUT.has(entry.name)) continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) found += await walk(path);
      else if (entry.isFile()) {
        files.push({ path, size: (await stat(join(root, path))).size });
        found++;
      }
    }
    if (found > 0 || folder === "") return found;
    emptyFolders.push(folder);
    return 1;
  }
}
