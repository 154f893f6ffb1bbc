import { Button, Loader, SegmentedControl } from "@mantine/core";
import { useMemo, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import { openModelOf } from "../state/open-model.ts";
import { useApp } from "../ui/app-context.ts";
import { resultsMessages } from "../ui/catalogue/results.messages.ts";
import { useMessages } from "../ui/catalogue/section.ts";
import { DataTypeMark } from "../ui/data-type-mark.tsx";
import { formatBytes, formatShape } from "../ui/format.ts";
import { PaneNotice } from "../ui/pane-notice.tsx";
import { useLoaded } from "./use-loaded.ts";
import type { Viewer } from "./viewer.ts";
import { viewersFor } from "./viewers.ts";
import { labelNames } from "./label-names.ts";
import { gridOf } from "./placement.ts";
import type { ResultTensor } from "./result-tensors.ts";
import { SaveButtons } from "./save-buttons.tsx";
import { useTensorAccess } from "./use-tensor-access.ts";
import { viewResult, type ViewedResult } from "./viewed-tensors.ts";
import classes from "./result-view.module.css";

interface ResultViewProps {
  readonly opened: ResultTensor;
  readonly tensors: readonly ResultTensor[];
  /** The model that was run. */
  readonly model: string;
  /** What makes the tensors anew, where they are gone. */
  readonly again: ReactNode;
}

/** One tensor of a run: what it is, and a viewer for it. */
export function ResultView({ opened, tensors, model, again }: ResultViewProps) {
  const { document, derivation } = useApp();
  const t = useMessages(resultsMessages);
  const access = useTensorAccess();
  const files = useStore(document, (state) => state.files);
  const [attempt, setAttempt] = useState(0);
  const open = openModelOf(derivation, derivation.repository(files, document.getState().origin?.emptyFolders), model);
  const question = useMemo(() => ({ opened, tensors, access, attempt }), [opened, tensors, access, attempt]);
  const loaded = useLoaded(question, () =>
    viewResult(
      opened,
      tensors,
      access,
      ({ name, labels }) => labels ?? (open === undefined ? undefined : labelNames(open, name, files)),
      ({ name, of = name }) => open?.graph.tensors.find((tensor) => tensor.name === of)?.batched,
    ),
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const viewers = loaded.status === "ready" ? viewersFor(loaded.value.tensor, loaded.value.companions) : [];
  const viewer = viewers.find(({ name }) => name === chosen) ?? viewers[0];
  const { dataType, shape, bytes, location } = opened.handle;
  const affine = loaded.status === "ready" ? loaded.value.tensor.affine : undefined;
  return (
    <>
      <header className={classes.header}>
        <h3 className={classes.heading}>{opened.name}</h3>
        <DataTypeMark type={dataType} />
        <span className={classes.mono}>{formatShape(shape)}</span>
        <span className={classes.dimmed}>{formatBytes(bytes)} {t("location", { place: t(location) })}</span>
        {viewers.length > 1 && (
          <SegmentedControl
            className={classes.choice}
            aria-label={t("viewer")}
            data={viewers.map(({ name }) => ({ value: name, label: t(name) }))}
            value={viewer?.name ?? ""}
            onChange={setChosen}
          />
        )}
        <SaveButtons tensor={opened} model={model} affine={affine} />
      </header>
      {loaded.status === "loading" && <PaneNotice icon={<Loader size="sm" />}>{t("loading", { name: opened.name })}</PaneNotice>}
      {loaded.status === "failed" && (
        <PaneNotice action={loaded.code === "STALE_TENSOR" ? again : <Button variant="default" onClick={() => setAttempt(attempt + 1)}>{t("retry")}</Button>}>
          {t("loadFailed", { name: opened.name, reason: loaded.reason })}
        </PaneNotice>
      )}
      {loaded.status === "ready" && (
        <>
          {gridOf(opened) !== undefined && affine === undefined && tensors.some((tensor) => tensor.affine !== undefined) && (
            <p className={classes.note}>{t("unplaced")}</p>
          )}
          {viewer !== undefined && <LazyViewer key={viewer.name} viewer={viewer} viewed={loaded.value} />}
        </>
      )}
    </>
  );
}

function LazyViewer({ viewer, viewed }: { viewer: Viewer; viewed: ViewedResult }) {
  const t = useMessages(resultsMessages);
  const loaded = useLoaded(viewer, async (which) => ({ Component: await which.load() }));
  if (loaded.status === "failed") return <PaneNotice>{t("loadFailed", { name: viewed.tensor.name, reason: loaded.reason })}</PaneNotice>;
  if (loaded.status === "loading") return <PaneNotice icon={<Loader size="sm" />}>{t("loading", { name: viewed.tensor.name })}</PaneNotice>;
  const { Component } = loaded.value;
  return (
    <div className={classes.viewer}>
      <Component tensor={viewed.tensor} companions={viewed.companions} />
    </div>
  );
}
