import { ConchError } from "../base/errors.ts";
import { serverLive, serverReady } from "../triton/v2/health.ts";
import { serverMetadata, type ServerMetadata } from "../triton/v2/metadata.ts";
import { repositoryIndex } from "../triton/v2/model-repository.ts";
import type { Connection } from "../triton/v2/connection.ts";
import { isProxied, proxyServers } from "./proxy-servers.ts";
import { diagnose, type Probe, type ServerDiagnosis } from "./server-diagnosis.ts";

/** How a server is, as the last look at it found. */
export interface ServerState {
  /** Ready for requests; there, but not ready; or not there. */
  readonly kind: "ready" | "not-ready" | "unreachable";
  /** When it was first found so. Milliseconds since 1970. */
  readonly since: number;
  /** Looks in a row that did not reach it. */
  readonly failures: number;
  /** What it says of itself, by the last look that reached it. */
  readonly metadata?: ServerMetadata;
  /** What is the matter; of a ready server, why it says nothing of itself. */
  readonly problem?: ServerDiagnosis;
}

/** What one look found. */
type Found = Pick<ServerState, "kind" | "metadata" | "problem">;

/** What a look needs of the page. */
export interface Surroundings {
  readonly fetch: typeof globalThis.fetch;
  /** The page's base address. */
  readonly page: string;
  /** Whether the page is cross-origin isolated: no answer of another origin that does not agree reaches it, read or unread. */
  readonly isolated: boolean;
  readonly now: () => number;
}

/** For one request of a look; a server that takes longer is not there. Milliseconds. */
const PATIENCE = 10_000;

/** Looks at a server: is it there, does it speak the protocol, is it ready. Never throws, but for CANCELLED. */
export async function lookAt(base: string, connection: Connection, surroundings: Surroundings, before: ServerState | undefined, signal?: AbortSignal): Promise<ServerState> {
  const call = { milliseconds: PATIENCE, ...(signal && { signal }) };
  try {
    const live = await serverLive(connection, call);
    // One that went and came back may be another one.
    const known = before?.kind === "unreachable" ? undefined : before?.metadata;
    const described = known === undefined ? await describe(() => serverMetadata(connection, call), base, surroundings) : { metadata: known };
    if (!live.ok) return nextState(before, { kind: "not-ready", ...described, problem: { code: "NOT_LIVE", detail: live.reason ?? "" } }, surroundings.now());
    const ready = await serverReady(connection, call);
    if (ready.ok) return nextState(before, { kind: "ready", ...described }, surroundings.now());
    const models = await notReady(connection, call);
    return nextState(before, { kind: "not-ready", ...described, problem: { code: "NOT_READY", detail: ready.reason ?? "", models } }, surroundings.now());
  } catch (error) {
    if (error instanceof ConchError && error.code === "CANCELLED") throw error;
    const problem = await explain(error, base, surroundings);
    // It is there, and may answer other questions than whether it is ready.
    return nextState(before, { kind: isClosed(problem) ? "not-ready" : "unreachable", problem }, surroundings.now());
  }
}

/** Whether a server is there, but keeps something from those who send no key. */
export function isClosed({ code }: ServerDiagnosis): boolean {
  return code === "RESTRICTED" || code === "UNAUTHORIZED";
}

/** What the metadata are, or that they are closed to this page alone. Throws where they show that this is no v2 server. */
async function describe(ask: () => Promise<ServerMetadata>, base: string, surroundings: Surroundings): Promise<Pick<Found, "metadata" | "problem">> {
  try {
    return { metadata: await ask() };
  } catch (error) {
    const problem = await explain(error, base, surroundings);
    if (isClosed(problem)) return { problem };
    throw error;
  }
}

/** What an error of a request to a server means, asking the proxy or the server once more where the error alone does not say. */
export async function explain(error: unknown, base: string, surroundings: Surroundings): Promise<ServerDiagnosis> {
  const proxied = isProxied(base);
  const code = error instanceof ConchError ? error.code : undefined;
  if (!proxied) return diagnose(error, { proxied, ...(code === "V2_UNREACHABLE" && { probe: await probe(base, surroundings) }) });
  const found = diagnose(error, { proxied });
  if (["NOT_V2", "BAD_ANSWER", "NOT_SUPPORTED", "UNAUTHORIZED"].includes(found.code) || (found.code === "REFUSED" && code === "V2_REFUSED")) {
    const list = await proxyServers(surroundings.fetch, surroundings.page);
    if (list.kind === "none") return { ...found, code: "NO_PROXY" };
  }
  return found;
}

/** What a failed fetch of another origin may mean. */
async function probe(base: string, { fetch, page, isolated }: Surroundings): Promise<Probe> {
  const { protocol, hostname } = new URL(base);
  if (new URL(page).protocol === "https:" && protocol === "http:" && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return "mixed";
  try {
    // The answer cannot be read, only that there is one.
    await fetch(`${base.replace(/\/+$/, "")}/v2`, { mode: "no-cors", signal: AbortSignal.timeout(PATIENCE) });
    return "answers";
  } catch {
    return isolated ? "unknown" : "silent";
  }
}

async function notReady(connection: Connection, call: { readonly milliseconds: number }): Promise<readonly string[]> {
  try {
    const entries = await repositoryIndex(connection, {}, call);
    return [...new Set(entries.filter(({ state, reason }) => state !== undefined && state !== "READY" && reason !== "unloaded").map(({ name }) => name))];
  } catch {
    return [];
  }
}

/** The state after a look. One that did not change keeps its beginning. */
export function nextState(before: ServerState | undefined, found: Found, now: number): ServerState {
  const { metadata = before?.metadata, ...rest } = found;
  return {
    ...rest,
    ...(metadata !== undefined && { metadata }),
    since: before?.kind === found.kind ? before.since : now,
    failures: found.kind === "unreachable" ? (before?.failures ?? 0) + 1 : 0,
  };
}

/** How long to wait before the next look, doubling from one failure to the next. Milliseconds, a minute at most. */
export function pollInterval(milliseconds: number, failures: number): number {
  return Math.max(milliseconds, Math.min(60_000, milliseconds * 2 ** failures));
}
