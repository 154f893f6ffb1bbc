import { Button, Group, Select } from "@mantine/core";
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
  const change = (): void => {
    servers.show(server.id);
    panes.getState().showDialog("change-server");
  };
  const leave = (): void => {
    forgetServer(server.id, localStorage);
    servers.remove(server.id);
  };
  return (
    <header className={classes.head}>
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
      <span className={classes.about}>
        {state?.metadata !== undefined && <span data-testid="server-metadata">{t("version", { name: state.metadata.name, version: state.metadata.version })}</span>}
        <code>{server.base}</code>
        {names.length > 0 && <span>{t("headers", { names: names.join(", ") })}</span>}
      </span>
      <Group gap={4} className={classes.headActions}>
        <Button variant="default" size="compact-xs" onClick={change}>{t("change")}</Button>
        <Button variant="default" size="compact-xs" onClick={leave}>{t("disconnect")}</Button>
      </Group>
    </header>
  );
}
