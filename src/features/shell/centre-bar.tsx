import { useStore } from "zustand";
import { UnstyledButton } from "@mantine/core";
import {
  IconCode,
  IconColumns2,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconLayoutSidebarRightCollapse,
  IconLayoutSidebarRightExpand,
  IconListTree,
  IconSitemap,
} from "@tabler/icons-react";
import { useApp } from "../../ui/app-context.ts";
import { BackendGlyph } from "../../ui/backend-mark.tsx";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { useRepository } from "../../ui/open-model.ts";
import { shortcutName } from "./shortcuts.ts";
import { Trail } from "./trail.tsx";
import classes from "./centre-bar.module.css";

const CENTRES = [
  ["graph", IconSitemap],
  ["outline", IconListTree],
  ["split", IconColumns2],
  ["text", IconCode],
] as const;

/** Above the centre: which model is open, what of it is shown, and the switches of the panes beside it. */
export function CentreBar() {
  const t = useMessages(shellMessages);
  const { selection, panes } = useApp();
  const model = useStore(selection, (state) => state.model);
  const view = useRepository();
  const { explorer, inspector, centre } = useStore(panes);
  const shown = model === null ? undefined : view.models.get(model);
  return (
    <div className={classes.bar}>
      <IconButton
        label={t(explorer ? "hide" : "show", { pane: t("explorer") })}
        keys={shortcutName("explorer")}
        size="sm"
        onClick={() => panes.getState().toggle("explorer")}
      >
        {explorer ? <IconLayoutSidebarLeftCollapse size={16} /> : <IconLayoutSidebarLeftExpand size={16} />}
      </IconButton>
      <Trail />
      <h1 className={classes.title} data-testid="open-model" title={model ?? undefined}>
        {shown !== undefined && <BackendGlyph backend={shown.isEnsemble ? "ensemble" : shown.backend.backend} size={14} />}
        <span className={classes.name}>{model ?? t("noModel")}</span>
      </h1>
      <div className={classes.switch} role="group" aria-label={t("centre")}>
        {CENTRES.map(([each, Glyph]) => (
          <UnstyledButton
            key={each}
            className={classes.choice}
            aria-pressed={centre === each}
            aria-label={t(each)}
            title={`${t(each)} (${shortcutName("centre")})`}
            onClick={() => panes.getState().setCentre(each)}
            data-testid={`centre-${each}`}
          >
            <Glyph size={16} stroke={1.6} aria-hidden="true" />
          </UnstyledButton>
        ))}
      </div>
      <IconButton
        label={t(inspector ? "hide" : "show", { pane: t("inspector") })}
        keys={shortcutName("inspector")}
        size="sm"
        onClick={() => panes.getState().toggle("inspector")}
      >
        {inspector ? <IconLayoutSidebarRightCollapse size={16} /> : <IconLayoutSidebarRightExpand size={16} />}
      </IconButton>
    </div>
  );
}
