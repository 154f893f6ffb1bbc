import { ConchError } from "../base/errors.ts";
import { openDirectory } from "../repositories/directory/open-directory.ts";
import { askPermission, folderPermission, type FolderPermission } from "../repositories/directory/permission.ts";
import type { Fetch } from "../repositories/fetch-file.ts";
import { openHttp } from "../repositories/http/open-http.ts";
import { listSamples, openSample } from "../repositories/sample/samples.ts";
import type { OpenOptions, RepositorySource } from "../repositories/source.ts";
import { storedFolder } from "./workspace-files.ts";
import type { WorkspaceSummary } from "./workspace-store.ts";

/** Whether {@link reopen} may go ahead ("granted"), needs a click ("prompt"), or will fail. */
export function reopenPermission({ origin }: WorkspaceSummary): Promise<FolderPermission> {
  return origin.directory === undefined ? Promise.resolve("granted") : folderPermission(origin.directory, "read");
}

/**
 * The repository of a workspace, from where its files lie. Call it from a click where {@link reopenPermission} says "prompt". `base` is where the
 * application lies, as a URL that ends in `/`. Throws WORKSPACE_MISSING, REPOSITORY_PERMISSION or REPOSITORY_UNREADABLE.
 */
export async function reopen(workspace: WorkspaceSummary, base: string, fetch: Fetch, options: OpenOptions = {}): Promise<RepositorySource> {
  const { id, name, origin, stored } = workspace;
  if (origin.directory !== undefined) {
    if (!(await askPermission(origin.directory, "read"))) {
      throw new ConchError("REPOSITORY_PERMISSION", `Reading the folder ${name} was not allowed: allow it, or choose the folder again`, { data: { name } });
    }
    return openDirectory(origin.directory, options);
  }
  if (stored) {
    const { files, emptyFolders, report } = await openDirectory(await storedFolder(id), options);
    return { kind: origin.kind, name, files, emptyFolders, report };
  }
  if (origin.kind === "http" && origin.location !== undefined) return openHttp(origin.location, fetch, options);
  if (origin.kind === "sample") {
    const sample = (await listSamples(base, fetch, options.signal)).find((each) => each.name === origin.location);
    if (sample !== undefined) return openSample(sample, base, fetch);
  }
  throw new ConchError("WORKSPACE_MISSING", `The files of ${name} were not kept by this browser: open them again`, { data: { workspace: id } });
}
