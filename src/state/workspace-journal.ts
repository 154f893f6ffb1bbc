import type { RepositoryFile } from "../repositories/source.ts";
import type { DocumentState, DocumentStore, Positions } from "./document.ts";
import { changeBetween, type JournalEntry, type WorkspaceText } from "./journal.ts";
import { unsavedPaths } from "./opened-files.ts";
import type { ReplacedParts, WorkspaceState, WorkspaceStore } from "./workspace-store.ts";

/** What is kept beside the texts. */
export interface WorkspaceLayout {
  readonly positions: Positions;
}

/** The positions of a stored layout; {} for one that is none. */
export function positionsOf(layout: unknown): Positions {
  if (typeof layout !== "object" || layout === null || !("positions" in layout)) return {};
  return (layout as WorkspaceLayout).positions ?? {};
}

/** A workspace that is ready to take changes. */
export interface JournalTarget {
  readonly store: WorkspaceStore;
  readonly id: string;
  /** What the store holds already. */
  readonly texts: ReadonlyMap<string, WorkspaceText>;
  readonly added: Iterable<string>;
}

/** Keeps one workspace up to date with the document. */
export interface WorkspaceJournal {
  /** Writes now what would be written soon. Resolves when all of it is on disk, or has failed. */
  flush(): Promise<void>;
  /** What the repository holds has changed (see {@link DocumentState.markSaved}): writes everything anew, with `parts`. */
  saved(parts?: ReplacedParts): Promise<void>;
  /** Keeps what the document is now, and no later change. */
  stop(): Promise<void>;
}

/** Milliseconds between two writes while changes go on. A change after a pause is written at once, and so is the last one when the page is left. */
const PAUSE = 100;

/** Entries after which the journal is folded into the texts. */
const LONG_JOURNAL = 200;

/**
 * Records every change of the document into a workspace: texts, positions, added and removed files. Begins with the document as it is; changes made
 * before the target is ready are written once it is. No write waits for the one before it, as the store keeps their order: what the page has handed over
 * is safe from then on. `failed` is told once per row of failures; the next change after one writes everything anew.
 */
export function keepJournal(document: DocumentStore, ready: Promise<JournalTarget>, failed: (thrown: unknown) => void): WorkspaceJournal {
  /** What the store holds once it has done what it was given. */
  const texts = new Map<string, { readonly text: string | null; readonly version: number }>();
  const added = new Map<string, RepositoryFile | null>();
  let kept: Pick<DocumentState, "positions" | "removed"> & { readonly edited: number } = { positions: document.getState().positions, removed: new Map(), edited: -1 };
  let entries = 0;
  /** The state that it was stopped with. */
  let last: DocumentState | undefined;
  /** Everything is to be written anew, with these parts. */
  let anew: ReplacedParts | undefined;
  let known: JournalTarget | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> = Promise.resolve();
  let copying: Promise<void> = Promise.resolve();
  let failing = false;
  let flushed = -Infinity;

  const begun = ready.then(
    (target) => {
      for (const [path, { text, version }] of target.texts) texts.set(path, { text, version });
      for (const path of target.added) added.set(path, null);
      known = target;
      flush();
    },
    (thrown: unknown) => report(thrown),
  );

  function report(thrown: unknown): void {
    if (!failing) failed(thrown);
    failing = true;
  }

  function changesOf(files: DocumentState["files"]): JournalEntry[] {
    const found: JournalEntry[] = [];
    for (const path of new Set([...texts.keys(), ...files.keys()])) {
      const text = files.get(path)?.text ?? null;
      const before = texts.get(path) ?? { text: null, version: 0 };
      if (text !== before.text) found.push({ path, version: before.version + 1, change: changeBetween(before.text, text) });
    }
    return found;
  }

  function append({ store, id }: JournalTarget, state: DocumentState): Promise<void> | undefined {
    const changes = changesOf(state.files);
    const edited = unsavedPaths(state).length;
    const isSame = state.positions === kept.positions && state.removed === kept.removed && edited === kept.edited;
    if (changes.length === 0 && isSame) return undefined;
    for (const { path, version } of changes) texts.set(path, { text: state.files.get(path)?.text ?? null, version });
    entries += changes.length;
    kept = { positions: state.positions, removed: state.removed, edited };
    return store.record(id, { entries: changes, ...(!isSame && { state: stateOf(state) }) });
  }

  function replace({ store, id }: JournalTarget, state: DocumentState, parts: ReplacedParts): Promise<void> {
    const versions = new Map(changesOf(state.files).map(({ path, version }) => [path, version]));
    const versionOf = (path: string): number => versions.get(path) ?? texts.get(path)?.version ?? 0;
    const present = [...state.files.values()].flatMap(({ path, text, saved }): WorkspaceText[] =>
      text === undefined ? [] : [{ path, text, saved: saved ?? null, version: versionOf(path) }],
    );
    const gone = [...state.removed].flatMap(([path, saved]): WorkspaceText[] => (saved === null ? [] : [{ path, text: null, saved, version: versionOf(path) }]));
    texts.clear();
    for (const { path, text, version } of [...present, ...gone]) texts.set(path, { text, version });
    entries = 0;
    kept = { positions: state.positions, removed: state.removed, edited: unsavedPaths(state).length };
    return store.replaceTexts(id, [...present, ...gone], { state: stateOf(state), ...parts });
  }

  /** Bytes take their time: texts do not wait for them. */
  async function copyAdded({ store, id }: JournalTarget, { files }: DocumentState): Promise<void> {
    for (const [path, file] of files) {
      if (file.added !== true || file.file === undefined || added.has(path)) continue;
      await store.putAdded(id, path, await file.file.blob());
      added.set(path, file.file);
    }
    for (const path of added.keys()) {
      const file = files.get(path);
      const before = added.get(path);
      if (file?.added === true && (before === null || before === file.file)) continue;
      await store.putAdded(id, path, null);
      added.delete(path);
    }
  }

  /** Hands over what is not handed over yet. */
  function flush(): void {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    if (known === undefined) return;
    const target = known;
    const state = last ?? document.getState();
    const parts = anew ?? (entries >= LONG_JOURNAL ? {} : undefined);
    flushed = performance.now();
    anew = undefined;
    const write = parts === undefined ? append(target, state) : replace(target, state, parts);
    copying = copying.then(() => copyAdded(target, state)).catch(report);
    if (write === undefined) return;
    const done = write.then(
      () => void (failing = false),
      (thrown: unknown) => {
        anew = { ...parts, ...anew };
        report(thrown);
      },
    );
    writing = Promise.all([writing, done]).then(() => undefined);
  }

  async function settle(): Promise<void> {
    flush();
    await begun;
    await writing;
    await copying;
  }

  const unsubscribe = document.subscribe((state, before) => {
    if (state.files === before.files && state.positions === before.positions && state.removed === before.removed) return;
    if (performance.now() - flushed >= PAUSE) flush();
    else timer ??= setTimeout(flush, PAUSE);
  });

  return {
    flush: settle,
    saved: async (parts = {}) => {
      anew = { ...anew, ...parts };
      await settle();
    },
    stop: () => {
      unsubscribe();
      last ??= document.getState();
      return settle();
    },
  };
}

function stateOf(state: DocumentState): WorkspaceState {
  const layout: WorkspaceLayout = { positions: state.positions };
  return { layout, removed: [...state.removed].flatMap(([path, saved]) => (saved === null ? [path] : [])), edited: unsavedPaths(state).length };
}
