import { createStore } from "zustand/vanilla";
import type { LoadProtocol, LoadSweep } from "./load-sweep.ts";
import type { LoadProgress } from "./load-sweep-protocol.ts";
import { measuringOn, type MeasuringState } from "./measuring.ts";
import { runLoadSweep } from "./run-load-sweep.ts";
import type { ServersStore } from "./servers.ts";
import type { SessionStore } from "./session.ts";

/** How the latest sweep stands. Never in the history. */
export interface SweepingState extends MeasuringState<LoadProgress> {
  /** As far as it is measured; of a sweep that was cancelled, what it had. */
  readonly sweep: LoadSweep | null;
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
  const measuring = measuringOn<SweepingState>(session, store, { name: "The load sweep", begins: "a load sweep begins", idle: IDLE });

  /** Sweeps. Never throws: the outcome is in the state. */
  const start = (order: LoadOrder): Promise<void> =>
    measuring.start({ sweep: null }, async ({ signal, show }) => {
      let told = -Infinity;
      const sweep = await runLoadSweep(session, servers, {
        ...order,
        signal,
        progress: (progress) => {
          if (progress.done > 0 && progress.done < progress.of && performance.now() - told < TELL) return;
          told = performance.now();
          store.setState({ progress });
        },
        found: (found) => show({ sweep: found }),
      });
      const cancelled = sweep.results.some(({ stop }) => stop?.reason === "cancelled");
      return { status: cancelled ? "cancelled" : "done", sweep };
    });

  return Object.assign(store, {
    start,
    cancel: measuring.cancel,
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
