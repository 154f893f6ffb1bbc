import type { Summary } from "./measure.ts";

/** One cell: a number in the column's unit, words, or null where there is nothing to say. */
export type Cell = number | string | null;

/** What a benchmark prints. Columns name their units; notes say what to know before comparing. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly notes: readonly string[];
}

/** Median, 95th percentile and number of runs as three cells. */
export function cells({ median, p95, runs }: Summary): [number, number, number] {
  return [median, p95, runs];
}

/** "2.4×": how many times `slower` is as long as `faster`. */
export function ratio(slower: number, faster: number): string {
  const times = slower / faster;
  return `${times >= 100 ? times.toFixed(0) : times >= 10 ? times.toFixed(1) : times >= 0.1 ? times.toFixed(2) : times.toFixed(3)}×`;
}
