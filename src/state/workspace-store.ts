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
}

/** A workspace as it was left: enough to show everything but models before any file is read again. */
export interface Workspace extends WorkspaceSummary {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly emptyFolders: readonly string[];
  /** By path, edits applied. */
  readonly texts: ReadonlyMap<string, WorkspaceText>;
  /** Paths whose journal could not be replayed to its end. */
  readonly damaged: readonly string[];
  /** Node positions and view settings: plain data that the store does not look into. */
  readonly layout: unknown;
}

/** Options of {@link WorkspaceStore.create}. */
export interface CreateOptions {
  readonly signal?: AbortSignal;
  readonly progress?: CopyProgress;
  /** The texts by path, where they have been read already. */
  readonly texts?: ReadonlyMap<string, string>;
}

/** Workspaces in this browser: texts, journal and handles in IndexedDB, dropped files in the private file system. Failures of a full disk are STORAGE_FULL. */
export interface WorkspaceStore {
  /** Last opened first. */
  list(): Promise<WorkspaceSummary[]>;
  /** The workspace that was made of the same folder, sample or URL before. */
  find(origin: WorkspaceOrigin): Promise<string | undefined>;
  /** Keeps an opened repository and returns its id: its texts, and its files where they cannot be found again (dropped, zip). */
  create(source: RepositorySource, origin: WorkspaceOrigin, options?: CreateOptions): Promise<string>;
  /** The workspace, marked as opened now. Throws WORKSPACE_MISSING. */
  open(id: string): Promise<Workspace>;
  /** Appends a change; resolves once it is on disk. */
  record(id: string, entry: JournalEntry): Promise<void>;
  /** Replaces listing and texts after the repository was read again (see reconcile) or saved; ends the journal. */
  replaceTexts(id: string, texts: Iterable<WorkspaceText>, listing?: Pick<Workspace, "files" | "emptyFolders">): Promise<void>;
  putLayout(id: string, layout: unknown): Promise<void>;
  /** Forgets it and frees its files. */
  remove(id: string): Promise<void>;
  close(): void;
}

interface WorkspaceRow {
  id: string;
  name: string;
  origin: WorkspaceOrigin;
  stored: boolean;
  openedAt: number;
  files: readonly { readonly path: string; readonly size: number }[];
  emptyFolders: readonly string[];
  layout: unknown;
}

interface Schema extends DBSchema {
  workspaces: { key: string; value: WorkspaceRow };
  texts: { key: [string, string]; value: WorkspaceText & { workspace: string }; indexes: { workspace: string } };
  journal: { key: number; value: JournalEntry & { workspace: string }; indexes: { workspace: string } };
}

/** Entries after which opening a workspace folds its journal into the texts. */
const LONG_JOURNAL = 200;

