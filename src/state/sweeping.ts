import { createStore } from "zustand/vanilla";
import { ConchError, toErrorRecord, type ErrorRecord } from "../base/errors.ts";
import type { LoadProtocol, LoadSweep } from "./load-sweep.ts";
import type { LoadProgress } from "./load-sweep-protocol.ts";
import { runLoadSweep } from "./run-load-sweep.ts";
import type { ServersStore } from "./servers.ts";
import type { SessionStore } from "./session.ts";

/** How the latest sweep stands. Never in the history. */
export interface SweepingState {
  readonly status: "idle" | "running" | "cancelling" | "done" | "cancelled" | "failed";
  readonly progress: LoadProgress | null;
  /** As far as it is measured; of a sweep that was cancelled, what it had. */
  readonly sweep: LoadSweep | null;
  /** Why nothing could be measured. */
  readonly error: ErrorRecord | null;
  readonly wishes: LoadWishes;
}

/** What the user has chosen for sweeps. */
export interface LoadWishes {
  readonly here: boolean;
  /** Ids of servers that are left out. */
  readonly without: readonly string[];
  /** As typed: "1, 2, 4"; null: powers of two. */
  readonly concurrencies: string | null;
  readonly batches: string;
  readonly requests: number;
  readonly warmup: number;
  /** Seconds of a level, of a side; 0: no end. */
  readonly seconds: number;
  readonly budget: number;
}

/** A sweep as it is asked for. */
export interface LoadOrder {
  readonly model: string;
  readonly here: boolean;
  readonly servers: readonly string[];
  readonly protocol: LoadProtocol;
  readonly browser: string;
}

const IDLE = { status: "idle", progress: null, sweep: null, error: null } as const;
const WISHES: LoadWishes = { here: true, without: [], concurrencies: null, batches: "1", requests: 50, warmup: 2, seconds: 10, budget: 120 };
/** Milliseconds between two words of progress: a fast server answers more often than anyone can read. */
const TELL = 100;

/** Load sweeps on the worker of a session and on servers; one at a time, and none beside a run. */
function createSweeping(session: SessionStore, servers: ServersStore) {
  const store = createStore<SweepingState>()(() => ({ ...IDLE, wishes: WISHES }));
  let controller: AbortController | undefined;
  // Without inputs at all the session was reset: another repository is open.
  session.subscribe(({ inputs }, before) => inputs !== before.inputs && Object.keys(inputs).length === 0 && store.setState({ ...IDLE, ...(controller && { status: "cancelling" }) }));

  /** Sweeps. Never throws: the outcome is in the state. */
  async function start(order: LoadOrder): Promise<void> {
    const mine = new AbortController();
    const leave = session.occupy(mine);
    if (leave === undefined) {
      const error = new ConchError("REQUEST_INVALID", "A run goes on: wait for its end, or cancel it, before a load sweep begins");
      if (controller === undefined) store.setState({ status: "failed", error: toErrorRecord(error) });
      return;
    }
    controller = mine;
    const repository = session.repositories;
    /** What is found of a repository that is no longer open is not shown. */
    const show = (found: Partial<SweepingState>): void => {
      if (session.repositories === repository) store.setState(found);
    };
    store.setState({ status: "running", progress: null, sweep: null, error: null });
    let told = -Infinity;
    try {
      const sweep = await runLoadSweep(session, servers, {
        ...order,
        signal: mine.signal,
        progress: (progress) => {
          if (progress.done > 0 && progress.done < progress.of && performance.now() - told < TELL) return;
          told = performance.now();
          store.setState({ progress });
        },
        found: (found) => show({ sweep: found }),
      });
      const cancelled = sweep.results.some(({ stop }) => stop?.reason === "cancelled");
      show({ status: cancelled ? "cancelled" : "done", sweep });
    } catch (thrown) {
      const error = toErrorRecord(thrown);
      show(error.code === "CANCELLED" ? { status: "cancelled" } : { status: "failed", error });
    } finally {
      controller = undefined;
      leave();
      store.setState(({ status }) => ({ progress: null, ...(status === "cancelling" && { status: "idle" }) }));
    }
  }

  /** First press: ends requests to servers at once, and the run here at its next step. Second: ends the worker at once. What was measured stays. */
  function cancel(): void {
    if (controller === undefined) return;
    if (controller.signal.aborted) {
      session.client.restart("The load sweep was cancelled and the worker restarted");
      return;
    }
    controller.abort();
    store.setState({ status: "cancelling" });
  }

  return Object.assign(store, {
    start,
    cancel,
    wish: (wish: Partial<LoadWishes>) => store.setState(({ wishes }) => ({ wishes: { ...wishes, ...wish } })),
  });
}

/** The sweeping store with its verbs. */
export type SweepingStore = ReturnType<typeof createSweeping>;

const stores = new WeakMap<SessionStore, SweepingStore>();

/** The load sweeps of a session, made when they are first asked for. */
export function sweepingOf(session: SessionStore, servers: ServersStore): SweepingStore {
  const known = stores.get(session) ?? createSweeping(session, servers);
  stores.set(session, known);
  return known;
}
