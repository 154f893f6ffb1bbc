import { ConchError } from "../base/errors.ts";
import type { RepositorySource } from "../repositories/source.ts";
import type { DocumentStore } from "./document.ts";
import type { WorkspaceText } from "./journal.ts";
import { forgetWorkspace, rememberWorkspace, workspaceOfTab } from "./last-workspace.ts";
import { keepJournal, type JournalTarget, type WorkspaceJournal } from "./workspace-journal.ts";
import { heldWorkspaces, holdWorkspace, listenForPeers, whenReleased, type WorkspaceHold } from "./workspace-lock.ts";
import type { ReplacedParts, Workspace, WorkspaceOrigin, WorkspaceStore, WorkspaceSummary } from "./workspace-store.ts";

/** A workspace that this tab holds for a repository that it is about to show. */
export interface Claim {
  readonly store: WorkspaceStore;
  readonly hold: WorkspaceHold;
  /** As it was left; undefined for one that is to be made. */
  readonly kept: Workspace | undefined;
  /** Workspaces of the same repository that other tabs have open. */
  readonly others: readonly string[];
}

/** What keeping needs. */
export interface KeepingOptions {
  readonly document: DocumentStore;
  /** undefined where the browser keeps nothing. */
  readonly storage: Promise<WorkspaceStore | undefined>;
  /** The workspace is not kept, or no longer. */
  failed(thrown: unknown): void;
  /** The list of workspaces has changed. */
  changed(): void;
  /** Whether other tabs have the same repository open; `news` when one of them has just been found. */
  shared(isShared: boolean, news: boolean): void;
}

/** Milliseconds to wait for another tab's workspace, and for the one that this tab had before it was reloaded. */
const PATIENCE = 150;
const RELOAD_PATIENCE = 1500;

