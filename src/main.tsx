import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./ui/theme.css";
import { lazy, StrictMode, Suspense, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { useStore } from "zustand";
import { MantineProvider, type MantineColorSchemeManager } from "@mantine/core";
import { Gallery } from "./features/gallery/gallery.tsx";
import { followApp } from "./features/shell/follow.ts";
import { signalIdle } from "./features/shell/idle-signal.ts";
import { Shell } from "./features/shell/shell.tsx";
import type { Slots } from "./features/shell/slots.ts";
import { openFirst } from "./features/shell/open-first.ts";
import type { RuntimePort } from "./runtime/client.ts";
import { createCommandsStore } from "./state/commands.ts";
import { createDerivation } from "./state/derived.ts";
import { createDispatching } from "./state/dispatching.ts";
import { createDocumentStore } from "./state/document.ts";
import { createModelHeaders } from "./state/model-headers.ts";
import { createPanesStore } from "./state/panes.ts";
import { createPreview } from "./state/preview.ts";
import { createSelectionStore } from "./state/selection.ts";
import { createServers } from "./state/servers.ts";
import { createSession } from "./state/session.ts";
import { settings } from "./state/settings.ts";
import { createWorkspaceSession } from "./state/workspace.ts";
import { openWorkspaceStore } from "./state/workspace-store.ts";
import { AppContext, type App } from "./ui/app-context.ts";
import { cssVariables, theme } from "./ui/theme.ts";

/** `?gpu=off` behaves as in a browser without WebGPU. */
const parameters = new URLSearchParams(location.search);

const notices = () => import("./features/shell/notices.tsx");

function createApp(): App {
  const document = createDocumentStore();
  const headers = createModelHeaders(document);
  const derivation = createDerivation(headers);
  const selection = createSelectionStore();
  const panes = createPanesStore();
  const spawn = (): RuntimePort => new Worker(new URL("./runtime/worker.ts", import.meta.url), { type: "module", name: "conch-runtime" }) as RuntimePort;
  const servers = createServers((url, init) => fetch(url, init));
  const dispatching = createDispatching(servers);
  const session = createSession({ document, derivation, headers, spawn, dispatching, ...(parameters.get("gpu") === "off" && { gpu: false }) });
  void headers.begin((file) => session.readHeader(file));
  const workspace = createWorkspaceSession({
    document,
    derivation,
    selection,
    session,
    base: new URL(".", location.href).href,
    fetch: (url, init) => fetch(url, init),
    openStore: () => openWorkspaceStore(),
    notify: (notice) => void notices().then(({ showNotice }) => showNotice(notice, app)),
  });
  const preview = createPreview({ document, headers, selection, session, dispatching });
  const app: App = { document, derivation, headers, selection, session, servers, dispatching, workspace, preview, panes, commands: createCommandsStore() };
  return app;
}

/** The colour scheme lives with the other settings. */
const schemeManager: MantineColorSchemeManager = {
  get: () => settings.getState().colorScheme,
  set: (value) => settings.getState().setColorScheme(value),
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};

// What is not on the first screen comes when it is looked at.
const Explorer = lazy(() => import("./features/explorer/explorer.tsx").then((module) => ({ default: module.Explorer })));
const GraphEditor = lazy(() => import("./features/graph-editor/graph-editor.tsx").then((module) => ({ default: module.GraphEditor })));
const Outline = lazy(() => import("./features/outline/outline.tsx").then((module) => ({ default: module.Outline })));
const ConfigEditor = lazy(() => import("./features/config-editor/config-editor.tsx").then((module) => ({ default: module.ConfigEditor })));
const Inspector = lazy(() => import("./features/inspector/inspector.tsx").then((module) => ({ default: module.Inspector })));
const RunPanel = lazy(() => import("./features/run-panel/run-panel.tsx").then((module) => ({ default: module.RunPanel })));
const Timeline = lazy(() => import("./features/timeline/timeline.tsx").then((module) => ({ default: module.Timeline })));
const Results = lazy(() => import("./features/results/results.tsx").then((module) => ({ default: module.Results })));
const Problems = lazy(() => import("./features/problems/problems.tsx").then((module) => ({ default: module.Problems })));
const ProblemCount = lazy(() => import("./features/problems/problem-count.tsx").then((module) => ({ default: module.ProblemCount })));
const PlanView = lazy(() => import("./features/plan/plan-view.tsx").then((module) => ({ default: module.PlanView })));
const Placements = lazy(() => import("./features/placements/placements.tsx").then((module) => ({ default: module.Placements })));
const RemoteCompare = lazy(() => import("./features/remote-compare/remote-compare.tsx").then((module) => ({ default: module.RemoteCompare })));
const LoadSweep = lazy(() => import("./features/load-sweep/load-sweep.tsx").then((module) => ({ default: module.LoadSweep })));
const Palette = lazy(() => import("./features/palette/palette.tsx").then((module) => ({ default: module.Palette })));
const NewEnsemble = lazy(() => import("./features/new-ensemble/new-ensemble.tsx").then((module) => ({ default: module.NewEnsemble })));
const DeployDialog = lazy(() => import("./features/deploy/deploy-dialog.tsx").then((module) => ({ default: module.DeployDialog })));
const SaveDialog = lazy(() => import("./features/save/save-dialog.tsx").then((module) => ({ default: module.SaveDialog })));
const serverViews = () => import("./features/servers/server-slots.tsx");
const ServerList = lazy(() => serverViews().then((module) => ({ default: module.ServerList })));
const ServerPanel = lazy(() => serverViews().then((module) => ({ default: module.ServerPanel })));
const ConnectServer = lazy(() => serverViews().then((module) => ({ default: module.ConnectServer })));

const RunOn = lazy(() => import("./features/dispatch/run-on.tsx").then((module) => ({ default: module.RunOn })));
const Where = lazy(() => import("./features/dispatch/where.tsx").then((module) => ({ default: module.Where })));

const slots: Slots = {
  explorer: <Explorer servers={<Suspense fallback={null}><ServerList /></Suspense>} />,
  graph: <GraphEditor />,
  outline: <Outline />,
  text: <ConfigEditor />,
  inspector: <Inspector runOn={(model) => <Suspense fallback={null}><RunOn model={model} /></Suspense>} />,
  dock: { run: <RunPanel where={(model) => <Suspense fallback={null}><Where model={model} /></Suspense>} />, timeline: <Timeline />, results: <Results />, problems: <Problems />, plan: <PlanView />, placements: <Placements />, server: <ServerPanel />, "remote-compare": <RemoteCompare />, "load-sweep": <LoadSweep /> },
  badges: { problems: <Suspense fallback={null}><ProblemCount /></Suspense> },
  dialogs: { palette: <Palette />, "new-ensemble": <NewEnsemble />, "connect-server": <ConnectServer />, "change-server": <ConnectServer change />, deploy: <DeployDialog /> },
  gallery: <Gallery />,
  save: <SaveDialog />,
};

function Root({ app }: { app: App }) {
  const language = useStore(settings, (state) => state.language);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  }, [language]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme={settings.getState().colorScheme} colorSchemeManager={schemeManager}>
      <AppContext value={app}>
        <Shell {...slots} />
      </AppContext>
    </MantineProvider>
  );
}

const app = createApp();
// For diagnosis from the console, and for tests that compare texts byte for byte.
Object.assign(window, { conch: app });
followApp(app);
signalIdle(app, document.documentElement);
app.session.subscribe(({ loss }, before) => {
  if (loss !== null && loss !== before.loss) void notices().then(({ showLoss }) => showLoss(loss.kind, loss.message));
});
document.addEventListener("visibilitychange", () => void app.workspace.flush());
window.addEventListener("pagehide", () => void app.workspace.flush());
// Most have none.
if (localStorage.getItem("conch-servers") !== null) void import("./state/server-memory.ts").then(({ restoreServers }) => restoreServers(app.servers, localStorage));
void openFirst(app.workspace, parameters);

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <Root app={app} />
  </StrictMode>,
);
