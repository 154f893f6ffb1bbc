import { Alert, Button, Loader } from "@mantine/core";
import { useMemo } from "react";
import { useStore } from "zustand";
import type { RunState } from "../../state/session.ts";
import { useApp } from "../../ui/app-context.ts";
import { resultsMessages } from "../../ui/catalogue/results.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { openedTensor, resultTensors } from "../../viewers/result-tensors.ts";
import { ResultView } from "../../viewers/result-view.tsx";
import { RunAgain } from "./run-again.tsx";
import { TensorList } from "./tensor-list.tsx";
import classes from "./results.module.css";

/** What the latest run left behind: its outputs, the tensors on its wires and its inputs, each in the viewer that suits it. */
export function Results() {
  const { session } = useApp();
  const t = useMessages(resultsMessages);
  const run = useStore(session, (state) => state.run);
  switch (run.status) {
    case "preparing":
    case "running":
    case "cancelling":
      return <PaneNotice icon={<Loader size="sm" />}>{t("running")}</PaneNotice>;
    case "failed":
      return <PaneNotice action={<RunAgain model={run.model} />}>{t("failed", { code: run.error?.code ?? "", message: run.error?.message ?? "" })}</PaneNotice>;
    case "cancelled":
      return <PaneNotice action={<RunAgain model={run.model} />}>{t("cancelled")}</PaneNotice>;
    default:
      return run.result === null ? <Empty /> : <RunResults run={run} result={run.result} />;
  }
}

function Empty() {
  const { panes } = useApp();
  const t = useMessages(resultsMessages);
  return <PaneNotice action={<Button variant="default" onClick={() => panes.getState().showTab("run")}>{t("toRun")}</Button>}>{t("empty")}</PaneNotice>;
}

function RunResults({ run, result }: { run: RunState; result: NonNullable<RunState["result"]> }) {
  const { session, selection } = useApp();
  const t = useMessages(resultsMessages);
  const selected = useStore(selection, (state) => state.result);
  const tensors = useMemo(() => resultTensors(result, run.inputs), [result, run.inputs]);
  const opened = openedTensor(tensors, selected);
  // The client counts workers; the store changes whenever that number does.
  const generation = useStore(session, () => session.client.generation);
  if (opened === undefined) return <PaneNotice action={<RunAgain model={run.model} />}>{t("nothing")}</PaneNotice>;
  const stale = opened.handle.generation !== generation;
  return (
    <div className={classes.results} data-testid="results" data-stale={stale || undefined}>
      <TensorList tensors={tensors} opened={opened} label={t("list", { model: run.model ?? "" })} />
      <div className={classes.content}>
        {stale && (
          <Alert color="yellow" p={8} role="status" className={classes.stale}>
            <span>{t("stale")}</span> <RunAgain model={run.model} />
          </Alert>
        )}
        <ResultView key={opened.id} opened={opened} tensors={tensors} model={run.model ?? ""} again={<RunAgain model={run.model} />} />
      </div>
    </div>
  );
}
