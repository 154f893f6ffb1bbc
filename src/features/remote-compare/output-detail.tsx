import { Loader, SegmentedControl, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { useStore } from "zustand";
import type { TensorHandle } from "../../runtime/protocol.ts";
import type { ComparedOutput, RemoteComparison } from "../../state/remote-comparison.ts";
import { useApp } from "../../ui/app-context.ts";
import { remoteCompareMessages } from "../../ui/catalogue/remote-compare.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { NumbersTable } from "../../ui/numbers-table.tsx";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { labelsOf } from "../../viewers/label-names.ts";
import { resultTensors, type ResultTensor } from "../../viewers/result-tensors.ts";
import { ResultView } from "../../viewers/result-view.tsx";
import { useLoaded } from "../../viewers/use-loaded.ts";
import { labelTable, largestTable } from "./output-rows.ts";
import { useRemoteComparing } from "./use-remote-comparing.ts";
import { indexText } from "./words.ts";
import classes from "./remote-compare.module.css";

type Shown = "difference" | "here" | "there";

interface OutputDetailProps {
  readonly comparison: RemoteComparison;
  readonly output: ComparedOutput;
}

/** One output in the viewers, as either side gave it and as their difference, with the elements that lie furthest apart. */
export function OutputDetail({ comparison, output }: OutputDetailProps) {
  const app = useApp();
  const { session } = app;
  const t = useMessages(remoteCompareMessages);
  const { name, here, there, comparison: found } = output;
  const [wanted, setWanted] = useState<Shown>("difference");
  const sides: readonly Shown[] = [...(found === null ? [] : ["difference" as const]), ...(here === null ? [] : ["here" as const]), ...(there === null ? [] : ["there" as const])];
  const shown = sides.includes(wanted) ? wanted : sides[0];
  // The client counts workers; the store changes whenever that number does.
  const generation = useStore(session, () => session.client.generation);
  const stale = (here ?? there)?.generation !== generation;
  return (
    <section className={classes.detail} aria-label={name} data-testid="remote-output">
      <SegmentedControl
        className={classes.sides}
        aria-label={t("side", { output: name })}
        data={sides.map((side) => ({ value: side, label: t(side) }))}
        value={shown ?? ""}
        onChange={(side) => setWanted(side as Shown)}
      />
      <div className={classes.view}>
        {stale && <PaneNotice>{t("stale")}</PaneNotice>}
        {!stale && shown === "difference" && <DifferenceView comparison={comparison} output={output} />}
        {!stale && (shown === "here" || shown === "there") && <SideView key={shown} comparison={comparison} output={output} side={shown} />}
      </div>
      {found?.classes?.first != null && (
        <Text size="xs">
          {t(found.classes.first.index.length === 0 ? "classApart" : "classesApart", { index: indexText(found.classes.first.index), here: found.classes.first.a, there: found.classes.first.b })}
        </Text>
      )}
      {found !== null && found.largest.length > 0 && <NumbersTable title={t("largest", { output: name })} table={largestTable(found, t)} testId="remote-largest" />}
      {found?.labels != null && found.labels.length > 0 && <NumbersTable title={t("labels", { output: name })} table={labelTable(found.labels, labelsOf(app, comparison.model, name), t)} testId="remote-labels" />}
    </section>
  );
}

/** The tensors of one side, as after a run of its own. */
function tensorsOf({ outputs, inputs }: RemoteComparison, side: "here" | "there"): readonly ResultTensor[] {
  const given = outputs.flatMap((output): [string, TensorHandle][] => (output[side] === null ? [] : [[output.name, output[side]]]));
  return resultTensors({ outputs: Object.fromEntries(given), wires: {} }, inputs);
}

function SideView({ comparison, output, side }: OutputDetailProps & { readonly side: "here" | "there" }) {
  const t = useMessages(remoteCompareMessages);
  const tensors = useMemo(() => tensorsOf(comparison, side), [comparison, side]);
  const opened = tensors.find(({ id }) => id === `output:${output.name}`);
  if (opened === undefined) return <PaneNotice>{t("noTensor", { output: output.name })}</PaneNotice>;
  return <ResultView opened={opened} tensors={tensors} model={comparison.model} again={<Text size="sm">{t("stale")}</Text>} />;
}

function DifferenceView({ comparison, output }: OutputDetailProps) {
  const comparing = useRemoteComparing();
  const t = useMessages(remoteCompareMessages);
  const { name, here, comparison: found } = output;
  const floats = found?.kind === "floats";
  const loaded = useLoaded(here, async () => comparing.difference(name));
  const [equal, differs] = [t("equal"), t("differs")];
  const title = t(floats ? "differenceName" : "mismatchName", { output: name });
  const opened = useMemo((): ResultTensor | null => {
    if (loaded.status !== "ready") return null;
    const base: ResultTensor = { id: "difference", kind: "output", name: title, handle: loaded.value };
    return floats ? { ...base, of: name } : { ...base, of: name, labels: [equal, differs] };
  }, [loaded, title, name, floats, equal, differs]);
  const tensors = useMemo(() => (opened === null ? [] : [opened, ...tensorsOf(comparison, "here")]), [opened, comparison]);
  if (loaded.status === "failed") return <PaneNotice>{loaded.reason}</PaneNotice>;
  if (opened === null) return <PaneNotice icon={<Loader size="sm" />}>{t("makingDifference", { output: name })}</PaneNotice>;
  const reduced = opened.handle.shape.join() !== here?.shape.join();
  return (
    <>
      {reduced && <Text size="xs" c="dimmed">{t("reducedNote")}</Text>}
      <ResultView opened={opened} tensors={tensors} model={comparison.model} again={<Text size="sm">{t("stale")}</Text>} />
    </>
  );
}
