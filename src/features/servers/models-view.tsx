import { Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useStore } from "zustand";
import type { V2Server } from "../../state/servers.ts";
import { repositoryIndex, type RepositoryEntry } from "../../triton/v2/model-repository.ts";
import { useApp } from "../../ui/app-context.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { FailureNotice } from "./diagnosis-notice.tsx";
import { indexRows, isChanging } from "./index-rows.ts";
import { ModelDetails } from "./model-details.tsx";
import { ModelRow } from "./model-row.tsx";
import { UnloadDialog } from "./unload-dialog.tsx";
import { useChanges } from "./use-changes.ts";
import { usePolled } from "./use-server.ts";
import classes from "./servers.module.css";

/** Between two questions for the index: while something changes by itself, and else. Milliseconds. */
const SOON = 1000;
const LATER = 10_000;
/** Rows that are shown at once. */
const MOST = 200;

/** The models that a server's repository has, with their states; one of them in detail. */
export function ModelsView({ server }: { readonly server: V2Server }) {
  const t = useMessages(serverMessages);
  const { selection } = useApp();
  const open = useStore(selection, (state) => state.model);
  const [filter, setFilter] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [unloading, setUnloading] = useState<string | null>(null);
  const changes = useChanges(server);
  const { data, error } = usePolled<readonly RepositoryEntry[]>(server, {
    key: ["index"],
    every: (last) => (last !== undefined && isChanging(last) ? SOON : LATER),
    ask: (connection, call) => repositoryIndex(connection, {}, call),
  });
  if (data === undefined) return error === null ? <Text size="sm" role="status">{t("asking")}</Text> : <FailureNotice error={error} server={server} />;
  const all = indexRows(data);
  const rows = indexRows(data, filter);
  const model = all.find(({ name }) => name === (chosen ?? open)) ?? all[0];
  return (
    <div className={classes.models}>
      <section className={classes.index} aria-label={t("index")}>
        <TextInput placeholder={t("filterModels")} aria-label={t("filterModels")} value={filter} onChange={(event) => setFilter(event.currentTarget.value)} />
        {error !== null && <FailureNotice error={error} server={server} />}
        {rows.length === 0 && <Text size="sm">{t(all.length === 0 ? "noModels" : "noneMatch")}</Text>}
        {rows.length > 0 && (
          <ul className={classes.indexRows} data-testid="server-index">
            {rows.slice(0, MOST).map((row) => (
              <ModelRow
                key={row.name}
                server={server}
                row={row}
                change={changes.get(row.name)}
                selected={row.name === model?.name}
                onSelect={() => setChosen(row.name)}
                onUnload={() => setUnloading(row.name)}
              />
            ))}
          </ul>
        )}
        {rows.length > MOST && <Text size="xs" c="dimmed">{t("moreModels", { count: rows.length - MOST })}</Text>}
      </section>
      {model !== undefined && <ModelDetails key={model.name} server={server} row={model} />}
      {unloading !== null && <UnloadDialog server={server} model={unloading} onClose={() => setUnloading(null)} />}
    </div>
  );
}
