import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { ConchError } from "../base/errors.ts";
import { isTextFile, readText, type RepositorySource, type SourceKind } from "../repositories/source.ts";
import { replay, type JournalEntry, type WorkspaceText } from "./journal.ts";
import { canStoreFiles, full, isQuota, removeFiles, storeFiles, type CopyProgress } from "./workspace-files.ts";

/** Where a workspace's files are found again. */
export interface WorkspaceOrigin {
  readonly kind: SourceKind;
  /** Of a sample: its name. Of "http": the base URL. */
  readonly location?: string;
  /** Of a folder opened by handle. */
  readonly directory?: FileSystemDirectoryHandle;
}

/** A workspace as the list of recent repositories shows it. */
export interface WorkspaceSummary {
  readonly id: string;
  readonly name: string;
  readonly origin: WorkspaceOrigin;
  /** Whether its files were copied into the browser's private file system (dropped files and zips). */
  readonly stored: boolean;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  readonly bytes: number;
  /** Files at which the repository is not as the workspace has it. */
  readonly edited: number;
}

/** A workspace as it was left: enough to show everything but models before any file is read again. */
export interface Workspace extends WorkspaceSummary {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly emptyFolders: readonly string[];
  /** By path, edits applied. */
  readonly texts: ReadonlyMap<string, WorkspaceText>;
  /** Paths whose journal could not be replayed to its end. */
  readonly damaged: readonly string[];
  /** Files of bytes that were added here, by path. */
  readonly added: ReadonlyMap<string, Blob>;
  /** Files of bytes that the repository holds and the workspace no longer has. */
  readonly removed: readonly string[];
  /** Node positions and view settings: plain data that the store does not look into. */
  readonly layout: unknown;
}

/** What is kept beside the texts, whole each time. */
export type WorkspaceState = Pick<Workspace, "layout" | "removed" | "edited">;

/** What changed in a workspace since the last record. A state that is absent stayed as it was. */
export interface WorkspaceChange {
  readonly entries?: readonly JournalEntry[];
  readonly state?: WorkspaceState;
}

/** Options of {@link WorkspaceStore.create}. */
export interface CreateOptions {
  readonly signal?: AbortSignal;
  readonly progress?: CopyProgress;
  /** The texts by path, where they have been read already. */
  readonly texts?: ReadonlyMap<string, string>;
  /** The workspace's id, where somebody holds it already. */
  readonly id?: string;
  /**
   * Told at once that the workspace takes changes: they wait in line behind its making, and the files are copied meanwhile. With it a copy that
   * fails leaves the workspace with its texts and changes; without it nothing is left.
   */
  begun?(): void;
}

/** Workspaces in this browser: texts, journal and handles in IndexedDB, dropped files in the private file system. Failures of a full disk are STORAGE_FULL. */
export interface WorkspaceStore {
  /** Last opened first. */
  list(): Promise<WorkspaceSummary[]>;
  /** The workspaces that were made of the same folder, sample or URL before, last opened first. */
  find(origin: WorkspaceOrigin): Promise<WorkspaceSummary[]>;
  /** Keeps an opened repository and returns its id: its texts, and its files where they cannot be found again (dropped, zip). */
  create(source: RepositorySource, origin: WorkspaceOrigin, options?: CreateOptions): Promise<string>;
  /** The workspace, marked as opened now. Throws WORKSPACE_MISSING. */
  open(id: string): Promise<Workspace>;
  /**
   * Appends a change, all of it or nothing. The browser has it when this returns its promise, and keeps it should the page end then; it resolves
   * once it is written. Throws WORKSPACE_MISSING.
   */
  record(id: string, change: WorkspaceChange): Promise<void>;
  /** Replaces texts, and what else is given, after the repository was read again (see reconcile) or saved; ends the journal. Throws WORKSPACE_MISSING. */
  replaceTexts(id: string, texts: Iterable<WorkspaceText>, changed?: ReplacedParts): Promise<void>;
  /** Keeps the bytes of a file that was added; null: forgets them. */
  putAdded(id: string, path: string, bytes: Blob | null): Promise<void>;
  /** Forgets it and frees its files. */
  remove(id: string): Promise<void>;
  close(): void;
}

/** What {@link WorkspaceStore.replaceTexts} may replace besides the texts. */
export type ReplacedParts = Partial<Pick<Workspace, "files" | "emptyFolders" | "origin" | "name" | "stored"> & { readonly state: WorkspaceState }>;

interface WorkspaceRow {
  id: string;
  name: string;
  origin: WorkspaceOrigin;
  stored: boolean;
  openedAt: number;
  files: readonly { readonly path: string; readonly size: number }[];
  emptyFolders: readonly string[];
  /** Where the workspace has no state of its own yet. */
  layout: unknown;
}

