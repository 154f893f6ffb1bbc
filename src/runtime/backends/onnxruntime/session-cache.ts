import type { InferenceSession } from "onnxruntime-web";

/** A session and what is known of it. */
export interface CachedSession {
  readonly session: InferenceSession;
  /** Bytes of its weights. */
  readonly bytes: number;
}

/** Sessions of all models of a worker, least recently used out first. Every method is called inside the ONNX Runtime mutex. */
export interface SessionCache {
  /** The session under the key, made where there is none; others make room for `bytes` first. */
  get(owner: object, key: string, bytes: number, create: () => Promise<InferenceSession>): Promise<CachedSession>;
  /** Releases the sessions of one model. */
  release(owner: object): Promise<void>;
  readonly count: number;
  readonly bytes: number;
}

/** How much a worker keeps: the WebAssembly heap ends at 4 GiB, and activations need most of it. */
const MAX_SESSIONS = 8;
const MAX_BYTES = 1.5 * 2 ** 30;

/** An empty cache. */
export function createSessionCache(maxSessions = MAX_SESSIONS, maxBytes = MAX_BYTES): SessionCache {
  // In order of use: a Map keeps the order of insertion.
  const sessions = new Map<string, CachedSession & { owner: object }>();
  const owners = new Map<object, number>();
  let total = 0;
  let nextOwner = 0;

  function idOf(owner: object, key: string): string {
    let id = owners.get(owner);
    if (id === undefined) owners.set(owner, (id = nextOwner++));
    return `${id} ${key}`;
  }

  async function drop(id: string): Promise<void> {
    const entry = sessions.get(id);
    if (entry === undefined) return;
    sessions.delete(id);
    total -= entry.bytes;
    await entry.session.release();
  }

  return {
    async get(owner, key, bytes, create) {
      const id = idOf(owner, key);
      const found = sessions.get(id);
      if (found !== undefined) {
        sessions.delete(id);
        sessions.set(id, found);
        return found;
      }
      for (const [oldest] of sessions) {
        if (sessions.size < maxSessions && total + bytes <= maxBytes) break;
        await drop(oldest);
      }
      const entry = { session: await create(), bytes, owner };
      sessions.set(id, entry);
      total += bytes;
      return entry;
    },
    async release(owner) {
      for (const [id, entry] of sessions) if (entry.owner === owner) await drop(id);
      owners.delete(owner);
    },
    get count() {
      return sessions.size;
    },
    get bytes() {
      return total;
    },
  };
}
