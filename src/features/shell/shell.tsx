import { lazy, Suspense, useMemo } from "react";
import { useStore } from "zustand";
import { Loader, useMantineColorScheme } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { PaneBoundary } from "../../ui/pane-boundary.tsx";
import { useCommands } from "../../ui/use-commands.ts";
import { Dialogs } from "./dialogs.tsx";
import { DropOverlay } from "./drop-overlay.tsx";
import { Header } from "./header.tsx";
import { NoticeArea } from "./notice-area.tsx";
import type { Slots } from "./slots.ts";
import { useShortcuts } from "./use-shortcuts.ts";
import { windowCommands } from "./window-commands.ts";
import classes from "./shell.module.css";

// The gallery needs none of these.
const WidePanes = lazy(() => import("./wide-panes.tsx").then(({ WidePanes }) => ({ default: WidePanes })));
const NarrowPanes = lazy(() => import("./narrow-panes.tsx").then(({ NarrowPanes }) => ({ default: NarrowPanes })));

const PasteTarget = lazy(() => import("./paste-target.tsx").then(({ PasteTarget }) => ({ default: PasteTarget })));

/** Below this width there is one pane at a time. */
const NARROW = "(max-width: 767px)";

/** The window: header, panes or gallery, dialogs, drop target and shortcuts. */
export function Shell(slots: Slots) {
  const t = useMessages(shellMessages);
  const app = useApp();
  const { document, workspace, panes } = app;
  const dialog = useStore(panes, (state) => state.dialog);
  const { setColorScheme } = useMantineColorScheme();
  const isOpen = useStore(document, (state) => state.origin !== null);
  const starting = useStore(workspace, (state) => state.status === "starting");
  const saving = useStore(workspace.saving, (state) => state.plan !== null);
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  useCommands(useMemo(() => windowCommands(app, setColorScheme), [app, setColorScheme]));
  useShortcuts();
  return (
    <div className={classes.window}>
      <a className={classes.skip} href="#centre">
        {t("skip")}
      </a>
      <Header />
      <Opening />
      {isOpen && <PaneBoundary>{narrow ? <NarrowPanes {...slots} /> : <WidePanes {...slots} />}</PaneBoundary>}
      {!isOpen && (
        <main id="centre" className={classes.gallery} tabIndex={-1}>
          {!starting && slots.gallery}
        </main>
      )}
      <DropOverlay />
      {isOpen && <Suspense><PasteTarget /></Suspense>}
      <Dialogs />
      {dialog !== null && <PaneBoundary key={dialog} loading={null}>{slots.dialogs[dialog]}</PaneBoundary>}
      {saving && <Suspense>{slots.save}</Suspense>}
      <NoticeArea />
    </div>
  );
}

/** Says what is being opened. */
function Opening() {
  const t = useMessages(shellMessages);
  const { workspace } = useApp();
  const opening = useStore(workspace, (state) => state.opening);
  return (
    <div role="status" className={opening === null ? "visually-hidden" : classes.opening}>
      {opening !== null && (
        <>
          <Loader size={14} />
          {opening.files > 0 ? t("openingFiles", { name: opening.name, count: opening.files }) : t("opening", { name: opening.name })}
        </>
      )}
    </div>
  );
}
