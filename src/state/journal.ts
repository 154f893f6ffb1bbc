import { applyEdits, type TextEdit } from "../base/text-edit.ts";

/** A text file of a workspace. null stands for "no such file". */
export interface WorkspaceText {
  readonly path: string;
  /** As the repository holds it, as far as is known. */
  readonly saved: string | null;
  /** As edited. */
  readonly text: string | null;
  /** Counts the changes of `text`; 0 for a text that was never changed. */
  readonly version: number;
}

/** One change of one file: edits of the text before it, or a whole text (null: deleted). `version` is the file's after the change. */
export interface JournalEntry {
  readonly path: string;
  readonly version: number;
  readonly change: { readonly edits: readonly TextEdit[] } | { readonly text: string | null };
}

/** The change that makes one text of another, as small as one edit can be. */
export function changeBetween(before: string | null, after: string | null): JournalEntry["change"] {
  if (before === null || after === null) return { text: after };
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let same = 0;
  while (same < shorter - from && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)) same++;
  return { edits: [{ from, to: before.length - same, insert: after.slice(from, after.length - same) }] };
}

/** Texts after a replay. */
export interface Replayed {
  readonly texts: Map<string, WorkspaceText>;
  /** Paths whose journal has a gap or does not fit the text (a crash between two writes, two windows): they have their last good text. */
  readonly damaged: readonly string[];
}

/** The texts after the journal's changes, in its order. Entries that a text already contains (by version) are passed over. */
export function replay(texts: Iterable<WorkspaceText>, journal: Iterable<JournalEntry>): Replayed {
  const result = new Map<string, WorkspaceText>();
  for (const text of texts) result.set(text.path, text);
  const damaged = new Set<string>();
  for (const entry of journal) {
    const before = result.get(entry.path) ?? { path: entry.path, saved: null, text: null, version: 0 };
    if (entry.version <= before.version || damaged.has(entry.path)) continue;
    const after = changed(before, entry);
    if (after === undefined) damaged.add(entry.path);
    else result.set(entry.path, after);
  }
  return { texts: result, damaged: [...damaged] };
}

/** What became of texts that the repository may have changed meanwhile. */
export interface Reconciled {
  readonly texts: Map<string, WorkspaceText>;
  /** Changed both here and there: `saved` is the repository's new text, `text` the edited one. */
  readonly conflicts: readonly string[];
}

/**
 * Brings stored texts together with the repository's present ones: what was not edited here takes the repository's text, what was edited keeps its own,
 * and what was changed on both sides to different texts is a conflict.
 */
export function reconcile(stored: ReadonlyMap<string, WorkspaceText>, present: ReadonlyMap<string, string>): Reconciled {
  const texts = new Map<string, WorkspaceText>();
  const conflicts: string[] = [];
  for (const path of new Set([...stored.keys(), ...present.keys()])) {
    const fresh = present.get(path) ?? null;
    const mine = stored.get(path) ?? { path, saved: fresh, text: fresh, version: 0 };
    const edited = mine.text !== mine.saved;
    if (!edited && fresh === null) continue;
    if (edited && fresh !== mine.saved && fresh !== mine.text) conflicts.push(path);
    const takesFresh = !edited && mine.text !== fresh;
    texts.set(path, { path, saved: fresh, text: edited ? mine.text : fresh, version: mine.version + (takesFresh ? 1 : 0) });
  }
  return { texts, conflicts };
}

function changed(before: WorkspaceText, { change, version }: JournalEntry): WorkspaceText | undefined {
  // A whole text needs nothing before it; edits need exactly the text that they were made against.
  if ("text" in change) return { ...before, text: change.text, version };
  if (version !== before.version + 1 || before.text === null) return undefined;
  try {
    return { ...before, text: applyEdits(before.text, change.edits), version };
  } catch {
    return undefined;
  }
}
