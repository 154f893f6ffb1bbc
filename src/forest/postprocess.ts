import { type Forest, widestClassCount } from "./forest.ts";

/** What a row gives: every sum postprocessed; the most probable class, or for one sum whether it exceeds `threshold`; or of one sum p the pair 1 - p, p. */
export interface RowOutput {
  readonly kind: "values" | "class" | "pair";
  /** For "class" of one sum. */
  readonly threshold: number;
}

/** Numbers that one row gives. */
export function outputsPerRow(sums: number, { kind }: RowOutput): number {
  if (kind === "class") return 1;
  return kind === "pair" ? 2 : sums;
}

/** Writes what a row gives; `sums` are its margins, which are overwritten. */
export function finishRow(forest: Forest, sums: Float64Array, { kind, threshold }: RowOutput, outputs: Float32Array, at: number): void {
  if (kind === "class" && sums.length > 1) {
    // Of the margins: no postprocessor changes their order.
    let best = 0;
    for (let index = 1; index < sums.length; index++) if ((sums[index] ?? 0) > (sums[best] ?? 0)) best = index;
    outputs[at] = best;
    return;
  }
  postprocess(forest, sums);
  if (kind === "class") outputs[at] = Number(Math.fround(sums[0] ?? 0) > Math.fround(threshold));
  else if (kind === "pair") {
    outputs[at] = 1 - (sums[0] ?? 0);
    outputs[at + 1] = sums[0] ?? 0;
  } else outputs.set(sums, at);
}

/** The forest's postprocessor on the margins of one row, in place. */
export function postprocess(forest: Forest, sums: Float64Array): void {
  const { postprocessor, sigmoidAlpha, ratioC } = forest;
  switch (postprocessor) {
    case "identity":
    case "identity_multiclass":
      return;
    case "signed_square":
      return each(sums, (value) => Math.abs(value) * value);
    case "hinge":
      return each(sums, (value) => Number(value > 0));
    case "sigmoid":
    case "multiclass_ova":
      return each(sums, (value) => 1 / (1 + Math.exp(-sigmoidAlpha * value)));
    case "exponential":
      return each(sums, Math.exp);
    case "exponential_standard_ratio":
      return each(sums, (value) => 2 ** (-value / ratioC));
    case "logarithm_one_plus_exp":
      return each(sums, (value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))));
    case "softmax": {
      const widest = widestClassCount(forest);
      forest.classCounts.forEach((count, target) => softmax(sums.subarray(target * widest, target * widest + count)));
    }
  }
}

function each(values: Float64Array, change: (value: number) => number): void {
  for (let index = 0; index < values.length; index++) values[index] = change(values[index] ?? 0);
}

function softmax(values: Float64Array): void {
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  each(values, (value) => Math.exp(value - largest));
  const total = values.reduce((sum, value) => sum + value, 0);
  each(values, (value) => value / total);
}
