import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useRef } from "react";
import { lookAt, pollInterval, type ServerState, type Surroundings } from "../../state/server-state.ts";
import type { V2Server } from "../../state/servers.ts";
import type { CallOptions, Connection } from "../../triton/v2/connection.ts";
import { useApp } from "../../ui/app-context.ts";

/** Between two looks at a server that answers. Milliseconds. */
const LOOK = 5000;

/** What a look at a server needs of this page. */
export function surroundings(): Surroundings {
  return { fetch: (url, init) => fetch(url, init), page: new URL(".", location.href).href, isolated: window.crossOriginIsolated, now: Date.now };
}

/** How a server is, looked at again and again; less and less often while it is not reached. */
export function useServerState(server: V2Server): UseQueryResult<ServerState> {
  const { servers } = useApp();
  return useQuery<ServerState>({
    queryKey: [server.id, "state"],
    queryFn: async ({ client, queryKey, signal }) => lookAt(server.base, await servers.connection(server.id), surroundings(), client.getQueryData<ServerState>(queryKey), signal),
    refetchInterval: ({ state }) => pollInterval(LOOK, state.data?.failures ?? 0),
  });
}

/** How to ask a server something. */
interface Polled<T> {
  /** Of the question, within the server. */
  readonly key: readonly string[];
  /** Between two questions while they are answered; 0 asks once. Milliseconds. */
  readonly every: number | ((last: T | undefined) => number);
  /** False while there is nothing to ask. */
  readonly enabled?: boolean;
  /** `before` is the last answer. */
  ask(connection: Connection, call: CallOptions, before: T | undefined): Promise<T>;
}

/** Asks a server while somebody looks and it is there. After a failure it is looked at, and asked less and less often. */
export function usePolled<T>(server: V2Server, { key, every, enabled = true, ask }: Polled<T>): UseQueryResult<T> {
  const { servers } = useApp();
  const client = useQueryClient();
  const { data: state } = useServerState(server);
  const failures = useRef(0);
  return useQuery<T>({
    queryKey: [server.id, ...key],
    enabled: enabled && state !== undefined && state.kind !== "unreachable",
    queryFn: async ({ queryKey, signal }) => {
      try {
        const answer = await ask(await servers.connection(server.id), { signal }, client.getQueryData<T>(queryKey));
        failures.current = 0;
        return answer;
      } catch (error) {
        failures.current++;
        if (!signal.aborted) void client.refetchQueries({ queryKey: [server.id, "state"] }, { cancelRefetch: false });
        throw error;
      }
    },
    refetchInterval: ({ state: { data } }) => {
      const interval = typeof every === "number" ? every : every(data);
      return interval === 0 ? false : pollInterval(interval, failures.current);
    },
  });
}
