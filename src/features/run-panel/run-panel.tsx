import { Alert, Button, Checkbox, Group, Progress, Text } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useStore } from "zustand";
import { useApp } from "../../ui/app-context.ts";
import { runMessages } from "../../ui/catalogue/run.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ErrorText } from "../../ui/error-text.tsx";
import { formatMilliseconds } from "../../ui/format.ts";
import { MoreButton, useFirst } from "../../ui/long-list.tsx";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { InputRow } from "./input-row.tsx";
import { MemoryNote } from "./memory-note.tsx";
import classes from "./run-panel.module.css";

/** Inputs and outputs listed at first, and more with each press. */
const PAGE = 40;

/** Inputs of the open model, the run button, where the run goes (`where`), and how it stands. */
export function RunPanel({ where }: { where(model: string): ReactNode }) {
  const { document, derivation, selection, session } = useApp();
  const t = useMessages(runMessages);
  const model = useStore(selection, (state) => state.model);
  const files = useStore(document, (state) => state.files);
  const inputs = useStore(session, (state) => (model === null ? undefined : state.inputs[model]));
  const requested = useStore(session, (state) => (model === null ? undefined : state.requestedOutputs[model]));
  const view = derivation.repository(files, document.getState().origin?.emptyFolders);
  const config = model === null ? undefined : view.models.get(model)?.config;
  const outputs = (config?.output ?? []).map(({ name }) => name);
  const firstInputs = useFirst(config?.input ?? [], PAGE);
  const firstOutputs = useFirst(outputs, PAGE);
  if (model === null || config === undefined) return <PaneNotice>{t("noModel")}</PaneNotice>;
  const names = config.input.map(({ name }) => name);
  const wanted = requested ?? outputs;
  const toggle = (name: string, on: boolean): void => {
    const next = outputs.filter((each) => (each === name ? on : wanted.includes(each)));
    session.setRequestedOutputs(model, next.length === outputs.length || next.length === 0 ? undefined : next);
  };
  return (
    <div className={classes.panel} data-testid="run-panel">
      <section className={classes.column} aria-label={t("inputs")}>
        {config.input.length === 0 && <Text size="sm" c="dimmed">{t("noInputs")}</Text>}
        {firstInputs.shown.map((input) => <InputRow key={`${model}/${input.name}`} model={model} input={input} names={names} maxBatchSize={config.max_batch_size} state={inputs?.[input.name]} />)}
        <MoreButton {...firstInputs} />
      </section>
      <section className={classes.side}>
        <RunControls model={model} />
        {where(model)}
        <fieldset className={classes.outputs}>
          <legend>{t("outputs")}</legend>
          {firstOutputs.shown.map((name) => (
            <Checkbox key={name} size="xs" label={name} classNames={{ label: classes.name }} checked={wanted.includes(name)} onChange={(event) => toggle(name, event.currentTarget.checked)} />
          ))}
          <MoreButton {...firstOutputs} />
        </fieldset>
        <MemoryNote model={model} />
        <Machine />
      </section>
    </div>
  );
}

function RunControls({ model }: { model: string }) {
  const { session, panes } = useApp();
  const compares = useStore(session, (state) => state.occupied);
  const t = useMessages(runMessages);
  const run = useStore(session, (state) => state.run);
  const busy = run.status === "preparing" || run.status === "running" || run.status === "cancelling";
  const steps = Object.values(run.steps);
  const finished = steps.filter(({ phase }) => phase === "done" || phase === "cached").length;
  const waiting = steps.filter(({ phase }) => phase === "waiting").map(({ server }) => server ?? "");
  const total = run.plan?.ops.filter(({ kind }) => kind === "execute").length ?? 0;
  const start = (): void => {
    void session.execute(model).then(() => {
      if (session.getState().run.status === "done") panes.getState().showTab("results");
    });
  };
  return (
    <div className={classes.controls}>
      <Group gap={8}>
        <Button size="sm" leftSection={<IconPlayerPlay size={16} />} onClick={start} disabled={busy || compares} data-testid="run">
          {run.status === "idle" ? t("run") : t("runAgain")}
        </Button>
        {busy && (
          <Button size="sm" variant="default" color="red" leftSection={<IconPlayerStop size={16} />} onClick={() => session.cancel()}>
            {run.status === "cancelling" ? t("cancelNow") : t("cancel")}
          </Button>
        )}
      </Group>
      <div role="status" aria-live="polite" data-testid="run-status" data-status={run.status}>
        {compares && <Text size="sm">{t("comparing")}</Text>}
        {run.status === "preparing" && <Text size="sm">{t("preparing")}</Text>}
        {run.status === "running" && <Text size="sm">{waiting.length === 0 ? t("running") : t("waiting", { server: [...new Set(waiting)].join(", ") })}</Text>}
        {run.status === "cancelling" && <Text size="sm">{t("cancelling")}</Text>}
        {run.status === "cancelled" && <Text size="sm">{t("cancelled")}</Text>}
        {run.status === "done" && run.result !== null && (
          <Text size="sm">
            {run.result.steps.some(({ cached }) => cached)
              ? t("doneCached", { time: formatMilliseconds(run.result.milliseconds), count: run.result.steps.filter(({ cached }) => cached).length })
              : t("done", { time: formatMilliseconds(run.result.milliseconds) })}
          </Text>
        )}
      </div>
      {busy && <Progress size="xs" value={total === 0 ? 0 : (100 * finished) / total} aria-label={t("running")} />}
      {run.status === "failed" && run.error !== null && (
        <Alert color="red" title={t("failed")} data-testid="run-error">
          <ErrorText error={run.error} />
        </Alert>
      )}
    </div>
  );
}

/** The machine that runs it, and what became of it. */
function Machine() {
  const { session } = useApp();
  const t = useMessages(runMessages);
  const environment = useStore(session, (state) => state.environment);
  const loss = useStore(session, (state) => state.loss);
  if (environment === null) return <Text size="xs" c="dimmed">{t("starting")}</Text>;
  const { gpu } = environment;
  return (
    <div data-testid="machine">
      <Text size="xs" c="dimmed">
        {gpu === null ? t("noWebgpu") : gpu.software ? t("software") : t("adapter", { name: [gpu.vendor, gpu.architecture, gpu.description].filter((part) => part !== "").join(" ") })}
      </Text>
      {!environment.crossOriginIsolated && <Text size="xs" className={classes.warning}>{t("notIsolated")}</Text>}
      {loss !== null && <Text size="xs" className={classes.warning} role="alert">{t(loss.kind === "worker" ? "lossWorker" : "lossDevice", { message: loss.message })}</Text>}
    </div>
  );
}
