/** A workspace that this tab alone may write to. */
export interface WorkspaceHold {
  readonly id: string;
  /** Gives it up; another tab may hold it at once. */
  release(): void;
}

/** Tells tabs of one browser which workspaces are open in others. */
export interface WorkspacePeers {
  /** `id` is open here, and `others` are of the same repository: their tabs are told. */
  announce(id: string, others: readonly string[]): void;
  close(): void;
}

const PREFIX = "conch-workspace-";

/**
 * Holds a workspace as long as this tab lives or until it is released; a tab that is closed, reloaded or crashes gives up its own. Waits up to `patience`
 * milliseconds for the tab that holds it, such as this one before a reload. undefined when another tab goes on holding it. In browsers without
 * Web Locks everybody holds everything.
 */
export async function holdWorkspace(id: string, patience: number): Promise<WorkspaceHold | undefined> {
  if (navigator.locks === undefined) return { id, release: () => undefined };
  // A busy page may learn of its lock only after the time is up: one that is free is taken without a limit.
  const free = await requestHold(id, { ifAvailable: true });
  if (free !== undefined || patience === 0) return free;
  const impatient = new AbortController();
  const timer = setTimeout(() => impatient.abort(), patience);
  try {
    return await requestHold(id, { signal: impatient.signal });
  } catch (thrown) {
    if (impatient.signal.aborted) return undefined;
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

function requestHold(id: string, options: LockOptions): Promise<WorkspaceHold | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(PREFIX + id, options, (lock) => {
        if (lock !== null) return new Promise<void>((release) => resolve({ id, release }));
        resolve(undefined);
        return undefined;
      })
      .catch(reject);
  });
}

/** Ids of the workspaces that are open in this or another tab. */
export async function heldWorkspaces(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) === true ? [name.slice(PREFIX.length)] : [])));
}

/** Resolves once no tab holds the workspace any more. Rejects with the signal's reason. */
export async function whenReleased(id: string, signal: AbortSignal): Promise<void> {
  // Shared: several tabs may wait, and none of them keeps the next one from holding it.
  await navigator.locks?.request(PREFIX + id, { mode: "shared", signal }, () => undefined);
}

/** Listens for other tabs: `told` gets the workspace that one of them has opened, when it is of the same repository as `own()`. */
export function listenForPeers(own: () => string | undefined, told: (other: string) => void): WorkspacePeers {
  if (typeof BroadcastChannel === "undefined") return { announce: () => undefined, close: () => undefined };
  const channel = new BroadcastChannel("conch-workspaces");
  channel.addEventListener("message", ({ data }: MessageEvent<{ id: string; others: readonly string[] }>) => {
    const mine = own();
    if (mine !== undefined && data.others.includes(mine)) told(data.id);
  });
  return { announce: (id, others) => channel.postMessage({ id, others }), close: () => channel.close() };
}
