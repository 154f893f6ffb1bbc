import { ConchError, textOf } from "../base/errors.ts";
import { decodeSourceText } from "../base/source-text.ts";

/** One file of an opened repository. Its bytes stay where they are (on disk, in the archive, on the server) until `blob()`. */
export interface RepositoryFile {
  /** Path inside the repository, `/`-separated: "spleen_ct/config.pbtxt". */
  readonly path: string;
  /** Bytes, as the listing says. */
  readonly size: number;
  /** The bytes, where they came with the listing and nobody has asked before: they may be older the next time. */
  fresh?(): Uint8Array | undefined;
  /** Where a server gives its bytes, by ranges as well: what is too large to be fetched as a whole is read there. */
  readonly address?: string;
  /** A handle to the bytes as they are now; reading it (`stream()`, `slice()`) is up to the caller. Throws REPOSITORY_UNREADABLE. */
  blob(): Promise<Blob>;
}

/** What became of one thing that was found while opening. */
export interface OpenedEntry {
  /** As the user knows it: the path before anything was renamed or stripped. */
  readonly path: string;
  /** "input": no part of a repository, but something that a model may be run on. */
  readonly outcome: "renamed" | "skipped" | "input";
  /** Stable, lower case, for the interface to word: see {@link ENTRY_REASONS}. */
  readonly reason: EntryReason;
  /** Of a renamed file: its path in the repository. */
  readonly to?: string;
}

/** Why a file was not simply taken. */
export const ENTRY_REASONS = {
  "hidden": "Files of the operating system, of version control and of caches are left out",
  "unsafe-path": "The path leaves the repository or has characters that no file system allows",
  "duplicate": "Another file of the same path was taken",
  "link": "Symbolic links are not followed",
  "outside": "The file lies outside the folder that holds the models",
  "other-repository": "The file belongs to a model of another repository: open that one by itself",
  "loose-model": "A model file alone becomes version 1 of a model named after it",
  "loose-companion": "The file belongs to the only model that was opened with it",
  "model-folder": "The opened folder is a single model, so it becomes a repository of one",
  "input-file": "The file can be an input of a model",
  "unknown": "The file is no part of a model repository",
  "too-many": "The folder holds more files than Conch opens",
  "too-deep": "The folder lies deeper than any file of a model repository",
  "unreadable": "The browser cannot read it",
  "not-kept": "The browser did not keep it: the window closed while it was being copied, or there was no room",
} as const;

export type EntryReason = keyof typeof ENTRY_REASONS;

/** What was found, skipped and why. */
export interface OpenReport {
  /** Folders that were stripped in front of the models: "download/repo", or "". */
  readonly root: string;
  /** Files taken, and their bytes in all. */
  readonly files: number;
  readonly bytes: number;
  /** Everything that was not simply taken, in the order found; at most {@link MOST_ENTRIES}, then counted in `more`. */
  readonly entries: readonly OpenedEntry[];
  readonly more: number;
}

/** Entries that an {@link OpenReport} lists one by one. */
export const MOST_ENTRIES = 1000;

/** A way to have a repository: one folder under repositories; "new" is one that was made here and lies in the browser's own store. */
export type SourceKind = "sample" | "directory" | "dropped" | "zip" | "http" | "new";

/** An opened repository: a listing with handles. Nothing is watched; open it again to see changes. */
export interface RepositorySource {
  readonly kind: SourceKind;
  /** What the user calls it: folder, archive or sample name. */
  readonly name: string;
  /** In path order. */
  readonly files: readonly RepositoryFile[];
  /** Folders without files, such as an ensemble's empty version folder, in path order. */
  readonly emptyFolders: readonly string[];
  readonly report: OpenReport;
  /** Present where files can be written back. */
  readonly folder?: RepositoryFolder;
}

/** The folder that a repository lies in, where this browser can write to it. Paths are the repository's. */
export interface RepositoryFolder {
  readonly name: string;
  /** A file as it is now; undefined where there is none. Throws REPOSITORY_PERMISSION or REPOSITORY_UNREADABLE. */
  read(path: string): Promise<Blob | undefined>;
  /**
   * Writes a batch, and makes the folders `emptyFolders`. All new content is written beside the old files before the first of these is replaced: what
   * fails until then leaves every file as it was. Throws REPOSITORY_CONFLICT when a file is not what a write replaces, REPOSITORY_PERMISSION,
   * REPOSITORY_UNWRITABLE, or, once files were replaced, REPOSITORY_PARTLY_WRITTEN with the paths `written` and `unwritten`. Call it from a click: the
   * browser may ask.
   */
  write(batch: readonly FileWrite[], emptyFolders?: readonly string[]): Promise<void>;
}

/** One file of a batch. */
export interface FileWrite {
  readonly path: string;
  /** A text from {@link readText}, or bytes; null: the file goes, and folders that this empties. */
  readonly content: string | Blob | null;
  /** What the file holds until then, null for no file; left out where it does not matter. */
  readonly replaces?: string | Blob | null;
}

/** How an opening reports its progress and is cancelled. */
export interface OpenOptions {
  readonly signal?: AbortSignal;
  /** Files found so far. */
  progress?(files: number): void;
}

/**
 * The whole text of a repository file, from which encodeSourceText gives its bytes again; undefined for one that is no text. Throws
 * REPOSITORY_UNREADABLE for one that is gone.
 */
export async function readText(file: RepositoryFile): Promise<string | undefined> {
  const text = decodeSourceText(file.fresh?.() ?? (await readBytes(file)));
  return text.isWellFormed() || BYTE_ENDINGS.test(file.path) ? text : undefined;
}

async function readBytes(file: RepositoryFile): Promise<Uint8Array> {
  const blob = await file.blob();
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw new ConchError("REPOSITORY_UNREADABLE", `${file.path} cannot be read (${textOf(cause)}): was it moved or deleted?`, { data: { path: file.path }, cause });
  }
}

/** Bytes beyond which a file is never opened as text: an editor, and a parser that follows every key, answer at once up to here. */
export const LARGEST_TEXT = 2 * 1024 * 1024;

/** Files that Triton reads as bytes, whatever their encoding: configurations, labels. Any other file that is no UTF-8 is no text. */
const BYTE_ENDINGS = /\.(pbtxt|txt)$/i;

const TEXT_ENDINGS = /\.(pbtxt|txt|json|py|md|ya?ml|csv|tsv|cfg|ini|toml)$/i;

/** Whether a file is one that the editor opens and the workspace store keeps as text. */
export function isTextFile(path: string, size: number): boolean {
  return size <= LARGEST_TEXT && (TEXT_ENDINGS.test(path) || /(^|\/)(README|LICENSE|\.gitkeep)$/i.test(path));
}
