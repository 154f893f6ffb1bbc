import { Button, Text, UnstyledButton } from "@mantine/core";
import type { V2Server } from "../../state/servers.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { FailureNotice } from "./diagnosis-notice.tsx";
import type { IndexRow } from "./index-rows.ts";
import { useChange, useDismiss, type ChangeState } from "./use-changes.ts";
import classes from "./servers.module.css";

interface Props {
  readonly server: V2Server;
  readonly row: IndexRow;
  readonly change: ChangeState | undefined;
  readonly selected: boolean;
  onSelect(): void;
  onUnload(): void;
}

/** A model of the index: its versions by the server's own words, and what can be done with it. What was asked is said, the state is the server's. */
export function ModelRow({ server, row: { name, versions, state, reason }, change, selected, onSelect, onUnload }: Props) {
  const t = useMessages(serverMessages);
  const apply = useChange(server);
  const busy = change?.status === "pending";
  return (
    <li className={classes.indexRow} data-selected={selected} data-testid={`index-${name}`} data-state={state ?? "NONE"}>
      <div className={classes.indexMain}>
        <UnstyledButton className={classes.indexName} aria-pressed={selected} onClick={onSelect}>{name}</UnstyledButton>
        <span className={classes.versions}>
          {versions.length === 0 && <span className={classes.chip}>{t("neverLoaded")}</span>}
          {versions.map(({ version, state: its, reason: why }) => (
            <span key={version} className={classes.chip} data-state={why === "unloaded" ? why : its}>{version === "" ? its : `${version} ${its}`}</span>
          ))}
        </span>
        <span className={classes.indexActions}>
          {busy && <Text size="xs" role="status">{t(change.verb === "load" ? "loading" : "unloading")}</Text>}
          <Button variant="default" size="compact-xs" disabled={busy} aria-label={t("loadThis", { model: name })} onClick={() => apply({ verb: "load", model: name })}>
            {t(state === "READY" ? "reload" : "load")}
          </Button>
          <Button variant="default" size="compact-xs" disabled={busy || state !== "READY"} aria-label={t("unloadThis", { model: name })} onClick={onUnload}>{t("unload")}</Button>
        </span>
      </div>
      {reason !== "" && <Text size="xs" className={classes.reason}>{reason}</Text>}
      <Outcome server={server} change={change} />
    </li>
  );
}

/** What became of the last change, until it is dismissed. */
function Outcome({ server, change }: Pick<Props, "server" | "change">) {
  const t = useMessages(serverMessages);
  const dismiss = useDismiss(server);
  if (change === undefined || change.status === "pending") return null;
  const { model, verb, config, error } = change;
  const end = <Button variant="subtle" size="compact-xs" onClick={() => dismiss(model)}>{t("dismiss")}</Button>;
  if (change.status === "error") {
    return (
      <div role="alert" data-testid="change-failed">
        <FailureNotice error={error} server={server} />
        {end}
      </div>
    );
  }
  const said = verb === "unload" ? "unloadedNow" : config === undefined ? "loadedNow" : "loadedOverride";
  return (
    <div className={classes.outcome} role="status" data-testid="change-done">
      <Text size="xs">{t(said, { model })}</Text>
      {end}
    </div>
  );
}
