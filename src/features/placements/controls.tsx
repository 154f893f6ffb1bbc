import { Alert, Button, Group, Progress, Text } from "@mantine/core";
import { IconPlayerStop, IconScale } from "@tabler/icons-react";
import { useStore } from "zustand";
import { browserName } from "../../state/browser-name.ts";
import { comparingOf } from "../../state/comparing.ts";
import { useApp } from "../../ui/app-context.ts";
import { placementsMessages } from "../../ui/catalogue/placements.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { Choice } from "./wished.ts";
import classes from "./placements.module.css";

/** Starts and ends a comparison, says what stands against it, and how far it is. */
export function Controls({ model, choice, missing }: { readonly model: string; readonly choice: Choice; readonly missing: readonly string[] }) {
  const { session, panes } = useApp();
  const comparing = comparingOf(session);
  const t = useMessages(placementsMessages);
  const status = useStore(comparing, (state) => state.status);
  const error = useStore(comparing, (state) => state.error);
  const runs = useStore(session, ({ run }) => run.status === "preparing" || run.status === "running" || run.status === "cancelling");
  const busy = status === "running" || status === "cancelling";
  const { chosen, protocol } = choice;
  const start = (): void => {
    if (protocol !== null) void comparing.start({ model, sets: chosen, protocol, browser: browserName(navigator.userAgent) });
  };
  const against = missing.length > 0 ? t("needsInputs", { inputs: missing.join(", ") }) : chosen.length === 0 ? t("needsSets") : runs ? t("running") : null;
  return (
    <div className={classes.controls}>
      <Group gap={8}>
        <Button size="sm" leftSection={<IconScale size={16} />} onClick={start} disabled={busy || against !== null || protocol === null} data-testid="compare">
          {status === "idle" ? t("compare") : t("compareAgain")}
        </Button>
        {busy && (
          <Button size="sm" variant="default" color="red" leftSection={<IconPlayerStop size={16} />} onClick={() => comparing.cancel()} data-testid="cancel-comparison">
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
      <Text size="sm" role="status" data-testid="comparison-status" data-status={status}>
        {status === "running" ? t("comparing") : status === "cancelling" ? t("cancelling") : status === "done" || status === "cancelled" ? t(status) : ""}
      </Text>
      {busy && <HowFar />}
      {status === "failed" && error !== null && <Alert color="red" title={t("failed")}><code>{error.code}</code> {error.message}</Alert>}
    </div>
  );
}

/** Which run is on. Not announced: it changes with every run. */
function HowFar() {
  const comparing = comparingOf(useApp().session);
  const t = useMessages(placementsMessages);
  const progress = useStore(comparing, (state) => state.progress);
  if (progress === null) return <Text size="xs" c="dimmed">{t("preparing")}</Text>;
  const { set, batch, warmup, run, of, fraction } = progress;
  const text = t(warmup ? "progressWarmup" : "progress", { set, batch, run, of });
  return (
    <div data-testid="comparison-progress">
      <Text size="xs" c="dimmed">{text}</Text>
      <Progress size="xs" value={100 * fraction} aria-label={t("comparing")} />
    </div>
  );
}
