import { go } from "fuzzysort";
import type { PaletteEntry } from "./entries.ts";

/** How much of a full match it counts for to have been used of late. */
const RECENT = 0.1;

/**
 * Entries that match what was typed, the best first. Where nothing was typed all of them, those that are not possible last. Those used of late (`recent`,
 * the latest first) come before their like.
 */
export function ranked(entries: readonly PaletteEntry[], typed: string, recent: readonly string[]): readonly PaletteEntry[] {
  const search = typed.trim();
  const rank = (id: string): number => {
    const at = recent.indexOf(id);
    return at < 0 ? recent.length : at;
  };
  if (search === "") return [...entries].sort((a, b) => Number(a.problem !== undefined) - Number(b.problem !== undefined) || rank(a.id) - rank(b.id));
  const results = go(search, entries, { keys: [(entry) => entry.title, (entry) => entry.other, (entry) => entry.detail], limit: 0 });
  return results
    .map(({ obj, score }) => ({ obj, score: score + (rank(obj.id) < recent.length ? RECENT : 0) }))
    .sort((a, b) => b.score - a.score)
    .map(({ obj }) => obj);
}
