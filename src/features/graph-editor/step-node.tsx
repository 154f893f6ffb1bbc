import { Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconHistory, IconPlayerSkipForward, IconProgress, IconX } from "@tabler/icons-react";
import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { useStore } from "zustand";
import { placementOf, type KnownPlacement } from "../../state/open-model.ts";
import { decisionWithin } from "../../state/where.ts";
import type { GraphStep } from "../../triton/ensemble/graph.ts";
import { useApp } from "../../ui/app-context.ts";
import { BackendGlyph } from "../../ui/backend-mark.tsx";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { placementMessages } from "../../ui/catalogue/placement.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { formatMilliseconds } from "../../ui/format.ts";
import { phaseText } from "../../ui/phase-text.ts";
import { SeverityGlyph } from "../../ui/severity-mark.tsx";
import type { Badge } from "./badges.ts";
import type { FlowNode } from "./canvas.ts";
import { DistantNode } from "./distant-node.tsx";
import { PortColumn } from "./port-column.tsx";
import { StepPlace } from "./step-place.tsx";
import classes from "./graph-editor.module.css";

/** A step: its model, where it runs and why, its ports, and how its last execution went; from afar its outline. */
export const StepNode = memo(function StepNode({ data: { node, badge, canvas }, height }: NodeProps<FlowNode>) {
  const distant = useStore(canvas, (state) => state.distant);
  return distant ? <DistantNode node={node} badge={badge} canvas={canvas} height={height} /> : <NearStep node={node} badge={badge} canvas={canvas} />;
});

function NearStep({ node, badge, canvas }: FlowNode["data"]) {
  const step = node.step!;
  const { selection, session } = useApp();
  const selected = useStore(selection, (state) => state.nodes.includes(node.id));
  const decision = useStore(session, (state) => decisionWithin(state.placements, canvas.name, step.modelName));
  const runId = node.runId ?? "";
  const phase = useStore(session, ({ run }) => (run.model === canvas.name ? run.steps[runId]?.phase : undefined));
  const placement = placementOf(step.model, decision);
  const isEnsemble = node.backend === "ensemble";
  const cannot = placement.kind === "none" && !isEnsemble;
  return (
    <div className={classes.node} data-kind="step" data-selected={selected || undefined} data-phase={phase} data-cannot={cannot || undefined} data-testid={`node-${node.id}`}>
      <header className={classes.header}>
        <BackendGlyph backend={node.backend ?? ""} />
        <span className={classes.title} title={step.modelName}>{step.modelName}</span>
        {badge !== undefined && <FindingBadge badge={badge} />}
      </header>
      <Facts step={step} placement={placement} isEnsemble={isEnsemble} />
      <div className={classes.ports}>
        <PortColumn side="in" ports={step.inputs} node={node.id} badge={badge} canvas={canvas} />
        <PortColumn side="out" ports={step.outputs} node={node.id} badge={badge} canvas={canvas} />
      </div>
      <RunLine model={canvas.name} step={runId} />
    </div>
  );
}

function Facts({ step, placement, isEnsemble }: { step: GraphStep; placement: KnownPlacement; isEnsemble: boolean }) {
  const t = useMessages(graphEditorMessages);
  if (step.model === undefined) return <p className={classes.facts} data-missing>{t("missingModel")}</p>;
  const { versions, config, parsed } = step.model;
  // Nothing is known of a model that has no file, unless the server completes it from the model itself.
  if (parsed === undefined && config.input.length + config.output.length === 0) return <p className={classes.facts}>{t("noConfig")}</p>;
  const latest = versions?.at(-1);
  const version = step.modelVersion >= 0 ? t("version", { version: step.modelVersion }) : latest === undefined ? t("latest") : t("version", { version: latest });
  return (
    <p className={classes.facts}>
      {isEnsemble && placement.kind !== "server" ? (
        <span>{t("ensemble")}</span>
      ) : (
        <StepPlace model={step.modelName} placement={placement} />
      )}
      <span>{version}</span>
      <span>{config.max_batch_size > 0 ? t("batch", { size: config.max_batch_size }) : t("noBatch")}</span>
    </p>
  );
}

/** Count and worst severity of the findings; a click leads to the worst. */
export function FindingBadge({ badge }: { badge: Badge }) {
  const t = useMessages(graphEditorMessages);
  const { selection } = useApp();
  const label = badge.count === 1 ? t("oneFinding") : t("findings", { count: badge.count });
  return (
    <Tooltip label={badge.messages.slice(0, 4).join("\n")} multiline maw={360} style={{ whiteSpace: "pre-line" }}>
      <button
        type="button"
        className={classes.badge}
        data-severity={badge.severity}
        data-finding={badge.first}
        aria-label={`${label}: ${badge.messages[0] ?? ""}`}
        onClick={(event) => {
          event.stopPropagation();
          selection.getState().focusDiagnostic(badge.first);
        }}
      >
        <SeverityGlyph severity={badge.severity} size={12} />
        {badge.count}
      </button>
    </Tooltip>
  );
}

const PHASE_GLYPHS = {
  queued: IconProgress,
  loading: IconProgress,
  compiling: IconProgress,
  running: IconProgress,
  waiting: IconProgress,
  done: IconCheck,
  cached: IconHistory,
  failed: IconX,
  skipped: IconPlayerSkipForward,
};

/** Phase, time or failure of the step's execution in the latest run of the open model. */
function RunLine({ model, step }: { model: string; step: string }) {
  const t = useMessages(graphEditorMessages);
  const p = useMessages(placementMessages);
  const { session } = useApp();
  const progress = useStore(session, ({ run }) => (run.model === model ? run.steps[step] : undefined));
  const timing = useStore(session, ({ run }) => (run.model === model ? run.result?.steps.find((each) => each.step === step) : undefined));
  if (progress === undefined && timing === undefined) return null;
  const phase = progress?.phase ?? (timing?.cached === true ? "cached" : "done");
  const Glyph = progress?.error === undefined ? PHASE_GLYPHS[phase] : IconAlertTriangle;
  const time = timing === undefined || timing.cached ? undefined : formatMilliseconds(timing.end - timing.start);
  return (
    <footer className={classes.run} data-phase={phase} title={progress?.error?.message ?? (time === undefined ? undefined : t("ranIn", { time }))}>
      <Glyph size={13} aria-hidden="true" />
      <span>{phaseText(phase, progress, p)}</span>
      {time !== undefined && <span className={classes.time}>{time}</span>}
      {progress?.error !== undefined && <span className={classes.failure}>{progress.error.message}</span>}
    </footer>
  );
}
