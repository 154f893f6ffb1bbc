import type { App } from "../../ui/app-context.ts";

/** Milliseconds without an edit after which models are inspected again. */
const INSPECT_PAUSE = 500;

/**
 * Lets the panes follow what happens: results come forward when a run ends or a tensor is opened; an opened model is inspected, so that the graph
 * says where each step will run. Returns how to stop.
 */
export function followApp({ document, selection, session, panes }: App): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const inspectSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { model } = selection.getState();
      const { status } = session.getState().run;
      const running = status === "preparing" || status === "running" || status === "cancelling";
      // A run inspects by itself, and must not have its models replaced.
      if (model !== null && document.getState().files.has(`${model}/config.pbtxt`) && !running) void session.inspect(model);
    }, INSPECT_PAUSE);
  };
  const stops = [
    selection.subscribe((state, before) => {
      if (state.result !== null && state.result !== before.result) panes.getState().showTab("results");
      if (state.model !== before.model) inspectSoon();
    }),
    document.subscribe((state, before) => {
      if (state.files !== before.files) inspectSoon();
    }),
    session.subscribe(({ run }, { run: before }) => {
      if (run.status === before.status) return;
      const { tab, showTab } = panes.getState();
      if (run.status === "done" && tab === "run") showTab("results");
      if (run.status === "failed") showTab("run");
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
