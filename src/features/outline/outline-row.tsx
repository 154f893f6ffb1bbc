import { IconChevronRight, IconCpu, IconDots } from "@tabler/icons-react";
import { memo, type CSSProperties, type MouseEvent } from "react";
import { useStore } from "zustand";
import { placementOf, runStepId, type OpenModel } from "../../state/open-model.ts";
import { decisionWithin } from "../../state/where.ts";
import type { GraphStep } from "../../triton/ensemble/graph.ts";
import { useApp } from "../../ui/app-context.ts";
import { BackendGlyph } from "../../ui/backend-mark.tsx";
import { outlineMessages } from "../../ui/catalogue/outline.messages.ts";
import { placementMessages } from "../../ui/catalogue/placement.messages.ts";
import { useMessages, type Translate } from "../../ui/catalogue/section.ts";
import { DataTypeGlyph } from "../../ui/data-type-mark.tsx";
import { formatMilliseconds, formatShape } from "../../ui/format.ts";
import { phaseText } from "../../ui/phase-text.ts";
import { SeverityGlyph } from "../../ui/severity-mark.tsx";
import type { OutlineRow } from "./rows.ts";
import classes from "./outline.module.css";

/** What a row tells the tree around it. The same object as long as the outline is there. */
export interface RowVerbs {
  focus(row: OutlineRow): void;
  toggle(row: OutlineRow): void;
  /** What a double click does, and a click on a finding. */
  open(row: OutlineRow): void;
  /** Opens the list of what can be done, at an element. */
  offer(row: OutlineRow, at: HTMLElement): void;
}

interface Props {
  readonly row: OutlineRow;
  readonly model: OpenModel;
  /** Whether Tab comes here. */
  readonly tabStop: boolean;
  readonly verbs: RowVerbs;
  /** Its place among all rows, from 0. */
  readonly index: number;
  /** Where only a part of the rows is rendered: takes the row's height. */
  readonly measure: ((row: HTMLElement | null) => void) | undefined;
}

/** A row of the outline: its name, and what is known of it. */
export const Row = memo(function Row({ row, model, tabStop, verbs, index, measure }: Props) {
  const t = useMessages(outlineMessages);
  const { selection } = useApp();
  const linked = useStore(selection, ({ node, tensor }) => (tensor === null ? row.id === node : row.tensor === tensor && row.subject.kind !== "finding"));
  const { subject } = row;
  const click = (event: MouseEvent): void => {
    verbs.focus(row);
    if (subject.kind === "finding" && event.detail === 1) verbs.open(row);
  };
  return (
    // The keys are the tree's.
    <div
      ref={measure}
      className={classes.row}
      role="row"
      aria-rowindex={measure === undefined ? undefined : index + 2}
      data-index={index}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={row.expanded}
      aria-selected={linked && tabStop}
      tabIndex={tabStop ? 0 : -1}
      data-kind={subject.kind}
      data-linked={linked || undefined}
      data-row={row.id}
      data-testid={`outline-${row.id}`}
      style={{ "--level": row.level } as CSSProperties}
      onFocus={(event) => event.target === event.currentTarget && verbs.focus(row)}
      onClick={click}
      onDoubleClick={() => subject.kind !== "finding" && verbs.open(row)}
    >
      <span role="gridcell" className={classes.name} aria-colspan={subject.kind === "group" || subject.kind === "finding" ? 4 : undefined}>
        <span
          className={classes.chevron}
          data-expanded={row.expanded}
          aria-hidden="true"
          onClick={(event) => {
            if (row.expanded === undefined) return;
            event.stopPropagation();
            verbs.toggle(row);
          }}
        >
          {row.expanded !== undefined && <IconChevronRight size={14} />}
        </span>
        <Name row={row} model={model} t={t} />
        {row.findings !== undefined && <FindingCount findings={row.findings} t={t} />}
      </span>
      {subject.kind === "step" && <StepFacts model={model} step={subject.step} />}
      {(subject.kind === "terminal" || subject.kind === "port" || subject.kind === "tensor") && <TensorFacts row={row} t={t} />}
      <span role="gridcell" className={classes.more}>
        <button
          type="button"
          tabIndex={-1}
          aria-label={t("actionsOf", { name: row.label })}
          onClick={(event) => {
            event.stopPropagation();
            verbs.offer(row, event.currentTarget);
          }}
          onDoubleClick={(event) => event.stopPropagation()}
        >
          <IconDots size={14} aria-hidden="true" />
        </button>
      </span>
    </div>
  );
});

type Texts = Translate<keyof (typeof outlineMessages)["en"]>;

