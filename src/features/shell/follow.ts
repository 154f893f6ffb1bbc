import type { App } from "../../ui/app-context.ts";

/** Lets the panes follow what happens: results come forward when a run ends or a tensor is opened, a failure where it is explained. Returns how to stop. */
export function followApp({ selection, session, panes }: Pick<App, "selection" | "session" | "panes">): () => void {
  const stops = [
    selection.subscribe((state, before) => {
      if (state.result !== null && state.result !== before.result) panes.getState().showTab("results");
    }),
    session.subscribe(({ run }, { run: before }) => {
      if (run.status === before.status) return;
      const { tab, showTab } = panes.getState();
      if (run.status === "done" && tab === "run") showTab("results");
      if (run.status === "failed") showTab("run");
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
