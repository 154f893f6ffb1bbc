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
}

/** A comparison as it is asked for. */
export interface ComparisonOrder {
  readonly model: string;
  readonly sets: readonly PlacementSet[];
  readonly protocol: ComparisonProtocol;
  readonly browser: string;
}

/** Comparisons of placements on the worker of a session; one at a time, and none beside a run. */
export function createComparing(session: SessionStore) {
  const store = createStore<ComparingState>()(() => ({ status: "idle", progress: null, comparison: null, error: null, ownSets: {} }));
  let controller: AbortController | undefined;

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
    store.setState({ status: "running", progress: null, comparison: null, error: null });
    try {
      const { comparePlacements } = await measuring();
      const comparison = await comparePlacements(session, {
        ...order,
        signal: mine.signal,
        progress: (progress) => store.setState({ progress }),
        found: (found) => store.setState({ comparison: found }),
      });
      const cancelled = comparison.sets.some(({ stop }) => stop?.reason === "cancelled");
      store.setState({ status: cancelled ? "cancelled" : "done", comparison });
    } catch (thrown) {
      const error = toErrorRecord(thrown);
      store.setState(error.code === "CANCELLED" ? { status: "cancelled" } : { status: "failed", error });
    } finally {
      controller = undefined;
      leave();
      store.setState({ progress: null });
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
    setOwnSets: (model: string, sets: readonly PlacementSet[]) => store.setState(({ ownSets }) => ({ ownSets: { ...ownSets, [model]: sets } })),
  });
}

/** The comparing store with its verbs. */
export type ComparingStore = ReturnType<typeof createComparing>;
