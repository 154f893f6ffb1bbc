import { classRows, type ScoresLayout } from "../../tensor/class-axis.ts";
import type { ViewedTensor } from "../viewer.ts";

/** One class with its score. */
export interface ClassScore {
  /** Index of the class. */
  readonly index: number;
  readonly value: number;
}

/** The rows of scores in a tensor, by {@link classRows}. */
export function scoresOf({ batched, summary: { dataType, shape } }: Pick<ViewedTensor, "batched" | "summary">): ScoresLayout | undefined {
  return classRows(dataType, shape, batched);
}

/** Whether the viewer can show a tensor; "also" where neither names of classes nor its numbers say that it holds scores. */
export function acceptsScores(tensor: ViewedTensor): boolean | "also" {
  const found = scoresOf(tensor);
  if (found === undefined) return false;
  const { min, max, mean, count, nan } = tensor.summary;
  if (tensor.labels !== undefined) return true;
  // Rows that sum to 1 have this mean.
  const sums = mean === null ? NaN : (mean * count) / found.items;
  return min !== null && max !== null && min >= 0 && max <= 1 && nan === 0 && Math.abs(sums - 1) < 1e-3 ? true : "also";
}

/** Whether numbers are probabilities: each from 0 to 1, their sum 1 within what a float16 softmax keeps. */
export function areProbabilities(values: readonly number[]): boolean {
  return values.every((value) => value >= 0 && value <= 1) && Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) < 2e-3;
}

/** The numbers as probabilities that keep their order; NaN among them makes all of them NaN. */
export function softmax(values: readonly number[]): readonly number[] {
  // The largest as 0, so that no exponential overflows.
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const powers = values.map((value) => (value === largest ? 1 : Math.exp(value - largest)));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The `count` largest numbers, the largest first, of equal ones the first; NaN come last. */
export function largestScores(values: readonly number[], count: number): readonly ClassScore[] {
  const rank = (value: number): number => (Number.isNaN(value) ? -Infinity : value);
  const order = values.map((value, index) => ({ index, value }));
  return order.sort((a, b) => (rank(a.value) === rank(b.value) ? Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value)) || a.index - b.index : rank(b.value) - rank(a.value))).slice(0, count);
}
