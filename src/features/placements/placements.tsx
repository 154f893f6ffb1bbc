import { NumberInput, Text, TextInput } from "@mantine/core";
import { useDeferredValue } from "react";
import { useStore } from "zustand";
import { textOf } from "../../base/errors.ts";
import { missingInputs } from "../../state/missing-inputs.ts";
import { comparingOf } from "../../state/comparing.ts";
import type { RunModel } from "../../state/run-models.ts";
import { useApp } from "../../ui/app-context.ts";
import { placementsMessages } from "../../ui/catalogue/placements.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { BatchHint } from "../../ui/batch-hint.tsx";
import measuring from "../../ui/measuring.module.css";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { ComparisonView } from "./comparison-view.tsx";
import { Controls } from "./controls.tsx";
import { SetList } from "./set-list.tsx";
import { choiceOf, type Choice } from "./wished.ts";
import classes from "./placements.module.css";

/** The open model with its models placed in several ways: what to compare, and the table of what was measured. */
export function Placements() {
  const { document, selection, session } = useApp();
  const comparing = comparingOf(session);
  const t = useMessages(placementsMessages);
  const model = useStore(selection, (state) => state.model);
  useStore(document, (state) => state.files);
  const wishes = useStore(comparing, (state) => state.wishes);
  const own = useStore(comparing, (state) => (model === null ? undefined : state.ownSets[model]));
  // The tables may lag behind: making them must not hold up a key.
  const comparison = useDeferredValue(useStore(comparing, (state) => state.comparison));
  const busy = useStore(comparing, ({ status }) => status === "running" || status === "cancelling");
  const inputs = useStore(session, (state) => (model === null ? undefined : state.inputs[model]));
  if (model === null) return <PaneNotice>{t("noModel")}</PaneNotice>;
  let reachable: ReadonlyMap<string, RunModel>;
  try {
    reachable = session.reachable(model);
  } catch (thrown) {
    return <PaneNotice>{textOf(thrown)}</PaneNotice>;
  }
  const target = reachable.get(model);
  if (target === undefined) return <PaneNotice>{t("noModel")}</PaneNotice>;
  const choice = choiceOf(model, reachable, own ?? [], wishes);
  const missing = missingInputs(target.config.input, inputs);
  return (
    <div className={measuring.panel} data-testid="placements">
      <section className={measuring.settings} aria-label={t("settings")}>
        <Controls model={model} choice={choice} missing={missing} />
        <SetList model={model} choice={choice} />
        <Numbers choice={choice} />
      </section>
      <section className={measuring.outcome} aria-label={t("results")}>
        <Text size="xs" c="dimmed">{t("intro")}</Text>
        {comparison?.model === model ? <ComparisonView comparison={comparison} unfinished={busy} /> : <Text size="sm">{t("empty")}</Text>}
      </section>
    </div>
  );
}

function Numbers({ choice: { batchesText, protocol, limit, lists } }: { readonly choice: Choice }) {
  const comparing = comparingOf(useApp().session);
  const t = useMessages(placementsMessages);
  const { runs, warmup, budget } = useStore(comparing, (state) => state.wishes);
  const number = (key: "runs" | "warmup" | "budget", value: number, least: number) => (
    <NumberInput
      label={t(key)}
      value={value}
      min={least}
      max={9999}
      clampBehavior="strict"
      allowDecimal={false}
      title={key === "budget" ? t("budgetHint") : undefined}
      onChange={(next) => typeof next === "number" && next >= least && comparing.wish({ [key]: next })}
    />
  );
  return (
    <div className={classes.numbers}>
      <TextInput
        className={measuring.wide}
        label={t("batches")}
        description={<BatchHint limit={t("limit", { ...limit })} of={limit} lists={lists} />}
        value={batchesText}
        error={protocol === null ? t("batchesWrong") : null}
        onChange={(event) => comparing.wish({ batches: event.currentTarget.value })}
      />
      {number("runs", runs, 1)}
      {number("warmup", warmup, 0)}
      {number("budget", budget, 0)}
    </div>
  );
}
