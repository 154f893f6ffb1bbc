import { restOf, type Comparison, type Measurement } from "../../state/comparison.ts";
import { SERIES_COLORS, type ChartData } from "../../viewers/chart-data.ts";

/** Latency of each set at a batch: the median before the 95th percentile. Milliseconds. */
export function latencyChart(comparison: Comparison, batch: number, labels: { readonly median: string; readonly p95: string }): ChartData {
  const columns = columnsAt(comparison, batch);
  return {
    kind: "bars",
    places: columns.map(({ name }) => name),
    x: columns.map((_, index) => index),
    series: [
      { label: labels.p95, color: 0, faint: true, values: columns.map(({ found }) => found.p95) },
      { label: labels.median, color: 0, faint: false, values: columns.map(({ found }) => found.median) },
    ],
  };
}

/** Items per second of each set by batch; of a single batch as bars. */
export function throughputChart(comparison: Comparison, batches: readonly number[], label: string): ChartData {
  const { sets } = comparison;
  const order = sets.map(({ set }) => set.name);
  const [only] = batches;
  if (batches.length === 1) {
    const columns = columnsAt(comparison, only!);
    return {
      kind: "bars",
      places: columns.map(({ name }) => name),
      x: columns.map((_, index) => index),
      series: [{ label, color: 0, faint: false, values: columns.map(({ found }) => found.throughput) }],
    };
  }
  return {
    kind: "lines",
    places: [],
    x: batches,
    series: sets
      .filter(({ measurements }) => measurements.length > 0)
      .map(({ set, measurements }) => ({
        label: set.name,
        color: order.indexOf(set.name) % (SERIES_COLORS - 1),
        faint: false,
        values: batches.map((batch) => measurements.find((each) => each.batch === batch)?.throughput ?? null),
      })),
  };
}

/** What each step takes of each set's latency at a batch, stacked from the first step up, and on top what the steps leave. Milliseconds. */
export function stepChart(comparison: Comparison, batch: number, rest: string): ChartData {
  const columns = columnsAt(comparison, batch);
  const steps = [...new Map(columns.flatMap(({ found }) => found.steps.map((step) => [step.step, step.model] as const)))];
  const heights = [...steps.map(([id]) => columns.map(({ found }) => found.steps.find((one) => one.step === id)?.milliseconds ?? 0)), columns.map(({ found }) => restOf(found))];
  const labels = [...steps.map(([, model]) => model), rest];
  const stacked = heights.map((_, top) => columns.map((__, column) => heights.slice(0, top + 1).reduce((sum, values) => sum + values[column]!, 0)));
  const series = stacked.map((values, index) => ({
    label: labels[index]!,
    color: index === steps.length ? SERIES_COLORS - 1 : index % (SERIES_COLORS - 1),
    faint: false,
    values,
  }));
  return { kind: "bars", places: columns.map(({ name }) => name), x: columns.map((_, index) => index), series: series.toReversed() };
}

function columnsAt({ sets }: Comparison, batch: number): { readonly name: string; readonly found: Measurement }[] {
  return sets.flatMap(({ set, measurements }) => {
    const found = measurements.find((each) => each.batch === batch);
    return found === undefined ? [] : [{ name: set.name, found }];
  });
}
