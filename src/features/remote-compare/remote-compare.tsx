import { missingInputs } from "../../state/missing-inputs.ts";
import { Button, Text } from "@mantine/core";
import { useDeferredValue } from "react";
import { useStore } from "zustand";
import { textOf } from "../../base/errors.ts";
import { useApp } from "../../ui/app-context.ts";
import { remoteCompareMessages } from "../../ui/catalogue/remote-compare.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import measuring from "../../ui/measuring.module.css";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { Controls } from "./controls.tsx";
import { Outcome } from "./outcome.tsx";
import { ToleranceFields } from "./tolerance-fields.tsx";
import { useRemoteComparing } from "./use-remote-comparing.ts";

/** The open model run here and on a server with the same inputs: what differs, where, and where the time goes. */
export function RemoteCompare() {
  const { document, selection, session, servers, commands } = useApp();
  const comparing = useRemoteComparing();
  const t = useMessages(remoteCompareMessages);
  const model = useStore(selection, (state) => state.model);
  useStore(document, (state) => state.files);
  const connected = useStore(servers, (state) => state.servers);
  const wished = useStore(comparing, (state) => state.wishes.server);
  const comparison = useDeferredValue(useStore(comparing, (state) => state.comparison));
  const inputs = useStore(session, (state) => (model === null ? undefined : state.inputs[model]));
  const connect = useStore(commands, (state) => state.commands.get("add-server"));
  if (model === null) return <PaneNotice>{t("noModel")}</PaneNotice>;
  const server = connected.find(({ id }) => id === wished) ?? connected[0];
  if (server === undefined && comparison === null) {
    return <PaneNotice action={connect && <Button variant="default" onClick={() => connect.run()}>{t("addServer")}</Button>}>{t("noServer")}</PaneNotice>;
  }
  let missing: readonly string[];
  try {
    missing = missingInputs(session.reachable(model).get(model)?.config.input ?? [], inputs);
  } catch (thrown) {
    return <PaneNotice>{textOf(thrown)}</PaneNotice>;
  }
  return (
    <div className={measuring.panel} data-testid="remote-compare">
      <section className={measuring.settings} aria-label={t("settings")}>
        <Controls model={model} server={server} servers={connected} missing={missing} />
        <ToleranceFields />
      </section>
      <section className={measuring.outcome} aria-label={t("outcome")}>
        <Text size="xs" c="dimmed">{t("intro")}</Text>
        {comparison?.model === model ? <Outcome comparison={comparison} /> : <Text size="sm">{t("empty")}</Text>}
      </section>
    </div>
  );
}