/** Opens (or makes) the store. `clock` gives milliseconds since 1970. */
export async function openWorkspaceStore(name = "conch", clock: () => number = Date.now): Promise<WorkspaceStore> {
  const database = await openDB<Schema>(name, 1, {
    upgrade(db) {
      db.createObjectStore("workspaces", { keyPath: "id" });
      db.createObjectStore("texts", { keyPath: ["workspace", "path"] }).createIndex("workspace", "workspace");
      db.createObjectStore("journal", { autoIncrement: true }).createIndex("workspace", "workspace");
    },
    // A newer version of the application in another window waits for this connection.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  return {
    list: () => list(database),
    find: (origin) => find(database, origin),
    create: (source, origin, options) => create(database, source, origin, clock(), options),
    open: (id) => openWorkspace(database, id, clock()),
    record: (id, entry) => guarded(() => database.add("journal", { ...entry, workspace: id }).then(() => undefined)),
    replaceTexts: (id, texts, listing) => guarded(() => replaceTexts(database, id, texts, listing)),
    putLayout: (id, layout) => guarded(() => update(database, id, (row) => ({ ...row, layout })).then(() => undefined)),
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
  const rows = await database.getAll("workspaces");
  return rows.map(summaryOf).sort((a, b) => b.openedAt - a.openedAt);
}

async function find(database: Database, origin: WorkspaceOrigin): Promise<string | undefined> {
  for (const row of await database.getAll("workspaces")) {
    if (row.origin.kind !== origin.kind) continue;
    if (origin.location !== undefined && row.origin.location === origin.location) return row.id;
    if (origin.directory !== undefined && row.origin.directory !== undefined && (await row.origin.directory.isSameEntry(origin.directory))) return row.id;
  }
  return undefined;
}

async function create(database: Database, source: RepositorySource, origin: WorkspaceOrigin, now: number, options: CreateOptions = {}): Promise<string> {
  const id = crypto.randomUUID();
  const texts: WorkspaceText[] = [];
  for (const file of source.files) {
    if (!isTextFile(file.path, file.size)) continue;
    options.signal?.throwIfAborted();
    const text = options.texts === undefined ? await readText(file) : options.texts.get(file.path);
    if (text !== undefined) texts.push({ path: file.path, saved: text, text, version: 0 });
  }
  const stored = (source.kind === "dropped" || source.kind === "zip") && canStoreFiles();
  if (stored) await storeFiles(id, source, options.signal, options.progress);
  try {
    await guarded(async () => {
      const transaction = database.transaction(["workspaces", "texts"], "readwrite");
      const files = source.files.map(({ path, size }) => ({ path, size }));
      const row: WorkspaceRow = { id, name: source.name, origin, stored, openedAt: now, files, emptyFolders: source.emptyFolders, layout: undefined };
      await Promise.all([
        transaction.objectStore("workspaces").put(row),
        ...texts.map((text) => transaction.objectStore("texts").put({ ...text, workspace: id })),
        transaction.done,
      ]);
    });
  } catch (error) {
    if (stored) await removeFiles(id);
    throw error;
  }
  return id;
}

async function openWorkspace(database: Database, id: string, now: number): Promise<Workspace> {
  const row = await update(database, id, (before) => ({ ...before, openedAt: now }));
  const [stored, journal] = await Promise.all([
    database.getAllFromIndex("texts", "workspace", id),
    database.getAllFromIndex("journal", "workspace", id),
  ]);
  const plain = stored.map(({ path, saved, text, version }): WorkspaceText => ({ path, saved, text, version }));
  const { texts, damaged } = replay(plain, journal);
  if (journal.length >= LONG_JOURNAL && damaged.length === 0) await guarded(() => replaceTexts(database, id, texts.values()));
  return { ...summaryOf(row), files: row.files, emptyFolders: row.emptyFolders, texts, damaged, layout: row.layout };
}

async function replaceTexts(
  database: Database,
  id: string,
  texts: Iterable<WorkspaceText>,
  listing?: Pick<Workspace, "files" | "emptyFolders">,
): Promise<void> {
  const transaction = database.transaction(["workspaces", "texts", "journal"], "readwrite");
  const textStore = transaction.objectStore("texts");
  const journalStore = transaction.objectStore("journal");
  const row = await transaction.objectStore("workspaces").get(id);
  if (row === undefined) throw missing(id);
  const [oldTexts, oldEntries] = await Promise.all([textStore.index("workspace").getAllKeys(id), journalStore.index("workspace").getAllKeys(id)]);
  await Promise.all([
    ...oldTexts.map((key) => textStore.delete(key)),
    ...oldEntries.map((key) => journalStore.delete(key)),
    ...[...texts].map(({ path, saved, text, version }) => textStore.put({ path, saved, text, version, workspace: id })),
    ...(listing === undefined ? [] : [transaction.objectStore("workspaces").put({ ...row, files: listing.files, emptyFolders: listing.emptyFolders })]),
    transaction.done,
  ]);
}

async function remove(database: Database, id: string): Promise<void> {
  const transaction = database.transaction(["workspaces", "texts", "journal"], "readwrite");
  const [texts, entries] = await Promise.all([
    transaction.objectStore("texts").index("workspace").getAllKeys(id),
    transaction.objectStore("journal").index("workspace").getAllKeys(id),
  ]);
  await Promise.all([
    transaction.objectStore("workspaces").delete(id),
    ...texts.map((key) => transaction.objectStore("texts").delete(key)),
    ...entries.map((key) => transaction.objectStore("journal").delete(key)),
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

function summaryOf(row: WorkspaceRow): WorkspaceSummary {
  const { id, name, origin, stored, openedAt, files } = row;
  return { id, name, origin, stored, openedAt, bytes: files.reduce((sum, file) => sum + file.size, 0) };
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
