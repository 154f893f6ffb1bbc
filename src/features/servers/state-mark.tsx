import { IconCircleCheck, IconClockPause, IconDots, IconPlugConnectedX } from "@tabler/icons-react";
import { useStore } from "zustand";
import type { ServerState } from "../../state/server-state.ts";
import { settings } from "../../state/settings.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { translator } from "../../ui/catalogue/section.ts";
import classes from "./servers.module.css";

const GLYPHS = { "ready": IconCircleCheck, "not-ready": IconClockPause, "unreachable": IconPlugConnectedX, "looking": IconDots };

/** How a server is: a sign and a word; since when, where something is the matter or `since` asks for it. */
export function StateMark({ state, since = false }: { readonly state: ServerState | undefined; readonly since?: boolean }) {
  const language = useStore(settings, (state) => state.language);
  const t = translator(serverMessages, language);
  const kind = state?.kind ?? "looking";
  const Glyph = GLYPHS[kind];
  const dated = state !== undefined && (since || state.kind === "unreachable");
  const time = dated ? new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(state.since) : "";
  return (
    <span className={classes.state} data-kind={kind} data-testid="server-state">
      <Glyph size={14} aria-hidden="true" />
      {dated ? t("sinceTime", { state: t(kind), time }) : t(kind)}
    </span>
  );
}
