import { decodeSourceText } from "../base/source-text.ts";
import { sameBytes } from "../repositories/directory/repository-folder.ts";
import type { FileWrite, RepositoryFile, RepositoryFolder } from "../repositories/source.ts";
import type { DocumentEdit, DocumentFile, DocumentState } from "./document.ts";
import { unsavedPaths } from "./opened-files.ts";

/** One file that the folder does not hold as the document has it. */
export interface SaveItem {
  readonly path: string;
  /** What would be written: a text, bytes, or null where the file would go. */
  readonly mine: string | RepositoryFile | null;
  /** What the folder holds now: a text, bytes, or null for no file. */
  readonly theirs: string | Blob | null;
  /** The folder's is not what was opened or last saved. */
  readonly conflict: boolean;
}

/** What a save would do. Nothing is written before {@link writesOf} goes to the folder. */
export interface SavePlan {
  readonly folder: RepositoryFolder;
  /** Set where the repository moves into this folder, with all of its files. */
  readonly target?: FileSystemDirectoryHandle;
  readonly items: readonly SaveItem[];
  /** Files that the folder holds as they are here already. */
  readonly same: readonly string[];
}

/** What becomes of one file: it is written, the folder's is taken, or it stays as it is on both sides. */
export type SaveChoice = "mine" | "theirs" | "leave";

/** Choices by path. */
export type SaveChoices = ReadonlyMap<string, SaveChoice>;

/** What {@link planSave} may be told. */
export interface PlanOptions {
  /** The folder is this one, not the one that was opened: every file is compared. */
  readonly target?: FileSystemDirectoryHandle | undefined;
  /** Paths that are known to have been changed on both sides. */
  readonly doubted?: ReadonlySet<string>;
}

/** Compares the document with the folder as it is now. Throws what reading throws. */
export async function planSave(state: DocumentState, folder: RepositoryFolder, { target, doubted }: PlanOptions = {}): Promise<SavePlan> {
  const paths = target === undefined ? unsavedPaths(state) : [...state.files.keys()];
  const items: SaveItem[] = [];
  const same: string[] = [];
  for (const path of paths) {
    const item = await compared(state, folder, path, target !== undefined);
    if (item === undefined) same.push(path);
    else items.push(doubted?.has(path) === true ? { ...item, conflict: true } : item);
  }
  return { folder, items: items.sort((a, b) => (a.path < b.path ? -1 : 1)), same, ...(target !== undefined && { target }) };
}

async function compared({ files, removed }: DocumentState, folder: RepositoryFolder, path: string, elsewhere: boolean): Promise<SaveItem | undefined> {
  const file = files.get(path);
  const present = await folder.read(path);
  const mine = file === undefined ? null : (file.text ?? file.file ?? null);
  const isText = typeof mine === "string" || (mine === null && typeof removed.get(path) === "string");
  const theirs = present === undefined ? null : isText ? decodeSourceText(new Uint8Array(await present.arrayBuffer())) : present;
  if (theirs === mine) return undefined;
  if (theirs instanceof Blob && mine !== null && typeof mine === "object" && mine.size === theirs.size && (await sameBytes(await mine.blob(), theirs))) return undefined;
  const base = elsewhere ? null : baseOf(file, removed.get(path));
  return { path, mine, theirs, conflict: base === undefined ? false : theirs !== base };
}

/** What the folder held when it was last looked at; undefined where that is not known. */
function baseOf(file: DocumentFile | undefined, removed: string | null | undefined): string | null | undefined {
  if (file === undefined) return removed ?? undefined;
  return file.saved ?? null;
}

/** The choices to begin with: what nobody else has changed is written, what is in conflict stays until the user says. */
export function firstChoices({ items }: SavePlan): Map<string, SaveChoice> {
  return new Map(items.map(({ path, conflict }) => [path, conflict ? "leave" : "mine"]));
}

/** Whether the folder's version of a file can become the document's: bytes cannot. */
export function canTake({ mine, theirs }: SaveItem): boolean {
  return (mine === null || typeof mine === "string") && (theirs === null || typeof theirs === "string");
}

/** The batch that writes what was chosen, each file only over what was compared. */
export async function writesOf({ items }: SavePlan, choices: SaveChoices): Promise<FileWrite[]> {
  const writes: FileWrite[] = [];
  for (const { path, mine, theirs } of items) {
    if (choices.get(path) !== "mine") continue;
    writes.push({ path, content: mine === null || typeof mine === "string" ? mine : await mine.blob(), replaces: theirs });
  }
  return writes;
}

/** The edits that take the folder's version where that was chosen; the folder holds the result already. */
export function takesOf({ items }: SavePlan, choices: SaveChoices): DocumentEdit[] {
  return items.flatMap((item): DocumentEdit[] => {
    const { path, mine, theirs } = item;
    if (choices.get(path) !== "theirs" || !canTake(item)) return [];
    if (typeof theirs === "string") return [typeof mine === "string" ? { path, edits: [{ from: 0, to: mine.length, insert: theirs }] } : { path, create: theirs }];
    return [{ path, remove: true }];
  });
}

/** What the folder holds of the chosen files once the batch is written, texts only: the document may have gone on meanwhile. */
export function heldTexts({ items }: SavePlan, choices: SaveChoices): Map<string, string | null> {
  const held = new Map<string, string | null>();
  for (const { path, mine, theirs } of items) {
    const there = choices.get(path) === "theirs" ? theirs : mine;
    if (there === null || typeof there === "string") held.set(path, there);
  }
  return held;
}

/** What the folder holds of the document's files once `written` are there, for a repository that moves into it. */
export function heldBy({ folder, items, same }: SavePlan, { files }: DocumentState, written: ReadonlySet<string>): Map<string, string | RepositoryFile> {
  const held = new Map<string, string | RepositoryFile>();
  for (const path of [...same, ...written]) {
    const file = files.get(path);
    const text = items.find((item) => item.path === path)?.mine ?? file?.text;
    if (typeof text === "string") held.set(path, text);
    else if (file !== undefined) held.set(path, inFolder(folder, path, file.file?.size ?? 0));
  }
  for (const { path, theirs } of items) if (!held.has(path) && typeof theirs === "string") held.set(path, theirs);
  return held;
}

function inFolder(folder: RepositoryFolder, path: string, size: number): RepositoryFile {
  return { path, size, blob: async () => (await folder.read(path)) ?? new Blob() };
}
