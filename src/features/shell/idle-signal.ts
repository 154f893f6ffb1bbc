import type { App } from "../../ui/app-context.ts";

/** Whether something goes on that the user waits for: opening, saving, decoding an input, running, comparing. */
function isBusy({ workspace, session }: Pick<App, "workspace" | "session">): boolean {
  const { status, runningSample } = workspace.getState();
  const { inputs, run, occupied } = session.getState();
  if (status === "starting" || status === "opening" || runningSample || workspace.saving.getState().busy || occupied) return true;
  if (run.status === "preparing" || run.status === "running" || run.status === "cancelling") return true;
  return Object.values(inputs).some((model) => Object.values(model ?? {}).some((input) => input?.status === "decoding"));
}

/** Keeps `data-conch` of an element at "busy" or "idle": what end-to-end tests wait for. Returns how to stop. */
export function signalIdle(app: App, element: HTMLElement): () => void {
  const update = (): void => {
    element.dataset["conch"] = isBusy(app) ? "busy" : "idle";
  };
  const stops = [app.workspace.subscribe(update), app.workspace.saving.subscribe(update), app.session.subscribe(update)];
  update();
  return () => {
    for (const stop of stops) stop();
  };
}
