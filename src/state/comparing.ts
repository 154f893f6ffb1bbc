import { createStore } from "zustand/vanilla";
import { ConchError, toErrorRecord, type ErrorRecord } from "../base/errors.ts";
import type { Comparison, ComparisonProtocol } from "./comparison.ts";
import type { ComparisonProgress } from "./comparison-protocol.ts";
import type { PlacementSet } from "./placement-sets.ts";
import type { SessionStore } from "./session.ts";

/** What measures is not there before something is to be compared. */
const measuring = () => import("./compare-placements.ts");

/** How the latest comparison stands. Never in the history. */
export interface ComparingState {
  readonly status: "idle" | "running" | "cancelling" | "done" | "cancelled" | "failed";
  readonly progress: ComparisonProgress | null;
  /** As far as it is measured; of a comparison that was cancelled, what it had. */
  readonly comparison: Comparison | null;
  /** Why nothing could be measured. */
  readonly error: ErrorRecord | null;
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
  let controller: AbortController | undefined;
  // Without inputs at all the session was reset: another repository is open.
  session.subscribe(({ inputs }, before) => inputs !== before.inputs && Object.keys(inputs).length === 0 && store.setState({ ...IDLE, ...(controller && { status: "cancelling" }) }));

  /** Compares. Never throws: the outcome is in the state. */
  async function start(order: ComparisonOrder): Promise<void> {
    const mine = new AbortController();
    const leave = session.occupy(mine);
    if (leave === undefined) {
      const error = new ConchError("REQUEST_INVALID", "A run goes on: wait for its end, or cancel it, before placements are compared");
      if (controller === undefined) store.setState({ status: "failed", error: toErrorRecord(error) });
      return;
    }
    controller = mine;
    const repository = session.repositories;
    /** What is found of a repository that is no longer open is not shown. */
    const show = (found: Partial<ComparingState>): void => {
      if (session.repositories === repository) store.setState(found);
    };
    store.setState({ status: "running", progress: null, comparison: null, error: null });
    try {
      const { comparePlacements } = await measuring();
      const comparison = await comparePlacements(session, {
        ...order,
        signal: mine.signal,
        progress: (progress) => store.setState({ progress }),
        found: (found) => show({ comparison: found }),
      });
      const cancelled = comparison.sets.some(({ stop }) => stop?.reason === "cancelled");
      show({ status: cancelled ? "cancelled" : "done", comparison });
    } catch (thrown) {
      const error = toErrorRecord(thrown);
      show(error.code === "CANCELLED" ? { status: "cancelled" } : { status: "failed", error });
    } finally {
      controller = undefined;
      leave();
      store.setState(({ status }) => ({ progress: null, ...(status === "cancelling" && { status: "idle" }) }));
    }
  }

  /** First press: ends at the next step of the run that goes on. Second: ends the worker at once. What was measured stays. */
  function cancel(): void {
    if (controller === undefined) return;
    if (controller.signal.aborted) {
      session.client.restart("The comparison was cancelled and the worker restarted");
      return;
    }
    controller.abort();
    store.setState({ status: "cancelling" });
  }

  return Object.assign(store, {
    start,
    cancel,
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
