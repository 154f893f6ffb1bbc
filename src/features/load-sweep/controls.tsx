import { Alert, Button, Group, Progress, Text } from "@mantine/core";
import { IconActivity, IconPlayerStop } from "@tabler/icons-react";
import { useStore } from "zustand";
import { browserName } from "../../state/browser-name.ts";
import type { SweepingStore } from "../../state/sweeping.ts";
import { useApp } from "../../ui/app-context.ts";
import { loadSweepMessages } from "../../ui/catalogue/load-sweep.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { Choice } from "./wished.ts";
import { sideText } from "./words.ts";
import classes from "./load-sweep.module.css";

interface ControlsProps {
  readonly sweeping: SweepingStore;
  readonly model: string;
  readonly choice: Choice;
  /** Inputs that are not there. */
  readonly missing: readonly string[];
}

/** Starts and ends a sweep, says what stands against it, and how far it is. */
export function Controls({ sweeping, model, choice: { protocol }, missing }: ControlsProps) {
  const { session, servers, panes } = useApp();
  const t = useMessages(loadSweepMessages);
  const status = useStore(sweeping, (state) => state.status);
  const error = useStore(sweeping, (state) => state.error);
  const { here, without } = useStore(sweeping, (state) => state.wishes);
  const chosen = useStore(servers, (state) => state.servers).map(({ id }) => id).filter((id) => !without.includes(id));
  const taken = useStore(session, ({ run, occupied }) => occupied || run.status === "preparing" || run.status === "running" || run.status === "cancelling");
  const busy = status === "running" || status === "cancelling";
  const start = (): void => {
    if (protocol !== null) void sweeping.start({ model, here, servers: chosen, protocol, browser: browserName(navigator.userAgent) });
  };
  const against = missing.length > 0 ? t("needsInputs", { inputs: missing.join(", ") }) : !here && chosen.length === 0 ? t("needsSides") : taken ? t("busy") : null;
  return (
    <div className={classes.controls}>
      <Group gap={8}>
        <Button size="sm" leftSection={<IconActivity size={16} />} onClick={start} disabled={busy || against !== null || protocol === null} data-testid="sweep">
          {status === "idle" ? t("start") : t("again")}
        </Button>
        {busy && (
          <Button size="sm" variant="default" color="red" leftSection={<IconPlayerStop size={16} />} onClick={() => sweeping.cancel()} data-testid="cancel-sweep">
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
      <Text size="sm" role="status" data-testid="sweep-status" data-status={status}>
        {status === "idle" || status === "failed" ? "" : t(status)}
      </Text>
      {busy && <HowFar sweeping={sweeping} />}
      {status === "failed" && error !== null && <Alert color="red" title={t("failed")}><code>{error.code}</code> {error.message}</Alert>}
    </div>
  );
}

/** Which level is on. Not announced: it changes all the time. */
function HowFar({ sweeping }: { readonly sweeping: SweepingStore }) {
  const t = useMessages(loadSweepMessages);
  const progress = useStore(sweeping, (state) => state.progress);
  if (progress === null) return <Text size="xs" c="dimmed">{t("preparing")}</Text>;
  const { side, batch, concurrency, warmup, done, of, fraction } = progress;
  return (
    <div data-testid="sweep-progress">
      <Text size="xs" c="dimmed">{t(warmup ? "progressWarmup" : "progress", { side: sideText(side, t), batch, concurrency, done, of })}</Text>
      <Progress size="xs" value={100 * fraction} aria-label={t("running")} />
    </div>
  );
}
