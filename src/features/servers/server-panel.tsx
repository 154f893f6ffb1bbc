import { Button, SegmentedControl, Text } from "@mantine/core";
import { useState } from "react";
import { useStore } from "zustand";
import type { V2Server } from "../../state/servers.ts";
import { useApp } from "../../ui/app-context.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { DiagnosisNotice } from "./diagnosis-notice.tsx";
import { MetricsView } from "./metrics-view.tsx";
import { ModelsView } from "./models-view.tsx";
import { Queries } from "./queries.tsx";
import { ServerHead } from "./server-head.tsx";
import { SettingsView } from "./settings-view.tsx";
import { useServerState } from "./use-server.ts";
import classes from "./servers.module.css";

const PARTS = ["models", "metrics", "settings"] as const;
type Part = (typeof PARTS)[number];

/** One server: how it is, its models, metrics and settings. */
export function ServerPanel() {
  const t = useMessages(serverMessages);
  const { servers, panes } = useApp();
  const list = useStore(servers, (state) => state.servers);
  const shown = useStore(servers, (state) => state.shown);
  const server = list.find(({ id }) => id === shown) ?? list[0];
  if (server === undefined) {
    const action = <Button onClick={() => panes.getState().showDialog("connect-server")}>{t("addServerMore")}</Button>;
    return <PaneNotice action={action}>{t("noneInPanel")}</PaneNotice>;
  }
  return (
    <Queries>
      <OneServer key={server.id} server={server} />
    </Queries>
  );
}

function OneServer({ server }: { readonly server: V2Server }) {
  const t = useMessages(serverMessages);
  const [part, setPart] = useState<Part>("models");
  const { data: state, refetch, isFetching } = useServerState(server);
  const known = state !== undefined && (state.kind !== "unreachable" || state.metadata !== undefined);
  const again = <Button variant="default" size="compact-xs" onClick={() => void refetch()} loading={isFetching}>{t("tryAgain")}</Button>;
  return (
    <div className={classes.panel} data-testid="server-panel">
      <ServerHead server={server} state={state} />
      <div role="status" aria-live="polite" className={classes.matter}>
        {state?.problem !== undefined && <DiagnosisNotice diagnosis={state.problem} mild={state.kind !== "unreachable"} action={again} />}
        {state?.kind === "unreachable" && known && <Text size="xs" c="dimmed">{t("stale")}</Text>}
      </div>
      {known && (
        <>
          <SegmentedControl
            className={classes.parts}
            aria-label={t("parts")}
            value={part}
            onChange={(value) => setPart(value as Part)}
            data={PARTS.map((each) => ({ value: each, label: t(each) }))}
          />
          {part === "models" && <ModelsView server={server} />}
          {part === "metrics" && <MetricsView server={server} />}
          {part === "settings" && <SettingsView server={server} state={state} />}
        </>
      )}
    </div>
  );
}
