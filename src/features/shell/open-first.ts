import type { WorkspaceSession } from "../../state/workspace.ts";

/**
 * Opens what the page was called for: after a reload what this tab had open, `?repository=URL` (a folder that this page's own server offers),
 * `?sample=NAME`, else the workspace of the last visit; workspaces where that needs no permission. Otherwise the gallery stays.
 */
export async function openFirst(workspace: WorkspaceSession, parameters: URLSearchParams): Promise<void> {
  const repository = parameters.get("repository");
  const sample = parameters.get("sample");
  const own = wasReloaded() ? await workspace.ownWorkspace() : undefined;
  if (own !== undefined) await workspace.openRecent(own);
  else if (repository !== null) await openServed(workspace, repository);
  else if (sample !== null) await workspace.openSample(sample);
  else {
    const last = await workspace.lastWorkspace();
    if (last !== undefined) await workspace.openRecent(last);
  }
  workspace.started();
}

/** A link must not make the page read from elsewhere. */
async function openServed(workspace: WorkspaceSession, repository: string): Promise<void> {
  const url = new URL(repository, location.href);
  if (url.origin === location.origin) await workspace.openUrl(url.href);
}

function wasReloaded(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation !== undefined && "type" in navigation && navigation.type === "reload";
}
