import { useElementSize } from "@mantine/hooks";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import { useStore } from "zustand";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { PaneBoundary } from "../../ui/pane-boundary.tsx";
import { CentreBar } from "./centre-bar.tsx";
import { ClosedDock, Dock } from "./dock.tsx";
import type { Slots } from "./slots.ts";
import classes from "./shell.module.css";

/** Narrower than this, the centre has graph and text above one another: side by side neither could be read. Pixels. */
const SIDE_BY_SIDE = 1200;

/** Explorer, centre and inspector side by side above the dock; every size is kept. */
export function WidePanes({ explorer, graph, outline, text, inspector, dock, badges }: Omit<Slots, "gallery">) {
  const t = useMessages(shellMessages);
  const { panes } = useApp();
  const open = useStore(panes);
  const rows = useDefaultLayout({ id: "conch-rows", panelIds: open.dock ? ["panel-upper", "panel-dock"] : ["panel-upper"] });
  const columnIds = [...(open.explorer ? ["panel-explorer"] : []), "panel-centre", ...(open.inspector ? ["panel-inspector"] : [])];
  const columns = useDefaultLayout({ id: "conch-columns", panelIds: columnIds });
  return (
    <main className={classes.main}>
      <Group className={classes.rows} orientation="vertical" {...rows}>
        <Panel id="panel-upper" minSize="20%">
          <Group className={classes.columns} {...columns}>
            {open.explorer && (
              <>
                <Panel id="panel-explorer" defaultSize="264px" minSize="168px" maxSize="45%" groupResizeBehavior="preserve-pixel-size">
                  <nav className={classes.pane} aria-label={t("explorer")} data-testid="explorer">
                    <PaneBoundary>{explorer}</PaneBoundary>
                  </nav>
                </Panel>
                <Separator className={classes.upright} aria-label={t("resize", { pane: t("explorer") })} />
              </>
            )}
            <Panel id="panel-centre" minSize="25%">
              <section id="centre" className={classes.pane} aria-label={t("centre")} tabIndex={-1}>
                <CentreBar />
                <CentrePanes graph={graph} outline={outline} text={text} />
              </section>
            </Panel>
            {open.inspector && (
              <>
                <Separator className={classes.upright} aria-label={t("resize", { pane: t("inspector") })} />
                <Panel id="panel-inspector" defaultSize="304px" minSize="200px" maxSize="45%" groupResizeBehavior="preserve-pixel-size">
                  <div className={classes.pane}>
                    <PaneBoundary>{inspector}</PaneBoundary>
                  </div>
                </Panel>
              </>
            )}
          </Group>
        </Panel>
        {open.dock && (
          <>
            <Separator className={classes.level} aria-label={t("resize", { pane: t("dock") })} />
            <Panel id="panel-dock" defaultSize="38%" minSize="120px" maxSize="80%">
              <section className={classes.pane} aria-label={t("dock")}>
                <Dock content={dock} badges={badges} closable />
              </section>
            </Panel>
          </>
        )}
      </Group>
      {!open.dock && <ClosedDock badges={badges} />}
    </main>
  );
}

function CentrePanes({ text, ...pictures }: Pick<Slots, "graph" | "outline" | "text">) {
  const t = useMessages(shellMessages);
  const { panes } = useApp();
  const centre = useStore(panes, (state) => state.centre);
  const picture = useStore(panes, (state) => state.picture);
  const { ref, width } = useElementSize();
  const stacked = centre === "split" && width > 0 && width < SIDE_BY_SIDE;
  const layout = useDefaultLayout({ id: stacked ? "conch-centre-stacked" : "conch-centre", panelIds: centre === "split" ? ["panel-graph", "panel-text"] : [centre === "text" ? "panel-text" : "panel-graph"] });
  return (
    <Group className={classes.centre} elementRef={ref} orientation={stacked ? "vertical" : "horizontal"} {...layout}>
      {centre !== "text" && (
        <Panel id="panel-graph" minSize="20%" defaultSize={stacked ? "50%" : "60%"}>
          <div className={classes.pane}>
            <PaneBoundary key={picture}>{pictures[picture]}</PaneBoundary>
          </div>
        </Panel>
      )}
      {centre === "split" && <Separator className={stacked ? classes.level : classes.upright} aria-label={t("resize", { pane: t("text") })} />}
      {(centre === "split" || centre === "text") && (
        <Panel id="panel-text" minSize="20%" defaultSize={stacked ? "50%" : "40%"}>
          <div className={classes.pane}>
            <PaneBoundary>{text}</PaneBoundary>
          </div>
        </Panel>
      )}
    </Group>
  );
}
