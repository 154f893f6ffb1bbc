import type { ServersStore, V2Server } from "./servers.ts";

/** How much of a server this browser keeps: nothing, its name and address, or its headers too. */
export type Remembered = "nothing" | "address" | "headers";

/** Where: an item of the browser's localStorage, in plain text. */
export const MEMORY_KEY = "conch-servers";

type Stored = Omit<V2Server, "headers"> & { readonly headers?: V2Server["headers"] };

/** Adds the servers that the browser keeps to those of the window. What cannot be read is left out. */
export function restoreServers(servers: ServersStore, storage: Storage): void {
  for (const { headers = {}, ...server } of stored(storage)) {
    if (servers.find(server.id) === undefined) servers.add({ ...server, headers });
  }
}

/** Keeps a server as its user said, instead of what was kept of it before. */
export function rememberServer({ headers, ...server }: V2Server, what: Remembered, storage: Storage): void {
  const others = stored(storage).filter(({ id }) => id !== server.id);
  const kept = what === "nothing" ? others : [...others, { ...server, ...(what === "headers" && Object.keys(headers).length > 0 && { headers }) }];
  if (kept.length === 0) storage.removeItem(MEMORY_KEY);
  else storage.setItem(MEMORY_KEY, JSON.stringify(kept));
}

/** How much of a server is kept. */
export function rememberedOf(id: string, storage: Storage): Remembered {
  const found = stored(storage).find((each) => each.id === id);
  if (found === undefined) return "nothing";
  return found.headers === undefined ? "address" : "headers";
}

/** Forgets a server and all of its headers. */
export function forgetServer(id: string, storage: Storage): void {
  const server = stored(storage).find((each) => each.id === id);
  if (server !== undefined) rememberServer({ headers: {}, ...server }, "nothing", storage);
}

function stored(storage: Storage): readonly Stored[] {
  try {
    const found: unknown = JSON.parse(storage.getItem(MEMORY_KEY) ?? "[]");
    return Array.isArray(found) ? found.flatMap(read) : [];
  } catch {
    return [];
  }
}

function read(entry: unknown): readonly Stored[] {
  if (typeof entry !== "object" || entry === null) return [];
  const { id, name, base, metrics, headers } = entry as Partial<Record<keyof Stored, unknown>>;
  if (typeof id !== "string" || typeof name !== "string" || typeof base !== "string") return [];
  const pairs = typeof headers === "object" && headers !== null ? Object.entries(headers).filter(([, value]) => typeof value === "string") : [];
  return [{ id, name, base, ...(typeof metrics === "string" && { metrics }), ...(pairs.length > 0 && { headers: Object.fromEntries(pairs) as Record<string, string> }) }];
}
