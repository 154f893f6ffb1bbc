import { createStore } from "zustand/vanilla";
import { toErrorRecord, type ErrorRecord } from "../base/errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { DispatchingStore } from "./dispatching.ts";
import type { DocumentStore } from "./document.ts";
import type { ModelHeaders } from "./model-headers.ts";
import type { SelectionStore } from "./selection.ts";
import type { SessionStore } from "./session.ts";

/** What a run of the open model would do, made anew whenever texts, inputs or requested outputs change. */
export interface PreviewState {
  readonly model: string | null;
  readonly plan: Plan | null;
  /** Why there is no plan: an input that cannot work, a model that cannot run. */
  readonly error: ErrorRecord | null;
}

/** What a preview follows. */
export interface PreviewSources {
  readonly document: DocumentStore;
  readonly headers: ModelHeaders;
  readonly selection: SelectionStore;
  readonly session: SessionStore;
  readonly dispatching: DispatchingStore;
}

/** Pause after the last change before the plan is made, so that typing does not start one per key. Milliseconds. */
const PAUSE = 150;

/** Keeps the preview of the open model true, and with it the inspections and placements that the graph shows. */
export function createPreview({ document, headers, selection, session, dispatching }: PreviewSources) {
  const store = createStore<PreviewState>()(() => ({ model: null, plan: null, error: null }));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let made = 0;

  async function make(): Promise<void> {
    const { model } = selection.getState();
    const mine = ++made;
    if (model === null) {
      store.setState({ model: null, plan: null, error: null });
      return;
    }
    await session.inspect(model);
    const next = await session.plan(model).then(
      (plan): PreviewState => ({ model, plan, error: null }),
      (thrown: unknown): PreviewState => ({ model, plan: null, error: toErrorRecord(thrown) }),
    );
    if (mine === made) store.setState(next);
  }

  function schedule(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void make(), PAUSE);
  }

  const stops = [
    document.subscribe((state, before) => state.files !== before.files && schedule()),
    headers.subscribe((state, before) => state.headers !== before.headers && schedule()),
    dispatching.subscribe((state, before) => (state.models !== before.models || state.targets !== before.targets) && schedule()),
    selection.subscribe((state, before) => state.model !== before.model && schedule()),
    session.subscribe((state, before) => {
      const model = selection.getState().model;
      if (model !== null && (state.inputs[model] !== before.inputs[model] || state.requestedOutputs[model] !== before.requestedOutputs[model])) schedule();
    }),
  ];
  return Object.assign(store, {
    stop: () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    },
  });
}

/** The preview store. */
export type PreviewStore = ReturnType<typeof createPreview>;
