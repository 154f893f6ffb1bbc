import { arrangeRepository, type FoundItem } from "../layout.ts";
import type { RepositorySource } from "../source.ts";
import type { Drop } from "./read-drop.ts";

interface DroppedItem extends FoundItem {
  file?: File;
}

/** A repository of dropped files: folders as they are, loose .onnx files as models of their own. Nothing is read but names and sizes. */
export function openDropped({ files, folders, skipped }: Omit<Drop, "directory">, name = commonName(files)): RepositorySource {
  const items: DroppedItem[] = [...folders.map((path) => ({ path })), ...files.map(({ path, file }) => ({ path, size: file.size, file }))];
  const layout = arrangeRepository(items, name, skipped);
  return {
    kind: "dropped",
    name,
    files: layout.files.map(({ path, item }) => ({ path, size: item.size as number, blob: () => Promise.resolve(item.file as Blob) })),
    emptyFolders: layout.emptyFolders,
    report: layout.report,
  };
}

/** The folder that all files lie in, else the only file's name without its ending, else "Dropped files". */
function commonName(files: Drop["files"]): string {
  const tops = new Set(files.map(({ path }) => path.split("/")[0] as string));
  const [top = ""] = tops;
  if (tops.size === 1 && files.some(({ path }) => path.includes("/"))) return top;
  const models = files.filter(({ path }) => /\.onnx$/i.test(path));
  const [only] = models.length === 1 ? models : files;
  return only !== undefined && (models.length === 1 || files.length === 1) ? only.path.replace(/\.[^./]+$/, "") : "Dropped files";
}
