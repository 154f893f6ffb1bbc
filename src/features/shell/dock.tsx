import { useEffect, useRef, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import { Tabs, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { DOCK_TABS, type DockTab } from "../../state/panes.ts";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { PaneBoundary } from "../../ui/pane-boundary.tsx";
import { shortcutName } from "./shortcuts.ts";
import classes from "./dock.module.css";

interface Props {
  /** What each tab shows. */
  content: Readonly<Record<DockTab, ReactNode>>;
  /** What stands behind a tab's name: the number of problems. */
  badges: Readonly<Partial<Record<DockTab, ReactNode>>>;
  /** False where the dock is the whole window. */
  closable: boolean;
}

/** The dock, open. Results stay mounted once they were shown: their window, slices and camera would be lost. */
export function Dock({ content, badges, closable }: Props) {
  const t = useMessages(shellMessages);
  const { panes } = useApp();
  const tab = useStore(panes, (state) => state.tab);
  const [seenResults, setSeenResults] = useState(false);
  if (tab === "results" && !seenResults) setSeenResults(true);
  const list = useRef<HTMLDivElement>(null);
  // A narrow window has no room for all tabs.
  useEffect(() => {
    list.current?.querySelector(`[data-testid="tab-${tab}"]`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [tab]);
  return (
    <Tabs
      className={classes.dock}
      value={tab}
      onChange={(value) => value !== null && panes.getState().showTab(value as DockTab)}
      keepMounted={false}
      keepMountedMode="display-none"
      variant="unstyled"
      data-testid="dock"
    >
      <div className={classes.bar}>
        <Tabs.List ref={list} className={classes.list} aria-label={t("dock")}>
          {DOCK_TABS.map((each) => (
            <Tabs.Tab key={each} value={each} className={classes.tab} data-testid={`tab-${each}`}>
              <span className={classes.label}>
                {t(each)}
                {badges[each]}
              </span>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {closable && (
          <IconButton label={t("hide", { pane: t("dock") })} keys={shortcutName("dock")} size="sm" onClick={() => panes.getState().setOpen("dock", false)}>
            <IconChevronDown size={16} />
          </IconButton>
        )}
      </div>
      {DOCK_TABS.map((each) => (
        <Tabs.Panel key={each} value={each} className={classes.panel} keepMounted={each === "results" && seenResults} tabIndex={0}>
          <PaneBoundary>{content[each]}</PaneBoundary>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

/** The dock, closed: its tabs' names open it. */
export function ClosedDock({ badges }: Pick<Props, "badges">) {
  const t = useMessages(shellMessages);
  const { panes } = useApp();
  return (
    <div className={`${classes.bar} ${classes.closed}`} role="toolbar" aria-label={t("dock")} data-testid="dock-closed">
      <div className={classes.list}>
        {DOCK_TABS.map((each) => (
          <UnstyledButton key={each} className={classes.tab} onClick={() => panes.getState().showTab(each)} data-testid={`tab-${each}`}>
            <span className={classes.label}>
              {t(each)}
              {badges[each]}
            </span>
          </UnstyledButton>
        ))}
      </div>
      <IconButton label={t("show", { pane: t("dock") })} keys={shortcutName("dock")} size="sm" onClick={() => panes.getState().setOpen("dock", true)}>
        <IconChevronUp size={16} />
      </IconButton>
    </div>
  );
}
