import { Alert, Button, Group, Progress, Select, Text } from "@mantine/core";
import { IconPlayerStop, IconScale } from "@tabler/icons-react";
import { useStore } from "zustand";
import { browserName } from "../../state/browser-name.ts";
import type { V2Server } from "../../state/servers.ts";
import { useApp } from "../../ui/app-context.ts";
import { remoteCompareMessages } from "../../ui/catalogue/remote-compare.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { labelsOf } from "../../viewers/label-names.ts";
import { useRemoteComparing } from "./use-remote-comparing.ts";
import classes from "./remote-compare.module.css";

interface ControlsProps {
  readonly model: string;
  /** The chosen one; undefined where none is connected. */
  readonly server: V2Server | undefined;
  readonly servers: readonly V2Server[];
  /** Inputs without a tensor. */
  readonly missing: readonly string[];
}

/** Chooses the server, starts and ends a comparison, says what stands against it, and how far it is. */
export function Controls({ model, server, servers, missing }: ControlsProps) {
  const app = useApp();
  const { session, panes } = app;
  const comparing = useRemoteComparing();
  const t = useMessages(remoteCompareMessages);
  const status = useStore(comparing, (state) => state.status);
  const error = useStore(comparing, (state) => state.error);
  const runs = useStore(session, ({ run, occupied }) => occupied || run.status === "preparing" || run.status === "running" || run.status === "cancelling");
  const busy = status === "running" || status === "cancelling";
  const against = missing.length > 0 ? t("needsInputs", { inputs: missing.join(", ") }) : runs ? t("running") : server === undefined ? t("noServer") : null;
  const named = (output: string): number => labelsOf(app, model, output)?.length ?? 0;
  return (
    <div className={classes.controls}>
      <Select
        label={t("server")}
        data={servers.map(({ id, name }) => ({ value: id, label: name }))}
        value={server?.id ?? null}
        disabled={busy}
        allowDeselect={false}
        onChange={(id) => comparing.wish({ server: id })}
        data-testid="compared-server"
      />
      <Group gap={8}>
        <Button
          size="sm"
          leftSection={<IconScale size={16} />}
          disabled={busy || against !== null}
          onClick={() => server !== undefined && void comparing.start({ model, server: server.id, browser: browserName(navigator.userAgent), named })}
          data-testid="compare-remote"
        >
          {status === "idle" && server !== undefined ? t("compare", { server: server.name }) : t("compareAgain")}
        </Button>
        {busy && (
          <Button size="sm" variant="default" color="red" leftSection={<IconPlayerStop size={16} />} onClick={() => comparing.cancel()} data-testid="cancel-remote">
            {status === "cancelling" ? t("cancelNow") : t("cancel")}
          </Button>
        )}
      </Group>
      {!busy && against !== null && (
        <Group gap={8}>
          <Text size="xs">{against}</Text>
          {missing.length > 0 && <Button variant="default" size="compact-xs" onClick={() => panes.getState().showTab("run")}>{t("toInputs")}</Button>}
        </Group>
      )}
      <Text size="sm" role="status" data-testid="remote-status" data-status={status}>
        {status === "running" ? t("comparing") : status === "cancelling" ? t("cancelling") : status === "done" || status === "cancelled" ? t(status) : ""}
      </Text>
      {busy && <HowFar server={server?.name ?? ""} />}
      {status === "failed" && error !== null && <Alert color="red" title={t("failed")}><code>{error.code}</code> {error.message}</Alert>}
    </div>
  );
}

/** What goes on. Not announced: it changes with every step. */
function HowFar({ server }: { readonly server: string }) {
  const comparing = useRemoteComparing();
  const t = useMessages(remoteCompareMessages);
  const progress = useStore(comparing, (state) => state.progress);
  if (progress === null) return null;
  const { stage, subject, fraction } = progress;
  const text =
    stage === "there" ? t("stageThere", { server }) : stage === "comparing" ? t("stageComparing", { subject: subject ?? "" }) : subject === null ? t("stageHere") : t("stageHereStep", { subject });
  return (
    <div data-testid="remote-progress">
      <Text size="xs" c="dimmed">{text}</Text>
      <Progress size="xs" value={fraction === null ? 100 : 100 * fraction} animated={fraction === null} striped={fraction === null} aria-label={t("comparing")} />
    </div>
  );
}
