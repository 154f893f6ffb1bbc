import { useStore } from "zustand";
import { UnstyledButton } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconCode, IconFolder, IconListTree, IconPlayerPlay, IconSitemap } from "@tabler/icons-react";
import type { NarrowPane } from "../../state/panes.ts";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { PaneBoundary } from "../../ui/pane-boundary.tsx";
import { Dock } from "./dock.tsx";
import type { Slots } from "./slots.ts";
import { Trail } from "./trail.tsx";
import classes from "./shell.module.css";

const BAR: readonly (readonly [NarrowPane, "explorer" | "graph" | "outline" | "text" | "inspector" | "run", typeof IconCode])[] = [
  ["explorer", "explorer", IconFolder],
  ["graph", "graph", IconSitemap],
  ["outline", "outline", IconListTree],
  ["dock", "run", IconPlayerPlay],
  ["inspector", "inspector", IconAdjustmentsHorizontal],
  ["text", "text", IconCode],
];

/** One pane at a time, chosen by a bar at the bottom. */
export function NarrowPanes({ dock, badges, ...slots }: Omit<Slots, "gallery">) {
  const t = useMessages(shellMessages);
  const { panes, selection } = useApp();
  const model = useStore(selection, (state) => state.model);
  const narrow = useStore(panes, (state) => state.narrow);
  const inside = useStore(selection, (state) => state.trail.length > 0);
  return (
    <>
      <main id="centre" className={classes.narrow} tabIndex={-1}>
        <h1 className="visually-hidden">{model ?? t("noModel")}</h1>
        {inside && (
          <div className={classes.trail}>
            <Trail />
            <span className={classes.inner}>{model}</span>
          </div>
        )}
        {narrow === "dock" ? <Dock content={dock} badges={badges} closable={false} /> : <PaneBoundary key={narrow}>{slots[narrow]}</PaneBoundary>}
      </main>
      <nav className={classes.bottom} aria-label={t("panes")}>
        {BAR.map(([pane, label, Glyph]) => (
          <UnstyledButton key={pane} className={classes.choice} aria-current={narrow === pane ? "page" : undefined} onClick={() => panes.getState().showNarrow(pane)} data-testid={`pane-${pane}`}>
            <Glyph size={20} stroke={1.6} aria-hidden="true" />
            {t(label)}
          </UnstyledButton>
        ))}
      </nav>
    </>
  );
}
