import { createStore } from "zustand/vanilla";
import type { FileEdits } from "../base/diagnostic.ts";
import { applyEdits, invertEdits, type TextEdit } from "../base/text-edit.ts";
import type { RepositoryFile, RepositoryFolder, SourceKind } from "../repositories/source.ts";

/** One file of the open repository. Text files hold their present text; all others stay by handle. */
export interface DocumentFile {
  readonly path: string;
  /** Present text; undefined for a file that is no text. */
  readonly text?: string;
  /** Text as opened or last saved; null for a file made here. */
  readonly saved?: string | null;
  /** Handle to the bytes as opened or added; absent for a text made here. */
  readonly file?: RepositoryFile;
  /** Set on bytes that were added here and that the repository does not hold yet. */
  readonly added?: true;
}

/** A file of bytes that comes into the repository. Its path must be free. */
export interface FileAddition {
  readonly path: string;
  readonly add: RepositoryFile;
}

/** A text file that goes. */
export interface FileRemoval {
  readonly path: string;
  readonly remove: true;
}

/** What an edit may do to a file. */
export type DocumentEdit = FileEdits | FileAddition | FileRemoval;

/** Where the open repository came from. */
export interface Origin {
  readonly kind: SourceKind;
  readonly name: string;
  readonly emptyFolders: readonly string[];
  /** Where it can be written to. */
  readonly folder?: RepositoryFolder;
}

/** Where a node of a graph was put by hand. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** A node of an ensemble's graph and where it goes; null: where the layout has it. */
export interface NodeMove {
  readonly ensemble: string;
  /** Node id of the graph. */
  readonly node: string;
  readonly to: Position | null;
}

/** One step of undo: what a gesture, or a burst of typing, changed. Texts are kept as edits both ways. */
export interface HistoryEntry {
  /** Key of the interface's message for it: "connect", "typing", "instance-kind". */
  readonly label: string;
  readonly changes: readonly FileChange[];
  readonly moves: readonly (NodeMove & { readonly from: Position | null })[];
  /** Typing into one file goes on being one entry until a pause. Milliseconds; 0 for a gesture. */
  readonly typedAt: number;
}

/** What happened to one file. */
export interface FileChange {
  readonly path: string;
  readonly forward: Step;
  readonly backward: Step;
}

type Step = readonly TextEdit[] | { readonly create: string } | { readonly add: RepositoryFile } | "delete";

/** What goes with an edit. */
export interface EditOptions {
  /** Milliseconds. A change that follows another typed one of the same file within a second joins its entry. */
  readonly typedAt?: number;
  /** Nodes that are placed by the same gesture. */
  readonly moves?: readonly NodeMove[];
}

/** The one stored truth, and its history. Everything else is derived from `files`. */
export interface DocumentState {
  readonly origin: Origin | null;
  readonly files: ReadonlyMap<string, DocumentFile>;
  /** Files that the repository holds and the document no longer does (made here, saved, then undone), with the saved text; null: of bytes. */
  readonly removed: ReadonlyMap<string, string | null>;
  /** Layout sidecar: ensemble → node id → place. Not Triton data: it lies beside the texts, in the same history. */
  readonly positions: Positions;
  readonly undoStack: readonly HistoryEntry[];
  readonly redoStack: readonly HistoryEntry[];

  /** Replaces the whole document; the history begins anew. */
  open(origin: Origin, files: Iterable<DocumentFile>, positions?: Positions, removed?: DocumentState["removed"]): void;
  close(): void;
  /** Applies edits to one or more files as one entry of the history. Edits of a file without text, or out of range, throw RangeError. */
  edit(edits: readonly DocumentEdit[], label: string, options?: EditOptions): void;
  /** Moves nodes as one entry of the history. */
  move(moves: readonly NodeMove[], label: string): void;
  undo(): HistoryEntry | undefined;
  redo(): HistoryEntry | undefined;
  /**
   * The repository holds these files as they are now: present texts become the saved ones, removed files are forgotten. `held` says what the repository
   * holds (null: no file) where that may be older than what is here.
   */
  markSaved(paths: Iterable<string>, held?: ReadonlyMap<string, string | null>): void;
  /** The repository lies elsewhere from now on: `held` says what is there, texts as such and bytes by handle. The history stays. */
  relocate(origin: Origin, held: ReadonlyMap<string, string | RepositoryFile>): void;
}

/** Places of nodes put by hand: ensemble → node id → place. */
export type Positions = Readonly<Record<string, Readonly<Record<string, Position>>>>;

/** Typing goes on being one entry while pauses are shorter. */
const BURST_MILLISECONDS = 1000;

