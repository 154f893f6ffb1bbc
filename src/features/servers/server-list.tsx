import { IconPlus } from "@tabler/icons-react";
import { useId } from "react";
import { UnstyledButton } from "@mantine/core";
import { useStore } from "zustand";
import type { V2Server } from "../../state/servers.ts";
import { useApp } from "../../ui/app-context.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { Queries } from "./queries.tsx";
import { StateMark } from "./state-mark.tsx";
import { useServerState } from "./use-server.ts";
import classes from "./servers.module.css";

/** The connected servers and how each is, below the tree of the repository. A click on one shows its panel. */
export function ServerList() {
  const t = useMessages(serverMessages);
  const { servers, panes } = useApp();
  const list = useStore(servers, (state) => state.servers);
  const id = useId();
  return (
    <section className={classes.list} aria-labelledby={id} data-testid="servers">
      <header className={classes.listHead}>
        <h2 id={id} className={classes.listHeading}>{t("servers")}</h2>
        <IconButton label={t("addServer")} size="sm" onClick={() => panes.getState().showDialog("connect-server")} data-testid="add-server">
          <IconPlus size={16} />
        </IconButton>
      </header>
      {list.length === 0 && <p className={classes.none}>{t("none")}</p>}
      {list.length > 0 && (
        <Queries>
          <ul className={classes.rows}>
            {list.map((server) => (
              <li key={server.id}>
                <ServerRow server={server} />
              </li>
            ))}
          </ul>
        </Queries>
      )}
    </section>
  );
}

function ServerRow({ server }: { readonly server: V2Server }) {
  const { servers, panes } = useApp();
  const { data } = useServerState(server);
  const show = (): void => {
    servers.show(server.id);
    panes.getState().showTab("server");
  };
  return (
    <UnstyledButton className={classes.row} onClick={show} title={server.base} data-testid={`server-${server.name}`}>
      <span className={classes.rowName}>{server.name}</span>
      <StateMark state={data} />
    </UnstyledButton>
  );
}
