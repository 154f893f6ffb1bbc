import { ConchError } from "../base/errors.ts";
import { openDirectory } from "../repositories/directory/open-directory.ts";
import { askPermission, folderPermission, type FolderPermission } from "../repositories/directory/permission.ts";
import type { Fetch } from "../repositories/fetch-file.ts";
import { openHttp } from "../repositories/http/open-http.ts";
import { byPath } from "../repositories/paths.ts";
import { listSamples, openSample } from "../repositories/sample/samples.ts";
import { encodeSourceText } from "../base/source-text.ts";
import type { OpenedEntry, OpenOptions, RepositoryFile, RepositorySource } from "../repositories/source.ts";
import { storedFolder } from "./workspace-files.ts";
import type { Workspace, WorkspaceSummary } from "./workspace-store.ts";

/** Whether {@link reopen} may go ahead ("granted"), needs a click ("prompt"), or will fail. */
export function reopenPermission({ origin }: WorkspaceSummary): Promise<FolderPermission> {
  return origin.directory === undefined ? Promise.resolve("granted") : folderPermission(origin.directory, "read");
}

/**
 * The repository of a workspace, from where its files lie. Call it from a click where {@link reopenPermission} says "prompt". `base` is where the
 * application lies, as a URL that ends in `/`. Throws WORKSPACE_MISSING, REPOSITORY_PERMISSION or REPOSITORY_UNREADABLE.
 */
export async function reopen(workspace: Workspace, base: string, fetch: Fetch, options: OpenOptions = {}): Promise<RepositorySource> {
  const { id, name, origin } = workspace;
  if (origin.directory !== undefined) {
    if (!(await askPermission(origin.directory, "read"))) {
      throw new ConchError("REPOSITORY_PERMISSION", `Reading the folder ${name} was not allowed: allow it, or choose the folder again`, { data: { name } });
    }
    return openDirectory(origin.directory, options);
  }
  if (workspace.stored || origin.kind === "new") return fromStore(workspace, options);
  if (origin.kind === "http" && origin.location !== undefined) return openHttp(origin.location, fetch, options);
  if (origin.kind === "sample") {
    const sample = (await listSamples(base, fetch, options.signal)).find((each) => each.name === origin.location);
    if (sample !== undefined) return openSample(sample, base, fetch);
  }
  throw new ConchError("WORKSPACE_MISSING", `The files of ${name} were not kept by this browser: open them again`, { data: { workspace: id } });
}

/** A repository without files that lies nowhere but in the browser's own store. */
export function newRepository(name: string, emptyFolders: readonly string[] = []): RepositorySource {
  return { kind: "new", name, files: [], emptyFolders, report: { root: "", files: 0, bytes: 0, entries: [], more: 0 } };
}

/**
 * From the browser's own store. What a copy that was cut short or failed has not brought there is taken from the kept texts, else left out and said.
 * Throws WORKSPACE_MISSING where nothing of it is left.
 */
async function fromStore(workspace: Workspace, options: OpenOptions): Promise<RepositorySource> {
  const { name, origin, files: listed, emptyFolders, texts } = workspace;
  const there = await copiedFiles(workspace, options);
  const files: RepositoryFile[] = [];
  const entries: OpenedEntry[] = [];
  for (const { path, size } of listed) {
    const file = there.get(path);
    const saved = texts.get(path)?.saved;
    if (file?.size === size) files.push(file);
    else if (typeof saved === "string") files.push(textFile(path, saved));
    else entries.push({ path, outcome: "skipped", reason: "not-kept" });
  }
  const report = { root: "", files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), entries, more: 0 };
  return { kind: origin.kind, name, files: files.sort(byPath), emptyFolders, report };
}

async function copiedFiles({ id, stored, texts }: Workspace, options: OpenOptions): Promise<ReadonlyMap<string, RepositoryFile>> {
  if (!stored) return new Map();
  try {
    return new Map((await openDirectory(await storedFolder(id), options)).files.map((file) => [file.path, file]));
  } catch (thrown) {
    if (texts.size > 0 && thrown instanceof ConchError && thrown.code === "WORKSPACE_MISSING") return new Map();
    throw thrown;
  }
}

function textFile(path: string, text: string): RepositoryFile {
  const bytes = encodeSourceText(text);
  return { path, size: bytes.byteLength, fresh: () => bytes, blob: () => Promise.resolve(new Blob([bytes])) };
}
