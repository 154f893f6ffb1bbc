import type { RepositoryFile } from "../repositories/source.ts";
import type { DocumentState, DocumentStore, Positions } from "./document.ts";
import { changeBetween, type JournalEntry, type WorkspaceText } from "./journal.ts";
import { unsavedPaths } from "./opened-files.ts";
import type { ReplacedParts, WorkspaceChange, WorkspaceStore } from "./workspace-store.ts";

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
 * Records every change of the document into a workspace, shortly after it was made: texts, positions, added and removed files. Begins with the
 * document as it is; changes made before the target is ready are written once it is. `failed` is told once per row of failures; what could not be
 * written is tried again with the next change.
 */
export function keepJournal(document: DocumentStore, ready: Promise<JournalTarget>, failed: (thrown: unknown) => void): WorkspaceJournal {
  const texts = new Map<string, { readonly text: string | null; readonly version: number }>();
  const added = new Map<string, RepositoryFile | null>();
  let kept: Pick<DocumentState, "positions" | "removed"> & { readonly edited: number } = { positions: document.getState().positions, removed: new Map(), edited: -1 };
  let entries = 0;
  let last: DocumentState | undefined;
  let dirty = false;
  let anew: ReplacedParts | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> | undefined;
  let copying: Promise<void> = Promise.resolve();
  let failing = false;
  let flushed = -Infinity;

  const target = ready.then((known) => {
    for (const [path, { text, version }] of known.texts) texts.set(path, { text, version });
    for (const path of known.added) added.set(path, null);
    return known;
  });

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

  async function append({ store, id }: JournalTarget, state: DocumentState): Promise<void> {
    const changes = changesOf(state.files);
    const edited = unsavedPaths(state).length;
    const change: WorkspaceChange = {
      ...(changes.length > 0 && { entries: changes }),
      ...(state.positions !== kept.positions && { layout: { positions: state.positions } satisfies WorkspaceLayout }),
      ...(state.removed !== kept.removed && { removed: removedBytes(state) }),
      ...(edited !== kept.edited && { edited }),
    };
    if (Object.keys(change).length === 0) return;
    await store.record(id, change);
    for (const { path, version } of changes) texts.set(path, { text: state.files.get(path)?.text ?? null, version });
    entries += changes.length;
    kept = { positions: state.positions, removed: state.removed, edited };
  }

  async function replace({ store, id }: JournalTarget, state: DocumentState, parts: ReplacedParts): Promise<void> {
    const versions = new Map(changesOf(state.files).map(({ path, version }) => [path, version]));
    const versionOf = (path: string): number => versions.get(path) ?? texts.get(path)?.version ?? 0;
    const present = [...state.files.values()].flatMap(({ path, text, saved }): WorkspaceText[] =>
      text === undefined ? [] : [{ path, text, saved: saved ?? null, version: versionOf(path) }],
    );
    const gone = [...state.removed].flatMap(([path, saved]): WorkspaceText[] => (saved === null ? [] : [{ path, text: null, saved, version: versionOf(path) }]));
    const edited = unsavedPaths(state).length;
    await store.replaceTexts(id, [...present, ...gone], { layout: { positions: state.positions }, removed: removedBytes(state), edited, ...parts });
    texts.clear();
    for (const { path, text, version } of [...present, ...gone]) texts.set(path, { text, version });
    entries = 0;
    kept = { positions: state.positions, removed: state.removed, edited };
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

  async function write(): Promise<void> {
    const known = await target;
    while (dirty || anew !== undefined) {
      const state = last ?? document.getState();
      const asked = anew;
      const parts = asked ?? (entries >= LONG_JOURNAL ? {} : undefined);
      dirty = false;
      if (parts === undefined) await append(known, state);
      else await replace(known, state, parts);
      if (anew === asked) anew = undefined;
      copying = copying.then(() => copyAdded(known, state)).catch(report);
    }
    failing = false;
  }

  function flush(): Promise<void> {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    flushed = performance.now();
    dirty = true;
    writing ??= write()
      .catch(report)
      .finally(() => {
        writing = undefined;
        // A change that came while the last write was ending.
        return dirty && !failing ? flush() : undefined;
      });
    return writing;
  }

  async function settle(): Promise<void> {
    await flush();
    await copying;
  }

  const unsubscribe = document.subscribe((state, before) => {
    if (state.files === before.files && state.positions === before.positions && state.removed === before.removed) return;
    timer ??= setTimeout(() => void flush(), performance.now() - flushed < PAUSE ? PAUSE : 0);
  });
  void flush();

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

function removedBytes({ removed }: DocumentState): string[] {
  return [...removed].flatMap(([path, saved]) => (saved === null ? [path] : []));
}