interface Schema extends DBSchema {
  workspaces: { key: string; value: WorkspaceRow };
  texts: { key: [string, string]; value: WorkspaceText & { workspace: string }; indexes: { workspace: string } };
  journal: { key: number; value: JournalEntry & { workspace: string }; indexes: { workspace: string } };
  states: { key: string; value: WorkspaceState & { workspace: string } };
  added: { key: [string, string]; value: { workspace: string; path: string; bytes: Blob }; indexes: { workspace: string } };
}

/** Entries after which opening a workspace folds its journal into the texts. */
const LONG_JOURNAL = 200;

/** Opens (or makes) the store. `clock` gives milliseconds since 1970. */
export async function openWorkspaceStore(name = "conch", clock: () => number = Date.now): Promise<WorkspaceStore> {
  const database = await openDB<Schema>(name, 2, {
    upgrade(db, version) {
      if (version < 1) {
        db.createObjectStore("workspaces", { keyPath: "id" });
        db.createObjectStore("texts", { keyPath: ["workspace", "path"] }).createIndex("workspace", "workspace");
        db.createObjectStore("journal", { autoIncrement: true }).createIndex("workspace", "workspace");
      }
      db.createObjectStore("states", { keyPath: "workspace" });
      db.createObjectStore("added", { keyPath: ["workspace", "path"] }).createIndex("workspace", "workspace");
    },
    // A newer version of the application in another window waits for this connection.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  return {
    list: () => list(database),
    find: (origin) => find(database, origin),
    create: (source, origin, options) => create(database, source, origin, clock(), options),
    open: (id) => openWorkspace(database, id, clock()),
    record: (id, change) => guarded(() => record(database, id, change)),
    replaceTexts: (id, texts, changed) => guarded(() => replaceTexts(database, id, texts, changed)),
    putAdded: (id, path, bytes) =>
      guarded(async () => {
        if (bytes === null) await database.delete("added", [id, path]);
        else await database.put("added", { workspace: id, path, bytes });
      }),
    remove: (id) => remove(database, id),
    close: () => database.close(),
  };
}

/** Asks the browser not to clear the storage when the disk runs low; true when it agreed. */
export async function requestPersistence(): Promise<boolean> {
  return (await navigator.storage?.persist?.()) ?? false;
}

type Database = IDBPDatabase<Schema>;

async function list(database: Database): Promise<WorkspaceSummary[]> {
  const [rows, states] = await Promise.all([database.getAll("workspaces"), database.getAll("states")]);
  const edited = new Map(states.map((state) => [state.workspace, state.edited]));
  return rows.map((row) => summaryOf(row, edited.get(row.id))).sort((a, b) => b.openedAt - a.openedAt);
}

async function find(database: Database, origin: WorkspaceOrigin): Promise<WorkspaceSummary[]> {
  const found: WorkspaceSummary[] = [];
  for (const summary of await list(database)) {
    const { kind, location, directory } = summary.origin;
    if (kind !== origin.kind) continue;
    const same = origin.directory === undefined ? origin.location !== undefined && location === origin.location : await directory?.isSameEntry(origin.directory);
    if (same === true) found.push(summary);
  }
  return found;
}

async function create(database: Database, source: RepositorySource, origin: WorkspaceOrigin, now: number, options: CreateOptions = {}): Promise<string> {
  const { id = crypto.randomUUID(), signal, progress, begun } = options;
  const texts: WorkspaceText[] = [];
  for (const file of source.files) {
    if (!isTextFile(file.path, file.size)) continue;
    signal?.throwIfAborted();
    const text = options.texts === undefined ? await readText(file) : options.texts.get(file.path);
    if (text !== undefined) texts.push({ path: file.path, saved: text, text, version: 0 });
  }
  const stored = (source.kind === "dropped" || source.kind === "zip") && canStoreFiles();
  await guarded(() => {
    const transaction = database.transaction(["workspaces", "texts"], "readwrite");
    const files = source.files.map(({ path, size }) => ({ path, size }));
    const row: WorkspaceRow = { id, name: source.name, origin, stored, openedAt: now, files, emptyFolders: source.emptyFolders, layout: undefined };
    const requests = [transaction.objectStore("workspaces").put(row), ...texts.map((text) => transaction.objectStore("texts").put({ ...text, workspace: id }))];
    transaction.commit();
    begun?.();
    return Promise.all([...requests, transaction.done]);
  });
  if (!stored) return id;
  try {
    await storeFiles(id, source, signal, progress);
  } catch (error) {
    if (begun === undefined) await remove(database, id);
    throw error;
  }
  return id;
}

/** Nothing is read before it is written, and the transaction ends with its last request: whatever becomes of the page, the browser has all of it. */
async function record(database: Database, id: string, { entries = [], state }: WorkspaceChange): Promise<void> {
  const transaction = database.transaction(["workspaces", "journal", "states"], "readwrite");
  const known = transaction.objectStore("workspaces").getKey(id);
  const requests: Promise<unknown>[] = entries.map((entry) => transaction.objectStore("journal").add({ ...entry, workspace: id }));
  if (state !== undefined) requests.push(transaction.objectStore("states").put({ ...state, workspace: id }));
  transaction.commit();
  await Promise.all([...requests, transaction.done]);
  if ((await known) === undefined) throw missing(id);
}

async function openWorkspace(database: Database, id: string, now: number): Promise<Workspace> {
  const row = await update(database, id, (before) => ({ ...before, openedAt: now }));
  const [stored, journal, added, state] = await Promise.all([
    database.getAllFromIndex("texts", "workspace", id),
    database.getAllFromIndex("journal", "workspace", id),
    database.getAllFromIndex("added", "workspace", id),
    database.get("states", id),
  ]);
  const plain = stored.map(({ path, saved, text, version }): WorkspaceText => ({ path, saved, text, version }));
  const { texts, damaged } = replay(plain, journal);
  if (journal.length >= LONG_JOURNAL && damaged.length === 0) await guarded(() => replaceTexts(database, id, texts.values()));
  const { files, emptyFolders } = row;
  const { layout, removed, edited } = state ?? { layout: row.layout, removed: [], edited: 0 };
  return { ...summaryOf(row, edited), files, emptyFolders, texts, damaged, added: new Map(added.map(({ path, bytes }) => [path, bytes])), removed, layout };
}

async function replaceTexts(database: Database, id: string, texts: Iterable<WorkspaceText>, { state, ...changed }: ReplacedParts = {}): Promise<void> {
  const transaction = database.transaction(["workspaces", "texts", "journal", "states"], "readwrite");
  const textStore = transaction.objectStore("texts");
  const journalStore = transaction.objectStore("journal");
  const row = await transaction.objectStore("workspaces").get(id);
  if (row === undefined) throw missing(id);
  const [oldTexts, oldEntries] = await Promise.all([textStore.index("workspace").getAllKeys(id), journalStore.index("workspace").getAllKeys(id)]);
  await Promise.all([
    ...oldTexts.map((key) => textStore.delete(key)),
    ...oldEntries.map((key) => journalStore.delete(key)),
    ...[...texts].map(({ path, saved, text, version }) => textStore.put({ path, saved, text, version, workspace: id })),
    ...(Object.keys(changed).length === 0 ? [] : [transaction.objectStore("workspaces").put({ ...row, ...changed })]),
    ...(state === undefined ? [] : [transaction.objectStore("states").put({ ...state, workspace: id })]),
    transaction.done,
  ]);
}

async function remove(database: Database, id: string): Promise<void> {
  const transaction = database.transaction(["workspaces", "texts", "journal", "states", "added"], "readwrite");
  const [texts, entries, added] = await Promise.all([
    transaction.objectStore("texts").index("workspace").getAllKeys(id),
    transaction.objectStore("journal").index("workspace").getAllKeys(id),
    transaction.objectStore("added").index("workspace").getAllKeys(id),
  ]);
  await Promise.all([
    transaction.objectStore("workspaces").delete(id),
    transaction.objectStore("states").delete(id),
    ...texts.map((key) => transaction.objectStore("texts").delete(key)),
    ...entries.map((key) => transaction.objectStore("journal").delete(key)),
    ...added.map((key) => transaction.objectStore("added").delete(key)),
    transaction.done,
  ]);
  await removeFiles(id);
}

async function update(database: Database, id: string, change: (row: WorkspaceRow) => WorkspaceRow): Promise<WorkspaceRow> {
  const transaction = database.transaction("workspaces", "readwrite");
  const before = await transaction.store.get(id);
  if (before === undefined) throw missing(id);
  const after = change(before);
  await Promise.all([transaction.store.put(after), transaction.done]);
  return after;
}

function summaryOf(row: WorkspaceRow, edited = 0): WorkspaceSummary {
  const { id, name, origin, stored, openedAt, files } = row;
  return { id, name, origin, stored, openedAt, edited, bytes: files.reduce((sum, file) => sum + file.size, 0) };
}

function missing(id: string): ConchError {
  return new ConchError("WORKSPACE_MISSING", `The browser holds no workspace ${id}: open the repository again`, { data: { workspace: id } });
}

async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isQuota(error) ? full(0, error) : error;
  }
}
