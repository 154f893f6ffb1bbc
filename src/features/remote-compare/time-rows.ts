import type { RemoteComparison, SideRun } from "../../state/remote-comparison.ts";
import type { ModelDelta } from "../../triton/v2/statistics-delta.ts";
import { formatMilliseconds } from "../../ui/format.ts";
import type { TextTable } from "../../ui/text-table.ts";
import type { Words } from "./words.ts";

/** What a span of time went into. */
export type SpanKind = "queue" | "input" | "infer" | "outputSpan" | "rest" | "network";

/** A row of a timeline: spans in milliseconds from the run's beginning. */
export interface TimeRow {
  readonly key: string;
  readonly name: string;
  /** Where a step ran; null for what is no step. */
  readonly place: "gpu" | "cpu" | "server" | null;
  readonly spans: readonly { readonly kind: SpanKind; readonly from: number; readonly to: number }[];
  readonly milliseconds: number | null;
}

/** A row per step of a run here, and one for what is left of the whole: outputs are read back, for which the GPU may have to finish first. */
export function hereRows({ steps, milliseconds }: SideRun, t: Words): readonly TimeRow[] {
  const last = Math.max(0, ...steps.map(({ end }) => end));
  const left = (milliseconds ?? 0) - last;
  const rest: TimeRow = { key: "rest", name: t("hereRest"), place: null, spans: [{ kind: "rest", from: last, to: last + left }], milliseconds: left };
  return [...steps.map(stepRow), ...(left > 0 ? [rest] : [])];
}

function stepRow({ step, model, placement, ready, start, compute, computed, end }: SideRun["steps"][number]): TimeRow {
  return {
    key: step,
    name: model,
    place: placement,
    spans: [
      { kind: "queue", from: ready, to: start },
      { kind: "input", from: start, to: compute },
      { kind: "infer", from: compute, to: computed },
      { kind: "outputSpan", from: computed, to: end },
    ],
    milliseconds: end - ready,
  };
}

/** A row for the network, then one per model of the server with its spans end to end from 0: when each began the server does not tell. */
export function thereRows({ served }: RemoteComparison, t: Words): readonly TimeRow[] {
  if (served === null) return [];
  const { network, models } = served;
  const way: TimeRow = { key: "network", name: t("networkRow"), place: null, spans: network === null ? [] : [{ kind: "network", from: 0, to: network }], milliseconds: network };
  return [way, ...models.map(modelRow)];
}

function modelRow({ name, spans }: ModelDelta): TimeRow {
  const row = { key: `model ${name}`, name, place: "server" } as const;
  if (spans === null) return { ...row, spans: [], milliseconds: null };
  const { queue, input, infer, output, total } = spans;
  const lengths = [["queue", queue], ["input", input], ["infer", infer], ["outputSpan", output], ["rest", Math.max(0, total - queue - input - infer - output)]] as const;
  let from = 0;
  const found = lengths.map(([kind, length]) => {
    from += length;
    return { kind, from: from - length, to: from };
  });
  return { ...row, spans: found, milliseconds: total };
}

/** What the reader must know of a server's numbers. */
export function servedNotes({ served }: RemoteComparison, t: Words): readonly string[] {
  if (served === null) return [];
  const { models, problem } = served;
  const notes = models.flatMap(({ name: model, state, reset, requests, expected, cacheHits }) => [
    ...(reset ? [t("stateReset", { model })] : []),
    ...(state === "others" ? [t("stateOthers", { model, requests, expected })] : []),
    ...(state === "fewer" ? [t("stateFewer", { model, requests, expected })] : []),
    ...(state === "missing" ? [t("stateMissing", { model })] : []),
    ...(cacheHits > 0 ? [t("stateCache", { model, count: cacheHits })] : []),
  ]);
  return problem === null ? notes : [t("noStatistics", { reason: problem }), ...notes];
}

/** Rows of a timeline as a table of the report. */
export function timeTable(rows: readonly TimeRow[], t: Words): TextTable {
  const kinds = (["queue", "input", "infer", "outputSpan"] as const).filter((kind) => rows.some(({ spans }) => spans.some((span) => span.kind === kind)));
  const cell = ({ spans }: TimeRow, kind: SpanKind): string => {
    const span = spans.find((each) => each.kind === kind);
    return span === undefined ? "–" : formatMilliseconds(span.to - span.from);
  };
  return {
    head: [t("step"), ...kinds.map((kind) => t(kind)), t("time")],
    names: 1,
    rows: rows.map((row) => ({ key: row.key, cells: [row.name, ...kinds.map((kind) => cell(row, kind)), row.milliseconds === null ? "–" : formatMilliseconds(row.milliseconds)] })),
  };
}
