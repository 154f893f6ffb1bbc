import { ConchError } from "../base/errors.ts";
import type { DispatchingState, DispatchingStore, RunWhere } from "./dispatching.ts";
import type { ServerOf } from "./run-models.ts";

/** The server of each model in a run of `target`. The answer throws SERVER_UNKNOWN for one that is not connected. */
export function chosenServers({ getState, servers }: DispatchingStore, target: string, where: RunWhere): ServerOf {
  const { models, targets } = getState();
  const asked = where === "as-configured" ? (targets[target] ?? { models }) : where;
  if (asked === "browser") return () => undefined;
  const chosen: DispatchingState["models"] = "whole" in asked ? { [target]: asked.whole } : asked.models;
  return (model) => {
    const id = Object.hasOwn(chosen, model) ? chosen[model] : undefined;
    if (id === undefined) return undefined;
    const server = servers.find(id);
    if (server === undefined) throw new ConchError("SERVER_UNKNOWN", `model '${model}' is to run on server '${id}', which is not connected`, { data: { model, server: id } });
    return server;
  };
}