/** A new, empty document. */
export function createDocumentStore() {
  return createStore<DocumentState>()((set, get) => ({
    origin: null,
    files: new Map(),
    removed: new Map(),
    positions: {},
    undoStack: [],
    redoStack: [],

    open: (origin, files, positions = {}, removed = new Map()) =>
      set({ origin, files: new Map([...files].map((file) => [file.path, file])), positions, removed, undoStack: [], redoStack: [] }),

    close: () => set({ origin: null, files: new Map(), removed: new Map(), positions: {}, undoStack: [], redoStack: [] }),

    edit: (edits, label, { typedAt = 0, moves = [] } = {}) => {
      const { files, positions, undoStack } = get();
      const changes = edits.filter(changesSomething).map((one) => changeOf(files, one));
      const moved = movesFrom(positions, moves);
      if (changes.length === 0 && moved.length === 0) return;
      const last = undoStack.at(-1);
      const joins =
        last !== undefined &&
        typedAt > 0 &&
        last.typedAt > 0 &&
        typedAt - last.typedAt < BURST_MILLISECONDS &&
        last.changes[0]?.path === changes[0]?.path;
      const entry: HistoryEntry = joins ? { label, changes: [...last.changes, ...changes], moves: [...last.moves, ...moved], typedAt } : { label, changes, moves: moved, typedAt };
      set((state) => ({
        ...applied(state, changes, "forward"),
        positions: placed(state.positions, moved),
        undoStack: joins ? [...undoStack.slice(0, -1), entry] : [...undoStack, entry],
        redoStack: [],
      }));
    },

    move: (moves, label) => get().edit([], label, { moves }),

    undo: () => {
      const { undoStack } = get();
      const entry = undoStack.at(-1);
      if (entry === undefined) return undefined;
      set((state) => ({
        ...applied(state, [...entry.changes].reverse(), "backward"),
        positions: placed(state.positions, [...entry.moves].reverse().map((move) => ({ ...move, to: move.from }))),
        undoStack: undoStack.slice(0, -1),
        redoStack: [...state.redoStack, entry],
      }));
      return entry;
    },

    redo: () => {
      const { redoStack } = get();
      const entry = redoStack.at(-1);
      if (entry === undefined) return undefined;
      set((state) => ({
        ...applied(state, entry.changes, "forward"),
        positions: placed(state.positions, entry.moves),
        // The redone entry takes no further typing.
        undoStack: [...state.undoStack, { ...entry, typedAt: 0 }],
        redoStack: redoStack.slice(0, -1),
      }));
      return entry;
    },

    markSaved: (paths, held) =>
      set((state) => {
        const files = new Map(state.files);
        const removed = new Map(state.removed);
        for (const path of paths) {
          const file = files.get(path);
          const there = held?.get(path);
          if (file === undefined) {
            if (typeof there === "string") removed.set(path, there);
            else removed.delete(path);
          } else if (file.text !== undefined) files.set(path, { ...file, saved: there === undefined ? file.text : there });
          else if (file.added) files.set(path, withoutMark(file));
        }
        return { files, removed };
      }),

    relocate: (origin, held) =>
      set((state) => {
        const files = new Map<string, DocumentFile>();
        for (const [path, before] of state.files) {
          const there = held.get(path);
          if (before.text !== undefined) files.set(path, { ...before, saved: typeof there === "string" ? there : null });
          else if (typeof there === "object") files.set(path, { path, file: there });
          else files.set(path, { ...before, added: true });
        }
        return { origin, files, removed: new Map() };
      }),
  }));
}

/** The document store. */
export type DocumentStore = ReturnType<typeof createDocumentStore>;

function changesSomething(edit: DocumentEdit): boolean {
  return "add" in edit || "remove" in edit || edit.create !== undefined || (edit.edits?.length ?? 0) > 0;
}

function changeOf(files: ReadonlyMap<string, DocumentFile>, edit: DocumentEdit): FileChange {
  const { path } = edit;
  const before = files.get(path);
  if ("remove" in edit) {
    if (before?.text === undefined) throw new RangeError(`${path} is no text file of the open repository`);
    return { path, forward: "delete", backward: { create: before.text } };
  }
  const created = "add" in edit ? { add: edit.add } : edit.create === undefined ? undefined : { create: edit.create };
  if (created !== undefined) {
    if (before !== undefined) throw new RangeError(`${path} exists already`);
    return { path, forward: created, backward: "delete" };
  }
  if (before?.text === undefined) throw new RangeError(`${path} is no text file of the open repository`);
  const edits = "add" in edit ? [] : (edit.edits ?? []);
  return { path, forward: edits, backward: invertEdits(before.text, edits) };
}

function applied({ files, removed }: DocumentState, changes: readonly FileChange[], direction: "forward" | "backward"): Pick<DocumentState, "files" | "removed"> {
  if (changes.length === 0) return { files, removed };
  const next = new Map(files);
  const gone = new Map(removed);
  for (const change of changes) {
    const { path } = change;
    const what = change[direction];
    const file = next.get(path);
    if (what === "delete") {
      next.delete(path);
      // A file that was saved meanwhile is in the repository still.
      if (file?.text !== undefined && typeof file.saved === "string") gone.set(path, file.saved);
      else if (file?.text === undefined && file?.file !== undefined && file.added !== true) gone.set(path, null);
    } else if ("create" in what) {
      next.set(path, { path, text: what.create, saved: gone.get(path) ?? null });
      gone.delete(path);
    } else if ("add" in what) {
      const file = { path, file: what.add };
      next.set(path, gone.has(path) ? file : { ...file, added: true });
      gone.delete(path);
    } else if (file?.text !== undefined) next.set(path, { ...file, text: applyEdits(file.text, what) });
  }
  return { files: next, removed: gone };
}

function withoutMark(file: DocumentFile): DocumentFile {
  const { added: _added, ...rest } = file;
  return rest;
}

/** The moves that change a place, with the place before. */
function movesFrom(positions: Positions, moves: readonly NodeMove[]): HistoryEntry["moves"] {
  return moves
    .map((move) => ({ ...move, from: positions[move.ensemble]?.[move.node] ?? null }))
    .filter(({ from, to }) => from?.x !== to?.x || from?.y !== to?.y);
}

function placed(positions: Positions, moves: readonly NodeMove[]): Positions {
  if (moves.length === 0) return positions;
  const next = { ...positions };
  for (const { ensemble, node, to } of moves) {
    const { [node]: _before, ...others } = next[ensemble] ?? {};
    next[ensemble] = to === null ? others : { ...others, [node]: to };
  }
  return next;
}
