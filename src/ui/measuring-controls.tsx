import { Alert, Button, Group, Progress, Text } from "@mantine/core";
import { IconPlayerStop } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { ErrorRecord } from "../base/errors.ts";
import type { MeasuringStatus } from "../state/measuring.ts";
import { useApp } from "./app-context.ts";
import { measuringMessages } from "./catalogue/measuring.messages.ts";
import { useMessages } from "./catalogue/section.ts";
import { ErrorText } from "./error-text.tsx";
import classes from "./measuring.module.css";

interface MeasuringControlsProps {
  /** What chooses what is measured, above the buttons. */
  readonly children?: ReactNode;
  readonly start: { readonly label: string; readonly icon: ReactNode; readonly possible: boolean; run(): void };
  cancel(): void;
  readonly status: MeasuringStatus;
  /** The status in words; empty where there is nothing to say. */
  readonly said: string;
  /** How far it is, while it runs. */
  readonly progress: ReactNode;
  /** Inputs of the model that are not there. */
  readonly missing: readonly string[];
  /** What else stands against a start. */
  readonly against: string | null;
  readonly error: ErrorRecord | null;
  /** Title of the error. */
  readonly failed: string;
  /** Names of the start button, the cancel button and the status, for tests. */
  readonly testIds: { readonly start: string; readonly cancel: string; readonly status: string };
}

/** Starts and ends a measurement over many runs, says what stands against it, how far it is, and how it ended. */
export function MeasuringControls({ children, start, cancel, status, said, progress, missing, against, error, failed, testIds }: MeasuringControlsProps) {
  const { panes } = useApp();
  const t = useMessages(measuringMessages);
  const busy = status === "running" || status === "cancelling";
  const reason = missing.length > 0 ? t("needsInputs", { inputs: missing.join(", ") }) : against;
  return (
    <div className={classes.controls}>
      {children}
      <Group gap={8}>
        <Button size="sm" leftSection={start.icon} onClick={() => start.run()} disabled={busy || reason !== null || !start.possible} data-testid={testIds.start}>
          {start.label}
        </Button>
        {busy && (
          <Button size="sm" variant="default" color="red" leftSection={<IconPlayerStop size={16} />} onClick={() => cancel()} data-testid={testIds.cancel}>
            {status === "cancelling" ? t("cancelNow") : t("cancel")}
          </Button>
        )}
      </Group>
      {!busy && reason !== null && (
        <Group gap={8}>
          <Text size="xs">{reason}</Text>
          {missing.length > 0 && <Button variant="default" size="compact-xs" onClick={() => panes.getState().showTab("run")}>{t("toInputs")}</Button>}
        </Group>
      )}
      <Text size="sm" role="status" data-testid={testIds.status} data-status={status}>{said}</Text>
      {busy && progress}
      {status === "failed" && error !== null && <Alert color="red" title={failed}><ErrorText error={error} /></Alert>}
    </div>
  );
}

interface MeasuringProgressProps {
  readonly text: string;
  /** 0 to 1; null where nobody knows. */
  readonly fraction: number | null;
  readonly label: string;
  readonly testId: string;
}

/** How far a measurement is. Not announced: it changes all the time. */
export function MeasuringProgress({ text, fraction, label, testId }: MeasuringProgressProps) {
  const open = fraction === null;
  return (
    <div data-testid={testId}>
      <Text size="xs" c="dimmed">{text}</Text>
      <Progress size="xs" value={open ? 100 : 100 * fraction} animated={open} striped={open} aria-label={label} />
    </div>
  );
}
