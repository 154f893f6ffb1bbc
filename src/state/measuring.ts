import type { StoreApi } from "zustand/vanilla";
import { ConchError, toErrorRecord, type ErrorRecord } from "../base/errors.ts";
import type { SessionStore } from "./session.ts";

/** How a measurement over many runs stands. */
export type MeasuringStatus = "idle" | "running" | "cancelling" | "done" | "cancelled" | "failed";

/** What every store of measurements has. */
export interface MeasuringState<Progress> {
  readonly status: MeasuringStatus;
  readonly progress: Progress | null;
  /** Why nothing could be measured. */
  readonly error: ErrorRecord | null;
}

/** What a measurement is given. */
export interface Measuring<State> {
  readonly signal: AbortSignal;
  /** Shows what is found; nothing once its repository is no longer open. */
  show(found: Partial<State>): void;
}

/** Words for messages, and the state of a window that has measured nothing. */
interface MeasuringKind<State> {
  /** "The comparison": what is cancelled. */
  readonly name: string;
  /** "a comparison begins": what has to wait for the end of a run. */
  readonly begins: string;
  readonly idle: Partial<State>;
}

/** Measurements on the worker of a session: one at a time, none beside a run, and none that outlives its repository on screen. */
export function measuringOn<State extends MeasuringState<unknown>>(session: SessionStore, { setState }: StoreApi<State>, { name, begins, idle }: MeasuringKind<State>) {
  let controller: AbortController | undefined;
  const set = (patch: Partial<MeasuringState<never>>): void => setState(patch as Partial<State>);
  // Without inputs at all the session was reset: another repository is open.
  session.subscribe(({ inputs }, before) => {
    if (inputs === before.inputs || Object.keys(inputs).length > 0) return;
    setState(idle);
    if (controller !== undefined) set({ status: "cancelling" });
  });

  return {
    /**
     * Measures. `measure` gives what is to be shown at the end, its status "done" unless it says another one; `ended` runs while the worker is still
     * occupied, however it ended. Never throws: the outcome is in the state.
     */
    start: async (begun: Partial<State>, measure: (measuring: Measuring<State>) => Promise<Partial<State>>, ended?: (isOpen: boolean) => Promise<void>): Promise<void> => {
      const mine = new AbortController();
      const leave = session.occupy(mine);
      if (leave === undefined) {
        const error = new ConchError("REQUEST_INVALID", `A run goes on: wait for its end, or cancel it, before ${begins}`);
        if (controller === undefined) set({ status: "failed", error: toErrorRecord(error) });
        return;
      }
      controller = mine;
      const repository = session.repositories;
      const show = (found: Partial<State>): void => {
        if (session.repositories === repository) setState(found);
      };
      setState(begun);
      set({ status: "running", progress: null, error: null });
      try {
        show({ status: "done", ...(await measure({ signal: mine.signal, show })) });
      } catch (thrown) {
        const error = toErrorRecord(thrown);
        show((error.code === "CANCELLED" ? { status: "cancelled" } : { status: "failed", error }) as Partial<State>);
      } finally {
        controller = undefined;
        await ended?.(session.repositories === repository);
        leave();
        setState(({ status }) => ({ progress: null, ...(status === "cancelling" && { status: "idle" }) }) as Partial<State>);
      }
    },
    /** First press: ends at the next step of the run that goes on, and requests to servers at once. Second: ends the worker at once. What was found stays. */
    cancel: (): void => {
      if (controller === undefined) return;
      if (controller.signal.aborted) {
        session.client.restart(`${name} was cancelled and the worker restarted`);
        return;
      }
      controller.abort();
      set({ status: "cancelling" });
    },
  };
}
