import { Button } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useMemo, type ReactNode } from "react";
import { useStore } from "zustand";
import { findingsOfNode, type OpenModel } from "../../state/open-model.ts";
import type { GraphTerminal } from "../../triton/ensemble/graph.ts";
import { useApp } from "../../ui/app-context.ts";
import { BackendGlyph } from "../../ui/backend-mark.tsx";
import { inspectorMessages } from "../../ui/catalogue/inspector.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useDiagnostics, useOpenModel } from "../../ui/open-model.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { FieldsForm } from "./fields/fields-form.tsx";
import { FindingList } from "./finding-list.tsx";
import { ModelPanel } from "./model-panel.tsx";
import { NodesPanel } from "./nodes-panel.tsx";
import { WirePanel } from "./wire-panel.tsx";
import classes from "./inspector.module.css";

/** What is selected: a wire, a step with its model, an input or output; with nothing selected the open model. `runOn` chooses what runs a model. */
export function Inspector({ runOn }: { runOn(model: string): ReactNode }) {
  const t = useMessages(inspectorMessages);
  const { selection } = useApp();
  const model = useOpenModel();
  const node = useStore(selection, (state) => state.node);
  const nodes = useStore(selection, (state) => state.nodes);
  const tensor = useStore(selection, (state) => state.tensor);
  if (model === undefined) return <PaneNotice icon={<IconInfoCircle />}>{t("nothingOpen")}</PaneNotice>;
  return (
    <section className={classes.inspector} aria-label={t("region")} data-testid="inspector">
      <Selected model={model} node={node} nodes={nodes} tensor={tensor} runOn={runOn} />
    </section>
  );
}

interface SelectedProps {
  readonly model: OpenModel;
  readonly node: string | null;
  readonly nodes: readonly string[];
  readonly tensor: string | null;
  runOn(model: string): ReactNode;
}

function Selected({ model, node, nodes, tensor, runOn }: SelectedProps) {
  const t = useMessages(inspectorMessages);
  const wire = model.graph.tensors.find(({ name }) => name === tensor);
  if (wire !== undefined) {
    return (
      <>
        <Heading kind={t("wire")} title={wire.name} />
        <WirePanel model={model} tensor={wire} />
      </>
    );
  }
  const here = [...model.graph.inputs, ...model.graph.steps, ...model.graph.outputs].map(({ id }) => id).filter((id) => nodes.includes(id));
  if (here.length > 1) {
    return (
      <>
        <Heading kind={t("chosen")} title={t("nodes", { count: here.length })} />
        <NodesPanel model={model} nodes={here} />
      </>
    );
  }
  const isInput = model.graph.inputs.some(({ id }) => id === node);
  const terminal = [...model.graph.inputs, ...model.graph.outputs].find(({ id }) => id === node);
  if (terminal !== undefined) return <TerminalPanel model={model} terminal={terminal} isInput={isInput} />;
  const step = model.graph.steps.find(({ id }) => id === node);
  return <StepPanel model={model} name={step?.modelName ?? model.view.name} step={model.view.isEnsemble ? step?.index : undefined} node={node} runOn={runOn} />;
}

function Heading({ kind, title, glyph, action }: { kind: string; title: string; glyph?: string; action?: ReactNode }) {
  return (
    <header className={classes.heading}>
      <p className={classes.kind}>{kind}</p>
      <h2 className={classes.title}>
        {glyph !== undefined && <BackendGlyph backend={glyph} />}
        <span className={classes.titleText} title={title}>{title}</span>
      </h2>
      {action}
    </header>
  );
}

function TerminalPanel({ model, terminal, isInput }: { model: OpenModel; terminal: GraphTerminal; isInput: boolean }) {
  const t = useMessages(inspectorMessages);
  const wire = model.graph.tensors.find(({ name, producer, consumers }) =>
    name === terminal.name && (isInput ? producer?.kind === "input" : consumers.some(({ kind }) => kind === "output")),
  );
  const kind = model.view.isEnsemble ? t(isInput ? "input" : "output") : t(isInput ? "modelInput" : "modelOutput");
  return (
    <>
      <Heading kind={kind} title={terminal.name} />
      {wire !== undefined && <WirePanel model={model} tensor={wire} />}
      <TerminalFields key={terminal.id} model={model} name={terminal.name} isInput={isInput} />
    </>
  );
}

/** What the file says of an input or output; nothing for one that only the server's completion has. */
function TerminalFields({ model: { view }, name, isInput }: { model: OpenModel; name: string; isInput: boolean }) {
  const t = useMessages(inspectorMessages);
  const side = isInput ? "input" : "output";
  const index = view.parsed?.config[side].findIndex((tensor) => tensor.name === name) ?? -1;
  const root = useMemo(() => [side, index], [side, index]);
  return index < 0 ? null : <FieldsForm view={view} root={root} title={t("terminalFields")} />;
}

/** What the file of the ensemble says of a step. */
function StepFields({ model: { view }, step }: { model: OpenModel; step: number }) {
  const t = useMessages(inspectorMessages);
  const root = useMemo(() => ["ensemble_scheduling", "step", step], [step]);
  return <FieldsForm view={view} root={root} title={t("stepFields")} />;
}

interface StepPanelProps {
  readonly model: OpenModel;
  readonly name: string;
  readonly step: number | undefined;
  readonly node: string | null;
  runOn(model: string): ReactNode;
}

function StepPanel({ model, name, step, node, runOn }: StepPanelProps) {
  const t = useMessages(inspectorMessages);
  const { selection } = useApp();
  const all = useDiagnostics();
  const view = model.repository.models.get(name);
  const findings = step === undefined || node === null ? all.filter((finding) => finding.model === name) : findingsOfNode(model, all, node);
  const kind = step === undefined ? t(view?.isEnsemble === true ? "ensemble" : "model") : t("step", { index: step });
  const opens = view !== undefined && name !== model.view.name;
  return (
    <>
      <Heading
        kind={kind}
        title={name}
        glyph={view?.isEnsemble === true ? "ensemble" : (view?.backend.backend ?? "")}
        action={opens && <Button variant="default" size="compact-xs" onClick={() => selection.getState().enterModel(name)}>{t("openModel")}</Button>}
      />
      <FindingList findings={findings} />
      {view !== undefined && runOn(name)}
      {step !== undefined && <StepFields key={step} model={model} step={step} />}
      {view === undefined ? <p className={classes.dimmed}>{t("missingModel", { name })}</p> : <ModelPanel repository={model.repository} view={view} />}
    </>
  );
}
