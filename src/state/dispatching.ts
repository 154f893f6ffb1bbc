import { createStore } from "zustand/vanilla";
import type { ServersStore } from "./servers.ts";

/** Where the models of a run are run: as the user chose, in the browser, the target whole on a server, or each model on the server that is named for it. */
export type RunWhere = "as-configured" | "browser" | { readonly whole: string } | { readonly models: Readonly<Record<string, string | undefined>> };

/** What the user chose for the models of the open repository, by ids of servers. Never in its files nor in the history; gone with the window. */
export interface DispatchingState {
  /** Model (an ensemble, too) → the server that runs it as a step, or alone; absent: the browser. */
  readonly models: Readonly<Record<string, string | undefined>>;
  /** Ensemble → how a run of it goes, where not every step goes by `models`. */
  readonly targets: Readonly<Record<string, "browser" | { readonly whole: string } | undefined>>;
  /** Whether a server's results are used again while model and inputs stay the same. */
  readonly reuse: boolean;
}

const NOTHING: DispatchingState = { models: {}, targets: {}, reuse: false };

/** Keeps where models run. A server that is removed loses what was chosen for it. */
export function createDispatching(servers: ServersStore) {
  const store = createStore<DispatchingState>(() => NOTHING);
  const { setState } = store;
  servers.subscribe((state, before) => {
    const left = (id: string | undefined): boolean => id !== undefined && !state.servers.some((server) => server.id === id);
    if (before.servers.every(({ id }) => !left(id))) return;
    setState(({ models, targets }) => ({
      models: Object.fromEntries(Object.entries(models).filter(([, id]) => !left(id))),
      targets: Object.fromEntries(Object.entries(targets).filter(([, target]) => typeof target !== "object" || !left(target.whole))),
    }));
  });

  return Object.assign(store, {
    servers,
    /** Chooses a server for a model, or the browser. Ensembles that went to one place follow their steps from now on, so that the choice counts. */
    chooseModel: (model: string, server: string | undefined): void =>
      setState(({ models, targets }) => ({
        models: { ...models, [model]: server },
        targets: Object.fromEntries(Object.entries(targets).filter(([target, at]) => target !== model && (server === undefined || at !== "browser"))),
      })),
    /** Chooses how a run of an ensemble goes; undefined: each step as chosen for its model. */
    chooseTarget: (target: string, at: "browser" | { readonly whole: string } | undefined): void =>
      setState(({ targets }) => ({ targets: { ...targets, [target]: at } })),
    setReuse: (reuse: boolean): void => setState({ reuse }),
    /** Forgets what was chosen: another repository was opened. */
    reset: (): void => setState(NOTHING),
  });
}

/** Where models run, with its verbs. */
export type DispatchingStore = ReturnType<typeof createDispatching>;
