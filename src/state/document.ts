import { createStore } from "zustand/vanilla";
import type { FileEdits } from "../base/diagnostic.ts";
import { applyEdits, invertEdits, type TextEdit } from "../base/text-edit.ts";
import type { RepositoryFile, SourceKind, WriteText } from "../repositories/source.ts";

/** One file of the open repository. Text files hold their present text; all others stay by handle. */
export interface DocumentFile {
  readonly path: string;
  /** Present text; undefined for a file that is no text. */
  readonly text?: string;
  /** Text as opened or last saved; null for a file made here. */
  readonly saved?: string | null;
  /** Handle to the bytes as opened; absent for a file made here. */
  readonly file?: RepositoryFile;
}

/** Where the open repository came from. */
export interface Origin {
  readonly kind: SourceKind | "new";
  readonly name: string;
  readonly emptyFolders: readonly string[];
  readonly write?: WriteText;
}

/** Where a node of a graph was put by hand. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** One step of undo: what a gesture, or a burst of typing, changed. Texts are kept as edits both ways; null: the file is not there. */
export interface HistoryEntry {
  /** Key of the interface's message for it: "connect", "typing", "instance-kind". */
  readonly label: string;
  readonly changes: readonly FileChange[];
  /** Typing into one file goes on being one entry until a pause. Milliseconds; 0 for a gesture. */
  readonly typedAt: number;
}

/** What happened to one file. */
export interface FileChange {
  readonly path: string;
  readonly forward: readonly TextEdit[] | { readonly create: string } | "delete";
  readonly backward: readonly TextEdit[] | { readonly create: string } | "delete";
}

/** The one stored truth, and its history. Everything else is derived from `files`. */
export interface DocumentState {
  readonly origin: Origin | null;
  readonly files: ReadonlyMap<string, DocumentFile>;
  /** Layout sidecar: ensemble → node id → place. Not Triton data, and not in the history. */
  readonly positions: Readonly<Record<string, Readonly<Record<string, Position>>>>;
  readonly undoStack: readonly HistoryEntry[];
  readonly redoStack: readonly HistoryEntry[];

  /** Replaces the whole document; the history begins anew. */
  open(origin: Origin, files: Iterable<DocumentFile>, positions?: DocumentState["positions"]): void;
  close(): void;
  /**
   * Applies edits to one or more files as one entry of the history. With `typedAt` (milliseconds) a change that follows another typed one of the
   * same file within a second joins its entry. Edits of a file without text, or out of range, throw RangeError.
   */
  edit(edits: readonly FileEdits[], label: string, typedAt?: number): void;
  undo(): HistoryEntry | undefined;
  redo(): HistoryEntry | undefined;
  setPosition(ensemble: string, node: string, position: Position): void;
  clearPositions(ensemble: string): void;
  /** Present texts become the saved ones. */
  markSaved(paths: Iterable<string>): void;
}

/** Typing goes on being one entry while pauses are shorter. */
const BURST_MILLISECONDS = 1000;

/** A new, empty document. */
export function createDocumentStore() {
  return createStore<DocumentState>()((set, get) => ({
    origin: null,
    files: new Map(),
    positions: {},
    undoStack: [],
    redoStack: [],

    open: (origin, files, positions = {}) =>
      set({ origin, files: new Map([...files].map((file) => [file.path, file])), positions, undoStack: [], redoStack: [] }),

    close: () => set({ origin: null, files: new Map(), positions: {}, undoStack: [], redoStack: [] }),

    edit: (edits, label, typedAt = 0) => {
      const { files, undoStack } = get();
      const changes = edits.filter((one) => one.create !== undefined || (one.edits?.length ?? 0) > 0).map((one) => changeOf(files, one));
      if (changes.length === 0) return;
      const last = undoStack.at(-1);
      const joins =
        last !== undefined &&
        typedAt > 0 &&
        last.typedAt > 0 &&
        typedAt - last.typedAt < BURST_MILLISECONDS &&
        last.changes[0].path === changes[0].path;
      const entry: HistoryEntry = joins ? { label, changes: [...last.changes, ...changes], typedAt } : { label, changes, typedAt };
      set({
        files: applied(files, changes, "forward"),
        undoStack: joins ? [...undoStack.slice(0, -1), entry] : [...undoStack, entry],
        redoStack: [],
      });
    },

    undo: () => {
      const { files, undoStack, redoStack } = get();
      const entry = undoStack.at(-1);
      if (entry === undefined) return undefined;
      set({
        files: applied(files, [...entry.changes].reverse(), "backward"),
        undoStack: undoStack.slice(0, -1),
        redoStack: [...redoStack, entry],
      });
      return entry;
    },

    redo: () => {
      const { files, undoStack, redoStack } = get();
      const entry = redoStack.at(-1);
      if (entry === undefined) return undefined;
      // The redone entry takes no further typing.
      set({
        files: applied(files, entry.changes, "forward"),
        undoStack: [...undoStack, { ...entry, typedAt: 0 }],
        redoStack: redoStack.slice(0, -1),
      });
      return entry;
    },

    setPosition: (ensemble, node, position) =>
      set(({ positions }) => ({ positions: { ...positions, [ensemble]: { ...positions[ensemble], [node]: position } } })),

    clearPositions: (ensemble) => set(({ positions }) => ({ positions: { ...positions, [ensemble]: {} } })),

    markSaved: (paths) =>
      set(({ files }) => {
        const next = new Map(files);
        for (const path of paths) {
          const file = next.get(path);
          if (file?.text !== undefined) next.set(path, { ...file, saved: file.text });
        }
        return { files: next };
      }),
  }));
}

/** The document store. */
export type DocumentStore = ReturnType<typeof createDocumentStore>;

function changeOf(files: ReadonlyMap<string, DocumentFile>, { path, edits, create }: FileEdits): FileChange {
  const before = files.get(path);
  if (create !== undefined) {
    if (before !== undefined) throw new RangeError(`${path} exists already`);
    return { path, forward: { create }, backward: "delete" };
  }
  if (before?.text === undefined) throw new RangeError(`${path} is no text file of the open repository`);
  return { path, forward: edits ?? [], backward: invertEdits(before.text, edits ?? []) };
}

function applied(
  files: ReadonlyMap<string, DocumentFile>,
  changes: readonly FileChange[],
  direction: "forward" | "backward",
): ReadonlyMap<string, DocumentFile> {
  const next = new Map(files);
  for (const change of changes) {
    const what = change[direction];
    const file = next.get(change.path);
    if (what === "delete") next.delete(change.path);
    else if ("create" in what) next.set(change.path, { path: change.path, text: what.create, saved: null });
    else if (file?.text !== undefined) next.set(change.path, { ...file, text: applyEdits(file.text, what) });
  }
  return next;
}
