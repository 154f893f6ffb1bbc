import { useMutation, useMutationState, useQueryClient, type QueryClient } from "@tanstack/react-query";
import type { V2Server } from "../../state/servers.ts";
import type { Connection } from "../../triton/v2/connection.ts";
import { loadModel, repositoryIndex, unloadModel, type RepositoryEntry } from "../../triton/v2/model-repository.ts";
import { useApp } from "../../ui/app-context.ts";
import { isUnloaded } from "./index-rows.ts";

/** What a server was asked to do with a model. */
export interface ModelChange {
  readonly verb: "load" | "unload";
  readonly model: string;
  /** Of an ensemble: its steps too. */
  readonly dependents?: boolean;
  /** Loads with this configuration (JSON of a ModelConfig) instead of the repository's. */
  readonly config?: string;
}

/** A change and what became of it. */
export interface ChangeState extends ModelChange {
  /** Pending until the server's index says that it is so. */
  readonly status: "pending" | "success" | "error";
  readonly error: unknown;
  /** Grows from one change to the next. */
  readonly at: number;
}

/** How often the index is asked whether an unloading is over, and for how long. Milliseconds. */
const ASK = 500;
const PATIENCE = 60_000;

/** Asks a server to load or unload models. The index is asked again once it has. */
export function useChange(server: V2Server): (change: ModelChange) => void {
  const { servers } = useApp();
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationKey: [server.id, "change"],
    mutationFn: async (change: ModelChange) => carryOut(await servers.connection(server.id), change, client, server.id),
    onSettled: async (_, __, { model }) => {
      const of = (...key: string[]) => client.invalidateQueries({ queryKey: [server.id, ...key] });
      await Promise.all([of("index"), of("state"), of("config", model), of("statistics", model)]);
    },
  });
  return mutate;
}

/** The last change of each model that is going on or was not dismissed. */
export function useChanges(server: V2Server): ReadonlyMap<string, ChangeState> {
  const all = useMutationState({
    filters: { mutationKey: [server.id, "change"] },
    select: ({ state: { variables, status, error, submittedAt } }) => ({ ...(variables as ModelChange), status, error, at: submittedAt }),
  });
  return new Map(all.flatMap((change) => (change.status === "idle" ? [] : [[change.model, change as ChangeState]])));
}

/** Forgets what became of the changes of a model. */
export function useDismiss(server: V2Server): (model: string) => void {
  const cache = useQueryClient().getMutationCache();
  return (model) => {
    for (const mutation of cache.findAll({ mutationKey: [server.id, "change"] })) {
      if (mutation.state.status !== "pending" && (mutation.state.variables as ModelChange).model === model) cache.remove(mutation);
    }
  };
}

async function carryOut(connection: Connection, { verb, model, dependents, config }: ModelChange, client: QueryClient, server: string): Promise<void> {
  if (verb === "load") return loadModel(connection, model, config === undefined ? {} : { config });
  await unloadModel(connection, model, dependents === true ? { dependents } : {});
  const end = Date.now() + PATIENCE;
  let entries: readonly RepositoryEntry[];
  do {
    entries = await repositoryIndex(connection);
    client.setQueryData([server, "index"], entries);
    if (isUnloaded(entries, model)) return;
    await new Promise((resolve) => setTimeout(resolve, ASK));
  } while (Date.now() < end);
}
