import { createStore } from "zustand/vanilla";
import { ConchError } from "../base/errors.ts";
import type { Connection } from "../triton/v2/connection.ts";
import type { BodyParts } from "../triton/v2/transport.ts";

/** A server of the v2 protocol, and how this page reaches it. */
export interface V2Server {
  /** Unique in this window. */
  readonly id: string;
  /** What the user sees. */
  readonly name: string;
  /** What `/v2/…` is appended to: the prefix of the proxy, `/v2-proxy/localhost:8000`, or the address of a server that allows this page by CORS. */
  readonly base: string;
  /** Address of its Prometheus page; where absent, `/metrics` behind the base. */
  readonly metrics?: string;
  /** Sent with every request. They may be secrets: never logged, never part of a plan, a report or an exported file. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The servers of this window. */
export interface ServersState {
  readonly servers: readonly V2Server[];
  /** Id of the one that the server panel shows, where it is still connected. */
  readonly shown: string | null;
}

/** The protocol's client is not there before a server is asked something. */
const client = () => import("../triton/v2/connection.ts");

/** Keeps the servers of this window, and the way to each. `fetch` is the page's. Sends nothing by itself. */
export function createServers(fetch: typeof globalThis.fetch) {
  const store = createStore<ServersState>(() => ({ servers: [], shown: null }));
  async function connectionOf({ base, metrics, headers }: V2Server): Promise<Connection> {
    const { connect } = await client();
    return connect<Blob>({
      base,
      metrics: metrics ?? `${base}/metrics`,
      headers,
      fetch: (url, init) => fetch(url, init),
      body: (parts: BodyParts) => new Blob([...parts]),
      timer: (milliseconds, run) => {
        const id = setTimeout(run, milliseconds);
        return () => clearTimeout(id);
      },
    });
  }

  const find = (id: string): V2Server | undefined => store.getState().servers.find((server) => server.id === id);

  return Object.assign(store, {
    find,
    /** Adds a server, or replaces the one of the same id. */
    add: (server: V2Server): void => store.setState(({ servers }) => ({ servers: [...servers.filter(({ id }) => id !== server.id), server] })),
    remove: (id: string): void => store.setState(({ servers }) => ({ servers: servers.filter((each) => each.id !== id) })),
    /** Has the server panel show a server. */
    show: (shown: string): void => store.setState({ shown }),
    /** The way to a server. Throws SERVER_UNKNOWN for one that is not among them. */
    connection: async (id: string): Promise<Connection> => {
      const server = find(id);
      if (server === undefined) {
        const names = store.getState().servers.map(({ name }) => name);
        throw new ConchError("SERVER_UNKNOWN", `no server '${id}' is connected; there is ${names.length === 0 ? "none" : names.join(", ")}`, { data: { server: id } });
      }
      return connectionOf(server);
    },
  });
}

/** The servers of a window, with their verbs. */
export type ServersStore = ReturnType<typeof createServers>;
