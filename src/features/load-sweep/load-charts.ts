import { loadBatches, loadConcurrencies, type LoadLevel, type LoadSide, type LoadSweep } from "../../state/load-sweep.ts";
import { SERIES_COLORS, type ChartData, type ChartSeries } from "../../viewers/chart-data.ts";

type Percentile = "p50" | "p95" | "p99";

/** Latency by clients at a batch: three percentiles of each side, told apart by dashes. Milliseconds. */
export function latencyByClients(sweep: LoadSweep, batch: number, here: string): ChartData {
  const x = loadConcurrencies(sweep, batch);
  const series = sweep.results.flatMap(({ side, levels }, at) =>
    (["p50", "p95", "p99"] as const).map((percentile: Percentile, dash) => ({
      ...seriesOf(at, `${nameOf(side, here)} ${percentile}`, x.map((concurrency) => levelAt(levels, batch, concurrency)?.[percentile] ?? null)),
      dash,
    })),
  );
  return { kind: "lines", places: [], x, series: drawn(series) };
}

/** Items per second by clients at a batch, a line per side. */
export function throughputByClients(sweep: LoadSweep, batch: number, here: string): ChartData {
  const x = loadConcurrencies(sweep, batch);
  const series = sweep.results.map(({ side, levels }, at) => seriesOf(at, nameOf(side, here), x.map((concurrency) => levelAt(levels, batch, concurrency)?.throughput ?? null)));
  return { kind: "lines", places: [], x, series: drawn(series) };
}

/** The most items per second that any number of clients had, by batch, a line per side. */
export function throughputByBatch(sweep: LoadSweep, here: string): ChartData {
  const x = loadBatches(sweep);
  const most = (levels: readonly LoadLevel[], batch: number): number | null => {
    const found = levels.filter((level) => level.batch === batch).map(({ throughput }) => throughput);
    return found.length === 0 ? null : Math.max(...found);
  };
  return { kind: "lines", places: [], x, series: drawn(sweep.results.map(({ side, levels }, at) => seriesOf(at, nameOf(side, here), x.map((batch) => most(levels, batch))))) };
}

/** `here` is what the browser is called. */
function nameOf({ server }: LoadSide, here: string): string {
  return server?.name ?? here;
}

function seriesOf(at: number, label: string, values: readonly (number | null)[]): ChartSeries {
  return { label, color: at % (SERIES_COLORS - 1), faint: false, values };
}

function levelAt(levels: readonly LoadLevel[], batch: number, concurrency: number): LoadLevel | undefined {
  return levels.find((level) => level.batch === batch && level.concurrency === concurrency);
}

/** A side without any level has no line. */
function drawn(series: readonly ChartSeries[]): ChartSeries[] {
  return series.filter(({ values }) => values.some((value) => value !== null));
}
