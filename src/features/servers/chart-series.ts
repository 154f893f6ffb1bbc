import type { StatisticsInterval } from "../../state/server-statistics.ts";

/** Names of the numbers of an interval. */
export type IntervalNumber = Exclude<keyof StatisticsInterval, "at">;

/** The charts of a model, each with its numbers in the order of their colours. */
export const CHARTS = [
  { title: "requestsChart", series: ["requests", "failures"] },
  { title: "timesChart", series: ["queue", "computeInput", "computeInfer", "computeOutput"] },
  { title: "batchChart", series: ["batch"] },
] as const satisfies readonly { readonly title: string; readonly series: readonly IntervalNumber[] }[];

/** Columns as uPlot takes them: seconds since 1970, then each series, null where there is no value. */
export function chartColumns(intervals: readonly StatisticsInterval[], series: readonly IntervalNumber[]): [number[], ...(number | null)[][]] {
  return [intervals.map(({ at }) => at / 1000), ...series.map((name) => intervals.map((interval) => interval[name]))];
}
