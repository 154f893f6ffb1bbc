import { createStore } from "zustand/vanilla";
import type { Comparison, ComparisonProtocol } from "./comparison.ts";
import type { ComparisonProgress } from "./comparison-protocol.ts";
import { measuringOn, type MeasuringState } from "./measuring.ts";
import type { PlacementSet } from "./placement-sets.ts";
import type { SessionStore } from "./session.ts";

/** What measures is not there before something is to be compared. */
const measurement = () => import("./compare-placements.ts");

/** How the latest comparison stands. Never in the history. */
export interface ComparingState extends MeasuringState<ComparisonProgress> {
  /** As far as it is measured; of a comparison that was cancelled, what it had. */
  readonly comparison: Comparison | null;
  /** Model → the user's own sets for it. */
  readonly ownSets: Readonly<Record<string, readonly PlacementSet[] | undefined>>;
  readonly wishes: ComparisonWishes;
}

/** What the user has chosen for comparisons. */
export interface ComparisonWishes {
  /** Names of sets; null: those that differ from one another. */
  readonly sets: readonly string[] | null;
  /** As typed: "1, 2, 4"; null: every power of two that the models take. */
  readonly batches: string | null;
  readonly runs: number;
  readonly warmup: number;
  /** Seconds for one set at one batch; 0: no end. */
  readonly budget: number;
}

/** A comparison as it is asked for. */
export interface ComparisonOrder {
  readonly model: string;
  readonly sets: readonly PlacementSet[];
  readonly protocol: ComparisonProtocol;
  readonly browser: string;
}

const IDLE = { status: "idle", progress: null, comparison: null, error: null, ownSets: {} } as const;

/** Comparisons of placements on the worker of a session; one at a time, and none beside a run. */
export function createComparing(session: SessionStore) {
  const store = createStore<ComparingState>()(() => ({ ...IDLE, wishes: { sets: null, batches: null, runs: 10, warmup: 2, budget: 60 } }));
  const measuring = measuringOn<ComparingState>(session, store, { name: "The comparison", begins: "placements are compared", idle: IDLE });

  /** Compares. Never throws: the outcome is in the state. */
  const start = (order: ComparisonOrder): Promise<void> =>
    measuring.start({ comparison: null }, async ({ signal, show }) => {
      const { comparePlacements } = await measurement();
      const comparison = await comparePlacements(session, {
        ...order,
        signal,
        progress: (progress) => store.setState({ progress }),
        found: (found) => show({ comparison: found }),
      });
      const cancelled = comparison.sets.some(({ stop }) => stop?.reason === "cancelled");
      return { status: cancelled ? "cancelled" : "done", comparison };
    });

  return Object.assign(store, {
    start,
    cancel: measuring.cancel,
    wish: (wish: Partial<ComparisonWishes>) => store.setState(({ wishes }) => ({ wishes: { ...wishes, ...wish } })),
    setOwnSets: (model: string, sets: readonly PlacementSet[]) => store.setState(({ ownSets }) => ({ ownSets: { ...ownSets, [model]: sets } })),
  });
}

/** The comparing store with its verbs. */
export type ComparingStore = ReturnType<typeof createComparing>;

const stores = new WeakMap<SessionStore, ComparingStore>();

/** The comparisons of a session, made when they are first asked for. */
export function comparingOf(session: SessionStore): ComparingStore {
  const known = stores.get(session) ?? createComparing(session);
  stores.set(session, known);
  return known;
}
