import { measuredBatches, restOf, type Comparison, type Measurement } from "../../state/comparison.ts";
import { worst } from "../../state/comparison-csv.ts";
import { formatBytes, formatMilliseconds } from "../../ui/format.ts";
import type { TextTable } from "../../ui/text-table.ts";
import { differenceText, numberText, rateText, type Words } from "./words.ts";

/** All measurements, batch by batch. */
export function measurementTable(comparison: Comparison, t: Words): TextTable {
  const { sets, reference } = comparison;
  const rows = measuredBatches(comparison).flatMap((batch) => {
    const base = sets.find(({ set }) => set.name === reference)?.measurements.find((each) => each.batch === batch);
    return sets.flatMap(({ set, measurements }) => {
      const found = measurements.find((each) => each.batch === batch);
      if (found === undefined) return [];
      return [{ key: `${set.name} ${batch}`, cells: [String(batch), set.name, ...cellsOf(found, base, t)] }];
    });
  });
  const columns = ["batch", "set", "median", "p95", "throughput", "first", "counted", "uploads", "readbacks", "peak", "difference"] as const;
  return { head: columns.map((key) => t(key)), names: 2, rows };
}

function cellsOf(found: Measurement, base: Measurement | undefined, t: Words): string[] {
  const factor = base === undefined || base === found ? "" : ` (${t("speed", { factor: numberText(base.median / found.median) })})`;
  return [
    `${formatMilliseconds(found.median)}${factor}`,
    formatMilliseconds(found.p95),
    rateText(found.throughput),
    found.first === null ? "–" : formatMilliseconds(found.first),
    String(found.runs),
    t("moves", { count: found.uploads, bytes: formatBytes(found.uploadBytes) }),
    t("moves", { count: found.readbacks, bytes: formatBytes(found.readbackBytes) }),
    formatBytes(found.peakGpuBytes),
    base === found ? t("reference") : worstText(found, t),
  ];
}

function worstText({ differences }: Measurement, t: Words): string {
  const found = worst(differences ?? []);
  if (found === null) return "–";
  return found.maxRelative === null ? t("elements", { different: found.different, count: found.count }) : differenceText(found.maxRelative);
}

/** Medians per step at one batch, a column per set. A "*" marks steps that were handed over to the GPU untimed. */
export function stepTable(comparison: Comparison, batch: number, t: Words): TextTable & { readonly untimed: boolean } {
  const columns = comparison.sets.flatMap(({ set, measurements }) => {
    const found = measurements.find((each) => each.batch === batch);
    return found === undefined ? [] : [{ name: set.name, found }];
  });
  const steps = [...new Map(columns.flatMap(({ found }) => found.steps.map((step) => [step.step, step.model] as const)))];
  const cell = ({ steps: own }: Measurement, id: string): string => {
    const step = own.find((one) => one.step === id);
    if (step === undefined) return "–";
    return `${formatMilliseconds(step.milliseconds)} ${step.placement === "gpu" ? "WebGPU" : "CPU"}${isUntimed(step) ? " *" : ""}`;
  };
  return {
    head: [t("step"), ...columns.map(({ name }) => name)],
    names: 1,
    rows: [
      ...steps.map(([id, model]) => ({ key: `step ${id}`, cells: [model, ...columns.map(({ found }) => cell(found, id))] })),
      { key: "rest", cells: [t("rest"), ...columns.map(({ found }) => formatMilliseconds(restOf(found)))] },
    ],
    untimed: columns.some(({ found }) => found.steps.some(isUntimed)),
  };
}

function isUntimed({ placement, byGpu }: Measurement["steps"][number]): boolean {
  return placement === "gpu" && !byGpu;
}

/** How far each output lies from the reference's; rows only where something was compared. */
export function differenceTable({ sets }: Comparison, t: Words): TextTable {
  const rows = sets.flatMap(({ set, measurements }) =>
    measurements.flatMap(({ batch, differences }) =>
      (differences ?? []).map(({ output, difference, problem }) => {
        const names = [String(batch), set.name, output];
        const key = names.join(" ");
        if (difference === null) return { key, cells: [...names, problem ?? "–", "–", "–"] };
        const { different, count, maxAbsolute, maxRelative, unmatched } = difference;
        const share = t("share", { different, count, percent: `${different === 0 ? 0 : numberText((100 * different) / count)} %` });
        const odd = unmatched === 0 ? "" : `, ${t("unmatched", { count: unmatched })}`;
        return { key, cells: [...names, `${share}${odd}`, maxAbsolute === null ? "–" : differenceText(maxAbsolute), maxRelative === null ? "–" : differenceText(maxRelative)] };
      }),
    ),
  );
  return { head: (["batch", "set", "output", "differing", "maxAbsolute", "maxRelative"] as const).map((key) => t(key)), names: 3, rows };
}
