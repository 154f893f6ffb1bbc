import { Button, Group, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ModelView } from "../../state/derived.ts";
import type { V2Server } from "../../state/servers.ts";
import type { JsonObject } from "../../base/exact-json.ts";
import { canonicalText } from "../../triton/model-config/canonical-text.ts";
import { readServedConfig } from "../../triton/model-config/served-config.ts";
import { configJson } from "../../triton/model-config/json.ts";
import { modelConfig } from "../../triton/v2/metadata.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ComparedTexts } from "../../ui/compared-texts.tsx";
import { useRepository } from "../../ui/open-model.ts";
import { FailureNotice } from "./diagnosis-notice.tsx";
import { useChange, useChanges } from "./use-changes.ts";
import { usePolled } from "./use-server.ts";
import classes from "./servers.module.css";

interface Props {
  readonly server: V2Server;
  readonly model: string;
  /** False: the server has no configuration to answer with. */
  readonly loaded: boolean;
}

/** The configuration that a server serves a model with, against that of the open repository as a server would complete it. */
export function ConfigComparison({ server, model, loaded }: Props) {
  const t = useMessages(serverMessages);
  const view = useRepository().models.get(model);
  const { data, error, refetch, isFetching } = usePolled<JsonObject>(server, {
    key: ["config", model],
    every: 0,
    enabled: loaded,
    ask: (connection, call) => modelConfig(connection, { model }, call),
  });
  return (
    <div className={classes.configuration}>
      <LoadButtons server={server} model={model} view={view} />
      {!loaded && <Text size="sm">{t("notLoaded", { model })}</Text>}
      {loaded && error !== null && <FailureNotice error={error} server={server} />}
      {loaded && data === undefined && error === null && <Text size="sm" role="status">{t("asking")}</Text>}
      {loaded && data !== undefined && (
        <>
          <Comparison model={model} served={data} view={view} />
          <Button variant="default" size="compact-xs" className={classes.own} loading={isFetching} onClick={() => void refetch()}>{t("askAgain")}</Button>
        </>
      )}
    </div>
  );
}

function LoadButtons({ server, model, view }: Pick<Props, "server" | "model"> & { readonly view: ModelView | undefined }) {
  const t = useMessages(serverMessages);
  const apply = useChange(server);
  const busy = useChanges(server).get(model)?.status === "pending";
  const parsed = view?.parsed;
  return (
    <div>
      <Group gap={8}>
        {parsed !== undefined && (
          <Button size="compact-xs" disabled={busy || !parsed.valid} onClick={() => apply({ verb: "load", model, config: configJson({ ...parsed.config, name: model }) })}>
            {t("loadOverride")}
          </Button>
        )}
        <Button variant="default" size="compact-xs" disabled={busy} onClick={() => apply({ verb: "load", model })}>{t("loadPlain")}</Button>
      </Group>
      {parsed !== undefined && <Text size="xs" c="dimmed">{t("overrideHint")}</Text>}
    </div>
  );
}

function Comparison({ model, served, view }: { readonly model: string; readonly served: JsonObject; readonly view: ModelView | undefined }) {
  const t = useMessages(serverMessages);
  const narrow = useMediaQuery("(max-width: 1023px)", undefined, { getInitialValueInEffect: false });
  const { config, unread } = readServedConfig(served);
  const theirs = canonicalText(config);
  const mine = view === undefined ? theirs : canonicalText({ ...view.config, name: view.config.name || model });
  const equal = view !== undefined && mine === theirs;
  return (
    <>
      <p className={classes.verdict} data-testid="config-verdict" data-equal={equal}>
        {t(view === undefined ? "notInFolder" : equal ? "equal" : "differs", { model })}
        {view?.parsed?.valid === false && ` ${t("notValid", { model })}`}
        {unread.length > 0 && ` ${t("notRead", { paths: unread.join(", ") })}`}
      </p>
      {(view === undefined || equal) && <pre className={classes.text} tabIndex={0} role="region" aria-label={t("servedOf", { model })}>{theirs}</pre>}
      {view !== undefined && !equal && (
        <div className={classes.diff} data-testid="config-diff">
          {!narrow && (
            <div className={classes.sides} aria-hidden="true">
              <span>{t("served")}</span>
              <span>{t("folder")}</span>
            </div>
          )}
          <ComparedTexts theirs={theirs} mine={mine} unified={narrow} left={t("served")} right={t("folder")} className={classes.texts} />
        </div>
      )}
    </>
  );
}
