import { Text } from "@mantine/core";
import type { ServerState } from "../../state/server-state.ts";
import type { V2Server } from "../../state/servers.ts";
import type { CallOptions, Connection } from "../../triton/v2/connection.ts";
import { logSettings, traceSettings } from "../../triton/v2/settings.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { FailureNotice } from "./diagnosis-notice.tsx";
import { usePolled } from "./use-server.ts";
import classes from "./servers.module.css";

type Settings = Readonly<Record<string, string | boolean | number | readonly string[]>>;

/** How a server traces and logs, and the extensions of the protocol that it has. Read only. */
export function SettingsView({ server, state: { metadata } }: { readonly server: V2Server; readonly state: ServerState }) {
  const t = useMessages(serverMessages);
  return (
    <div className={classes.settings}>
      {metadata !== undefined && metadata.extensions.length > 0 && (
        <section className={classes.section}>
          <h3 className={classes.tableTitle}>{t("extensions")}</h3>
          <ul className={classes.extensions}>{metadata.extensions.map((extension) => <li key={extension}>{extension}</li>)}</ul>
        </section>
      )}
      <SettingList server={server} name="trace" ask={(connection, call) => traceSettings(connection, undefined, call)} />
      <SettingList server={server} name="logging" ask={logSettings} />
    </div>
  );
}

interface ListProps {
  readonly server: V2Server;
  readonly name: "trace" | "logging";
  ask(connection: Connection, call: CallOptions): Promise<Settings>;
}

function SettingList({ server, name, ask }: ListProps) {
  const t = useMessages(serverMessages);
  const { data, error } = usePolled<Settings>(server, { key: [name], every: 0, ask });
  return (
    <section className={classes.section} data-testid={`settings-${name}`}>
      <h3 className={classes.tableTitle}>{t(name)}</h3>
      {error !== null && <FailureNotice error={error} server={server} />}
      {data === undefined && error === null && <Text size="sm" role="status">{t("asking")}</Text>}
      {data !== undefined && (
        <dl className={classes.pairs}>
          {Object.entries(data).map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{settingText(value) === "" ? <Text span size="xs" c="dimmed">{t("nothingSet")}</Text> : settingText(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function settingText(value: Settings[string]): string {
  return typeof value === "object" ? value.join(", ") : String(value);
}