function Name({ row, model, t }: { row: OutlineRow; model: OpenModel; t: Texts }) {
  const { subject, label } = row;
  switch (subject.kind) {
    case "group":
      return (
        <span className={classes.group}>
          {t(subject.group)} <span className={classes.dimmed}>{subject.count}</span>
        </span>
      );
    case "finding": {
      const { severity, message, hint } = subject.finding;
      return (
        <span className={classes.finding}>
          <SeverityGlyph severity={severity} size={13} label={t(SEVERITY[severity])} />
          <span>
            {message}
            {hint !== undefined && <span className={classes.hint}>{hint}</span>}
          </span>
        </span>
      );
    }
    case "step": {
      const view = model.repository.models.get(label);
      return (
        <>
          <BackendGlyph backend={view?.isEnsemble === true ? "ensemble" : (view?.backend.backend ?? "")} size={14} />
          <span className={classes.stepName} title={label}>{label}</span>
        </>
      );
    }
    case "port":
      return (
        <>
          <span className={classes.side} data-side={subject.side} aria-label={t(subject.side === "in" ? "inputPort" : "outputPort")} role="img">
            {t(subject.side)}
          </span>
          <span className={classes.mono} title={label} data-flawed={!subject.port.exists || undefined}>{label}</span>
          {subject.port.optional && <span className={classes.dimmed}>{t("optional")}</span>}
          {!subject.port.exists && <span className={classes.flaw}>{t("unknownPort")}</span>}
        </>
      );
    case "terminal":
      return (
        <>
          <span className={classes.mono} title={label}>{label}</span>
          {subject.optional && <span className={classes.dimmed}>{t("optional")}</span>}
        </>
      );
    case "tensor":
      return <span className={classes.mono} title={label}>{label}</span>;
  }
}

const SEVERITY = { error: "severityError", warning: "severityWarning", info: "severityInfo" } as const;

function FindingCount({ findings: { count, worst }, t }: { findings: NonNullable<OutlineRow["findings"]>; t: Texts }) {
  const { selection } = useApp();
  const text = count === 1 ? t("oneFinding", { message: worst.message }) : t("findings", { count, message: worst.message });
  return (
    <button
      type="button"
      tabIndex={-1}
      className={classes.count}
      data-severity={worst.severity}
      aria-label={text}
      title={text}
      onClick={(event) => {
        event.stopPropagation();
        selection.getState().focusDiagnostic(worst.id);
      }}
    >
      <SeverityGlyph severity={worst.severity} size={12} />
      {count}
    </button>
  );
}

function TensorFacts({ row: { dataType, dims, tensor, label, connections = [] }, t }: { row: OutlineRow; t: Texts }) {
  return (
    <>
      <span role="gridcell" className={classes.type}>
        {dataType !== undefined && (
          <>
            <DataTypeGlyph type={dataType} size={11} />
            {dataType.slice("TYPE_".length)}
          </>
        )}
      </span>
      <span role="gridcell" className={classes.shape}>{dims !== undefined && formatShape(dims)}</span>
      <span role="gridcell" className={classes.connection}>
        {connections.length === 0 && <span className={classes.dimmed}>{t("notConnected")}</span>}
        {tensor !== undefined && tensor !== label && <span className={classes.wire} title={tensor}>{tensor}</span>}
        {connections.map(({ way, title }) => (
          <span key={`${way} ${title}`} className={classes.end} title={title}>
            <span role="img" aria-label={t(way)}>{way === "from" ? "←" : "→"}</span> {title}
          </span>
        ))}
      </span>
    </>
  );
}

/** Of a step: version, where it runs, batch, and how its last execution went. */
function StepFacts({ model, step }: { model: OpenModel; step: GraphStep }) {
  const t = useMessages(outlineMessages);
  const p = useMessages(placementMessages);
  const { session } = useApp();
  const name = model.view.name;
  const id = runStepId(model, step.index);
  const decision = useStore(session, (state) => decisionWithin(state.placements, name, step.modelName));
  const progress = useStore(session, ({ run }) => (run.model === name ? run.steps[id] : undefined));
  const timing = useStore(session, ({ run }) => (run.model === name ? run.result?.steps.find((each) => each.step === id) : undefined));
  const isEnsemble = model.repository.models.get(step.modelName)?.isEnsemble === true;
  if (step.model === undefined) {
    return <span role="gridcell" className={classes.facts} aria-colspan={3} data-missing="">{t(model.repository.models.has(step.modelName) ? "noConfig" : "missingModel")}</span>;
  }
  const placement = placementOf(step.model, decision);
  const phase = progress?.phase ?? (timing === undefined ? undefined : timing.cached ? "cached" : "done");
  const batch = step.model.config.max_batch_size;
  return (
    <span role="gridcell" className={classes.facts} aria-colspan={3}>
      <span>{versionText(step, t)}</span>
      {isEnsemble && placement.kind !== "server" ? (
        <span>{t("ensemble")}</span>
      ) : (
        <span className={classes.placement} data-kind={placement.kind} title={[p(placement.reason), placement.detail].filter((each) => each !== undefined).join(": ")}>
          {placement.kind === "cpu" && <IconCpu size={12} aria-hidden="true" />}
          {placement.kind === "server" ? p("onServer", { server: placement.detail ?? "" }) : p(placement.kind)}
        </span>
      )}
      <span>{batch > 0 ? t("batch", { size: batch }) : t("noBatch")}</span>
      {phase !== undefined && (
        <span className={classes.phase} data-phase={phase} title={progress?.error?.message}>
          {phaseText(phase, progress, p)}
          {timing !== undefined && !timing.cached && ` ${formatMilliseconds(timing.end - timing.start)}`}
        </span>
      )}
    </span>
  );
}

function versionText({ modelVersion, model }: GraphStep, t: Texts): string {
  if (modelVersion >= 0) return t("version", { version: modelVersion });
  const latest = model?.versions?.at(-1);
  return latest === undefined ? t("latest") : t("latestVersion", { version: latest });
}
