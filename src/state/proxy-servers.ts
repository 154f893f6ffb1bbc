/** The servers that the proxy of the page's own server lets through, or why there is none. */
export type ProxyServers =
  /** `loopback`: none was named, and every port of the machine that serves the page is an id of its own, `localhost:8000`. */
  | { readonly kind: "list"; readonly servers: readonly { readonly id: string; readonly url: string }[]; readonly loopback: boolean }
  /** What serves the page has no proxy. */
  | { readonly kind: "none" }
  /** The proxy is there, but not for this page. */
  | { readonly kind: "refused"; readonly message: string }
  /** What serves the page no longer answers. */
  | { readonly kind: "gone" };

/** Of every answer of a proxy of Conch, so that a page can tell it from a host that has none. */
const MARK = "conch-proxy";

/** For the answer; a host that takes longer is not there. Milliseconds. */
const PATIENCE = 10_000;

/** Asks for the proxy's list. `page` is the page's base address, below which the proxy lies. Never throws. */
export async function proxyServers(fetch: typeof globalThis.fetch, page: string): Promise<ProxyServers> {
  try {
    const response = await fetch(new URL("v2-proxy/", page).href, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) });
    if (!response.headers.has(MARK)) return { kind: "none" };
    const found = (await response.json()) as { servers?: unknown; loopback?: unknown; error?: unknown };
    if (!response.ok) return { kind: "refused", message: String(found.error ?? response.status) };
    return { kind: "list", servers: listed(found.servers), loopback: found.loopback === true };
  } catch (error) {
    // A host without a proxy may answer with a page, which is no JSON.
    return error instanceof SyntaxError ? { kind: "none" } : { kind: "gone" };
  }
}

/** The base of a server behind the proxy. Path only: it holds in the worker too. */
export function proxyBase(page: string, id: string): string {
  return new URL(`v2-proxy/${id}`, page).pathname;
}

/** Whether a server is reached through the proxy of the page's own server. */
export function isProxied(base: string): boolean {
  return base.startsWith("/");
}

function listed(servers: unknown): { id: string; url: string }[] {
  if (!Array.isArray(servers)) return [];
  return servers.flatMap((each: { id?: unknown; url?: unknown } | null) => (typeof each?.id === "string" ? [{ id: each.id, url: typeof each.url === "string" ? each.url : "" }] : []));
}