/** Keeps what is open in one workspace of the browser's store, which no other tab writes to. */
export function createKeeping({ document, storage, failed, changed, shared }: KeepingOptions) {
  let hold: WorkspaceHold | undefined;
  let journal: WorkspaceJournal | undefined;
  let leaving: Promise<void> = Promise.resolve();
  const watched = new Map<string, AbortController>();
  const told = new Set<string>();
  /** Held by this tab, those that are being given up included. */
  const mine = new Set<string>();
  const peers = listenForPeers(() => hold?.id, watch);

  /** Other tabs' workspaces of the open repository, until they are given up. */
  function watch(other: string): void {
    if (watched.has(other)) return;
    const until = new AbortController();
    watched.set(other, until);
    shared(true, !told.has(other));
    told.add(other);
    whenReleased(other, until.signal).then(
      () => {
        watched.delete(other);
        shared(watched.size > 0, false);
      },
      () => undefined,
    );
  }

  async function take(id: string): Promise<WorkspaceHold | undefined> {
    return hold?.id === id ? hold : holdWorkspace(id, id === workspaceOfTab() ? RELOAD_PATIENCE : PATIENCE);
  }

  async function fresh(): Promise<WorkspaceHold> {
    const id = crypto.randomUUID();
    return (await holdWorkspace(id, PATIENCE)) ?? { id, release: () => undefined };
  }

  /** The workspace as it is now: what is open in it included, to the last change. */
  async function read(store: WorkspaceStore, id: string): Promise<Workspace | undefined> {
    for (;;) {
      const { files, positions } = document.getState();
      if (hold?.id === id) await journal?.flush();
      const kept = await store.open(id).catch(() => undefined);
      const now = document.getState();
      if (hold?.id !== id || (now.files === files && now.positions === positions)) return kept;
    }
  }

  function give(held: WorkspaceHold): void {
    if (held !== hold) held.release();
  }

  /** The document as it is now is the last that its workspace gets; that is given up once it has it, unless it is `next`. */
  function leave(next?: WorkspaceHold): void {
    const [given, last] = [hold === next ? undefined : hold, journal];
    hold = undefined;
    journal = undefined;
    for (const until of watched.values()) until.abort();
    watched.clear();
    shared(false, false);
    const left = async (): Promise<void> => {
      await last?.stop();
      if (given === undefined) return;
      given.release();
      mine.delete(given.id);
    };
    leaving = Promise.all([leaving, left()]).then(() => undefined);
  }

  return {
    /**
     * The workspace for a repository: `known`, else the one that this tab had, else the last one of the same origin. Where another tab has that one
     * open, one without edits that is free, else a new one. undefined where the browser keeps nothing.
     */
    claim: async (origin: WorkspaceOrigin, known?: string): Promise<Claim | undefined> => {
      const store = await storage;
      if (store === undefined) return undefined;
      await leaving;
      const same = await store.find(origin);
      const ofTab = same.find(({ id }) => id === (hold?.id ?? workspaceOfTab()))?.id;
      const wanted = known ?? ofTab ?? same[0]?.id;
      let held = wanted === undefined ? undefined : await take(wanted);
      for (const { id, edited } of held === undefined ? same : []) if (edited === 0 && id !== wanted) held ??= await holdWorkspace(id, 0);
      const open = await heldWorkspaces();
      const candidates = new Set([...same.map(({ id }) => id), ...(wanted === undefined ? [] : [wanted])]);
      const othersThan = (chosen: string): string[] => [...candidates].filter((id) => open.has(id) && id !== chosen && !mine.has(id));
      // Last of all: what is open must not change between being read and being shown.
      const kept = held === undefined ? undefined : await read(store, held.id);
      if (held !== undefined && kept !== undefined) return { store, hold: held, kept, others: othersThan(held.id) };
      if (held !== undefined) give(held);
      const made = await fresh();
      return { store, hold: made, kept: undefined, others: othersThan(made.id) };
    },
    /** Gives a claim up that was not begun. */
    drop: (claim: Claim | undefined): void => {
      if (claim !== undefined) give(claim.hold);
    },
    /**
     * Keeps the document, which shows `source` now, in the claimed workspace; call it after {@link leave}. `texts` are the kept ones brought together with the repository's. A
     * dropped repository is copied, which may take its time: nothing waits for it.
     */
    begin: ({ store, hold: held, kept, others }: Claim, source: RepositorySource, origin: WorkspaceOrigin, present: ReadonlyMap<string, string>, texts?: ReadonlyMap<string, WorkspaceText>): void => {
      hold = held;
      const { id } = held;
      mine.add(id);
      const ready = kept === undefined ? created(store, id, source, origin, present) : reopened(store, kept, source, texts ?? kept.texts);
      journal = keepJournal(document, ready, failed);
      rememberWorkspace(id);
      ready.then(changed, () => undefined);
      for (const other of others) watch(other);
      peers.announce(id, others);
    },
    /** Ends the keeping of what is open; call it before the document shows something else, with the claim on that. */
    leave: (next?: Claim): void => {
      if (next === undefined) forgetWorkspace();
      leave(next?.hold);
    },
    flush: (): Promise<void> => journal?.flush() ?? Promise.resolve(),
    saved: (parts?: ReplacedParts): Promise<void> => journal?.saved(parts) ?? Promise.resolve(),
    /** Removes a workspace. Throws WORKSPACE_IN_USE while another tab has it open. */
    forget: async ({ id, name }: WorkspaceSummary): Promise<void> => {
      await leaving;
      const held = await holdWorkspace(id, PATIENCE);
      if (held === undefined) throw new ConchError("WORKSPACE_IN_USE", `${name} is open in another tab: close it there first`, { data: { workspace: id } });
      await (await storage)?.remove(id).finally(() => held.release());
    },
    /** The workspace that the document is kept in. */
    id: (): string | undefined => hold?.id,
    /** Workspaces that other tabs have open. */
    elsewhere: async (): Promise<ReadonlySet<string>> => {
      // One may be given up while the browser is asked.
      const own = new Set(mine);
      return new Set([...(await heldWorkspaces())].filter((id) => !own.has(id) && !mine.has(id)));
    },
  };

  function created(store: WorkspaceStore, id: string, source: RepositorySource, origin: WorkspaceOrigin, present: ReadonlyMap<string, string>): Promise<JournalTarget> {
    const texts = new Map([...present].map(([path, text]) => [path, { path, saved: text, text, version: 0 }]));
    return new Promise((resolve, reject) => {
      let began = false;
      const begun = (): void => {
        began = true;
        resolve({ store, id, texts, added: [] });
      };
      store.create(source, origin, { id, texts: present, begun }).catch((thrown: unknown) => (began ? failed(thrown) : reject(thrown)));
    });
  }

  async function reopened(store: WorkspaceStore, kept: Workspace, source: RepositorySource, texts: ReadonlyMap<string, WorkspaceText>): Promise<JournalTarget> {
    // Handles stay here: the store takes plain data.
    const listing = { files: source.files.map(({ path, size }) => ({ path, size })), emptyFolders: source.emptyFolders };
    // Edits wait for this: where the repository is as it was they need not.
    if (JSON.stringify([listing, [...texts.values()]]) !== JSON.stringify([{ files: kept.files, emptyFolders: kept.emptyFolders }, [...kept.texts.values()]])) {
      await store.replaceTexts(kept.id, texts.values(), listing);
    }
    return { store, id: kept.id, texts, added: kept.added.keys() };
  }
}

/** What keeps the open repository in the browser. */
export type Keeping = ReturnType<typeof createKeeping>;
