import { Text } from "@mantine/core";
import { useDeferredValue } from "react";
import { useStore } from "zustand";
import { textOf } from "../../base/errors.ts";
import { missingInputs } from "../../state/missing-inputs.ts";
import type { RunModel } from "../../state/run-models.ts";
import { sweepingOf } from "../../state/sweeping.ts";
import { useApp } from "../../ui/app-context.ts";
import { loadSweepMessages } from "../../ui/catalogue/load-sweep.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import measuring from "../../ui/measuring.module.css";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { Controls } from "./controls.tsx";
import { LoadFields } from "./load-fields.tsx";
import { SweepView } from "./sweep-view.tsx";
import { choiceOf } from "./wished.ts";

/** The open model under load, here and on servers: what to measure, and the table of what was measured. */
export function LoadSweep() {
  const { document, selection, session, servers } = useApp();
  const t = useMessages(loadSweepMessages);
  const sweeping = sweepingOf(session, servers);
  const model = useStore(selection, (state) => state.model);
  useStore(document, (state) => state.files);
  const wishes = useStore(sweeping, (state) => state.wishes);
  // The table may lag behind: making it must not hold up a key.
  const sweep = useDeferredValue(useStore(sweeping, (state) => state.sweep));
  const busy = useStore(sweeping, ({ status }) => status === "running" || status === "cancelling");
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
  const choice = choiceOf(model, reachable, wishes);
  const missing = missingInputs(target.config.input, inputs);
  return (
    <div className={measuring.panel} data-testid="load-sweep">
      <section className={measuring.settings} aria-label={t("settings")}>
        <Controls sweeping={sweeping} model={model} choice={choice} missing={missing} />
        <LoadFields sweeping={sweeping} choice={choice} />
      </section>
      <section className={measuring.outcome} aria-label={t("results")}>
        <Text size="xs" c="dimmed">{t("intro")}</Text>
        {sweep?.model === model ? <SweepView sweep={sweep} unfinished={busy} /> : <Text size="sm">{t("empty")}</Text>}
      </section>
    </div>
  );
}
