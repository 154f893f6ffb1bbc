import type { RepositoryEntry } from "../../triton/v2/model-repository.ts";

/** A model of a server's index, with all of its versions. */
export interface IndexRow {
  readonly name: string;
  /** In the server's order; none for a model that was never loaded. */
  readonly versions: readonly { readonly version: string; readonly state: string; readonly reason: string }[];
  /** READY where any version is, else that of the first; undefined for a model that was never loaded. */
  readonly state: string | undefined;
  /** Why a version is not ready by the server's own words, those of several in lines. */
  readonly reason: string;
}

/** The models of an index by name, those that have `filter` in their names. */
export function indexRows(entries: readonly RepositoryEntry[], filter = ""): readonly IndexRow[] {
  const wanted = filter.trim().toLowerCase();
  const names = [...new Set(entries.map(({ name }) => name))].filter((name) => name.toLowerCase().includes(wanted));
  return names
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((name) => {
      const versions = entries.flatMap((entry) => (entry.name === name && entry.state !== undefined ? [{ version: entry.version ?? "", state: entry.state, reason: entry.reason ?? "" }] : []));
      const reasons = versions.flatMap(({ version, reason }) => (reason === "" ? [] : [versions.length > 1 ? `${version}: ${reason}` : reason]));
      const state = ["READY", "LOADING", "UNLOADING"].find((each) => versions.some((version) => version.state === each)) ?? versions[0]?.state;
      return { name, versions, state, reason: [...new Set(reasons)].join("\n") };
    });
}

/** Whether something changes by itself, so that the index is worth asking again soon. */
export function isChanging(entries: readonly RepositoryEntry[]): boolean {
  return entries.some(({ state }) => state === "LOADING" || state === "UNLOADING");
}

/** Whether an unloading that the server agreed to is over: it answers before it is. */
export function isUnloaded(entries: readonly RepositoryEntry[], model: string): boolean {
  return !entries.some(({ name, state }) => name === model && (state === "READY" || state === "UNLOADING" || state === "LOADING"));
}
