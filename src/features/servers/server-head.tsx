import { Button, Group, Select, Text } from "@mantine/core";
import { useStore } from "zustand";
import { forgetServer } from "../../state/server-memory.ts";
import type { ServerState } from "../../state/server-state.ts";
import type { V2Server } from "../../state/servers.ts";
import { useApp } from "../../ui/app-context.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { StateMark } from "./state-mark.tsx";
import classes from "./servers.module.css";

/** Which server it is, how it is, what it says of itself, and how to change or leave it. Values of headers are never shown. */
export function ServerHead({ server, state }: { readonly server: V2Server; readonly state: ServerState | undefined }) {
  const t = useMessages(serverMessages);
  const { servers, panes } = useApp();
  const list = useStore(servers, (all) => all.servers);
  const names = Object.keys(server.headers);
  const leave = (): void => {
    forgetServer(server.id, localStorage);
    servers.remove(server.id);
  };
  return (
    <header className={classes.head}>
      <div className={classes.headRow}>
        {list.length > 1 ? (
          <Select
            aria-label={t("chooseServer")}
            allowDeselect={false}
            value={server.id}
            onChange={(id) => id !== null && servers.show(id)}
            data={list.map(({ id, name }) => ({ value: id, label: name }))}
          />
        ) : (
          <h2 className={classes.headName}>{server.name}</h2>
        )}
        <StateMark state={state} since />
        <code className={classes.address}>{server.base}</code>
        <Group gap={4} className={classes.headActions}>
          <Button variant="default" size="compact-xs" onClick={() => {
            servers.show(server.id);
            panes.getState().showDialog("change-server");
          }}>{t("change")}</Button>
          <Button variant="default" size="compact-xs" onClick={leave}>{t("disconnect")}</Button>
        </Group>
      </div>
      {state?.metadata !== undefined && (
        <Text size="xs" c="dimmed" data-testid="server-metadata">
          {t("version", { name: state.metadata.name, version: state.metadata.version })}
          {state.metadata.extensions.length > 0 && ` · ${t("extensions")}: ${state.metadata.extensions.join(", ")}`}
        </Text>
      )}
      {names.length > 0 && <Text size="xs" c="dimmed">{t("headers", { names: names.join(", ") })}</Text>}
    </header>
  );
}
