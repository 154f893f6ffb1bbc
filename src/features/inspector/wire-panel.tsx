import { Button, TextInput } from "@mantine/core";
import { useEffect, useState, type FormEvent } from "react";
import { useStore } from "zustand";
import { textOf } from "../../base/errors.ts";
import type { TensorHandle, TensorSummary } from "../../runtime/protocol.ts";
import { renameEdits, renamedPlaces } from "../../state/ensemble-edits.ts";
import { findingsOfTensor, handleOf, openModelOf, resultOf, type OpenModel } from "../../state/open-model.ts";
import type { Endpoint, GraphTensor } from "../../triton/ensemble/graph.ts";
import type { Renamed } from "../../triton/language/rename.ts";
import { useApp } from "../../ui/app-context.ts";
import { inspectorMessages } from "../../ui/catalogue/inspector.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { DataTypeMark } from "../../ui/data-type-mark.tsx";
import { formatBytes, formatShape } from "../../ui/format.ts";
import { useDiagnostics, usePresent } from "../../ui/open-model.ts";
import { useRenaming } from "../../ui/use-renaming.ts";
import { Facts, Part } from "./facts.tsx";
import { FindingList } from "./finding-list.tsx";
import classes from "./inspector.module.css";

/** A wire: its name, which can be changed, what it carries, its ends, and its tensor of the last run. */
export function WirePanel({ model, tensor }: { model: OpenModel; tensor: GraphTensor }) {
  const t = useMessages(inspectorMessages);
  const { name, dataType, dims, batched, producer, consumers } = tensor;
  const findings = findingsOfTensor(model, useDiagnostics(), name);
  return (
    <>
      <FindingList findings={findings} />
      <Part title={t("facts")}>
        {model.view.isEnsemble && <Rename key={name} model={model} name={name} />}
        <Facts
          facts={[
            [t("type"), dataType === undefined ? undefined : <DataTypeMark key="type" type={dataType} />],
            [t("dims"), dims === undefined ? undefined : `${formatShape(dims)}${batched ? `, ${t("batched")}` : ""}`],
            [t("producer"), producer === undefined ? t("nobody") : <End key="from" model={model} end={producer} />],
            [t("consumers"), consumers.length === 0 ? t("nobody") : consumers.map((end) => <End key={endText(model, end)} model={model} end={end} />)],
          ]}
        />
      </Part>
      <LastResult model={model} tensor={name} />
    </>
  );
}

/** Renames a tensor of an ensemble, in the ensembles around it too. */
function Rename({ model, name }: { model: OpenModel; name: string }) {
  const t = useMessages(inspectorMessages);
  const { document, derivation, selection } = useApp();
  const present = usePresent();
  const { view, stale } = model;
  const renamed: Renamed = { name, entity: { kind: "tensor", ensemble: view.name, name } };
  const { text, setText, to, changes, refused, note } = useRenaming(model, renamed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const now = openModelOf(derivation, present(), view.name);
    if (!changes || refused || now === undefined) return;
    document.getState().edit(renameEdits(now, renamed, to), "rename", { moves: renamedPlaces(now, name, to, document.getState().positions) });
    selection.getState().selectTensor(to);
  };
  return (
    <form className={classes.rename} onSubmit={submit}>
      <TextInput
        aria-label={t("name")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        disabled={stale || view.parsed?.valid !== true}
        {...(refused ? { error: note } : { description: note })}
        inputWrapperOrder={["label", "input", "description", "error"]}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        data-testid="rename-tensor"
      />
      <Button type="submit" variant="default" disabled={!changes || refused}>{t("rename")}</Button>
    </form>
  );
}

function endText({ graph }: OpenModel, end: Endpoint): string {
  return end.kind === "step" ? `${graph.steps[end.step]?.modelName ?? end.step} · ${end.port}` : end.name;
}

function End({ model, end }: { model: OpenModel; end: Endpoint }) {
  const { selection } = useApp();
  const node = end.kind === "step" ? model.graph.steps[end.step]?.id : `${end.kind}:${end.name}`;
  return (
    <button type="button" className={classes.end} onClick={() => selection.getState().selectNode(node ?? null)}>
      {endText(model, end)}
    </button>
  );
}

function LastResult({ model, tensor }: { model: OpenModel; tensor: string }) {
  const t = useMessages(inspectorMessages);
  const { selection, session } = useApp();
  const run = useStore(session, (state) => state.run);
  const handle = handleOf(run, model.view.name, tensor);
  const result = resultOf(run, model.view.name, tensor);
  const { summary, failure } = useSummary(handle);
  if (handle === undefined || result === undefined) return <Part title={t("result")}><p className={classes.dimmed}>{t("notRun")}</p></Part>;
  return (
    <Part title={t("result")}>
      <Facts
        facts={[
          [t("shape"), formatShape(handle.shape)],
          [t("bytes"), formatBytes(handle.bytes)],
          [t("range"), summary?.min == null ? undefined : `${number(summary.min)} … ${number(summary.max ?? summary.min)}`],
          [t("mean"), summary?.mean == null ? undefined : number(summary.mean)],
          [t("nan"), summary === undefined || summary.nan === 0 ? undefined : summary.nan],
        ]}
      />
      {failure !== undefined && <p className={classes.dimmed}>{t("summaryFailed", { reason: failure })}</p>}
      <Button variant="light" onClick={() => selection.getState().openResult(result.id)}>{t("open")}</Button>
    </Part>
  );
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(5);
}

function useSummary(handle: TensorHandle | undefined): { summary?: TensorSummary; failure?: string } {
  const { session } = useApp();
  const [found, setFound] = useState<{ handle: TensorHandle; summary?: TensorSummary; failure?: string }>();
  useEffect(() => {
    if (handle === undefined) return;
    let current = true;
    session.summarize(handle).then(
      (summary) => current && setFound({ handle, summary }),
      (thrown: unknown) => current && setFound({ handle, failure: textOf(thrown) }),
    );
    return () => {
      current = false;
    };
  }, [session, handle]);
  return found?.handle === handle && found !== undefined ? found : {};
}
