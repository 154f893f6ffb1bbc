import type { ElementValue, Tolerance } from "../../tensor/detailed-difference.ts";
import type { remoteCompareMessages } from "../../ui/catalogue/remote-compare.messages.ts";
import type { Translate } from "../../ui/catalogue/section.ts";

/** The texts of this feature in the reader's language. */
export type Words = Translate<keyof typeof remoteCompareMessages.en>;

/** A difference with three figures, an integer with all: "1.22e-7", "3", "0". */
export function gapText(gap: number | bigint): string {
  if (typeof gap === "bigint" || Number.isInteger(gap)) return String(gap);
  return Number.isFinite(gap) ? String(Number(gap.toPrecision(3))) : String(gap);
}

/** A value as it is stored, floats with as many figures as a float32 tells apart; a string in quotation marks. */
export function valueText(value: ElementValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint" || !Number.isFinite(value)) return String(value);
  return Object.is(value, -0) ? "-0" : String(Number(value.toPrecision(9)));
}

/** "[0, 12, 5]"; of a scalar "[]". */
export function indexText(index: readonly number[]): string {
  return `[${index.join(", ")}]`;
}

/** A share with two figures: "0.02 %"; never 0 % of something, nor 100 % of less than all. */
export function percentText(count: number, total: number): string {
  if (count === 0) return "0 %";
  if (count === total) return "100 %";
  const percent = (100 * count) / total;
  if (percent > 99) return `${Math.min(percent, 99.99).toFixed(2)} %`;
  return percent < 0.01 ? "< 0.01 %" : `${Number(percent.toPrecision(2))} %`;
}

/** A relative difference as percent with three figures: "0.0122 %". */
export function relativeText(relative: number): string {
  const percent = 100 * relative;
  if (!Number.isFinite(percent)) return "∞";
  return `${percent >= 1000 ? percent.toExponential(1) : Number(percent.toPrecision(3))} %`;
}

/** A tolerance as it is typed: "1e-6", "0.01". */
export function shortNumber(value: number): string {
  return value > 0 && value < 1e-3 ? value.toExponential() : String(value);
}

/** What two floats may lie apart. */
export function toleranceText({ absolute, relative }: Tolerance, t: Words): string {
  return t("toleranceText", { absolute: shortNumber(absolute), relative: shortNumber(relative) });
}
