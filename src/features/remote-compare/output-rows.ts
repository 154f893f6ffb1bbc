import type { ComparedOutput, RemoteComparison } from "../../state/remote-comparison.ts";
import { numpyName } from "../../tensor/data-type.ts";
import type { DifferentElement } from "../../tensor/detailed-difference.ts";
import type { LabelOverlap } from "../../tensor/label-overlap.ts";
import type { TensorComparison } from "../../tensor/tensor-comparison.ts";
import type { TensorHandle } from "../../runtime/protocol.ts";
import { formatShape } from "../../ui/format.ts";
import type { TextTable } from "../../ui/text-table.ts";
import { gapText, indexText, percentText, relativeText, valueText, type Words } from "./words.ts";

/** How far an output lies apart, as texts. */
export interface OutputRow {
  readonly name: string;
  readonly type: string;
  /** What stands instead of numbers: another type, another shape, one side missing. */
  readonly finding: string | null;
  readonly cells: readonly string[];
  readonly state: "equal" | "close" | "different" | "unknown";
}

/** Columns of {@link OutputRow.cells}. */
export const OUTPUT_COLUMNS = ["beyond", "maxAbsolute", "maxRelative", "odd", "classes", "overlap"] as const;

/** A row per output. */
export function outputRows({ outputs, here, there, server }: RemoteComparison, t: Words): readonly OutputRow[] {
  const both = here.status === "done" && there.status === "done";
  return outputs.map((output) => {
    const { name, comparison, problem } = output;
    const type = typeText((output.here ?? output.there)!);
    const finding = problem ?? (both || output.finding === "data-type" || output.finding === "shape" ? findingText(output, server.name, t) : null);
    if (comparison === null) return { name, type, finding, cells: OUTPUT_COLUMNS.map(() => "–"), state: finding === null ? "unknown" : "different" };
    const state = comparison.mismatched > 0 ? "different" : comparison.different > 0 ? "close" : "equal";
    return { name, type, finding, cells: cellsOf(comparison, t), state };
  });
}

/** The table of {@link outputRows} for the report. */
export function outputTable(comparison: RemoteComparison, t: Words): TextTable {
  return {
    head: [t("output"), t("type"), ...OUTPUT_COLUMNS.map((key) => t(key))],
    names: 2,
    rows: outputRows(comparison, t).map(({ name, type, finding, cells }) => ({ key: name, cells: [name, type, ...(finding === null ? cells : [finding, ...cells.slice(1)])] })),
  };
}

/** The largest differences of an output. */
export function largestTable({ largest }: TensorComparison, t: Words): TextTable {
  const rows = largest.map(({ index, a, b, absolute, relative }) => ({
    key: indexText(index),
    cells: [indexText(index), valueText(a), valueText(b), absolute === null ? "–" : gapText(absolute), relative === null ? "–" : relativeText(relative)],
  }));
  return { head: (["index", "valueHere", "valueThere", "absoluteColumn", "relativeColumn"] as const).map((key) => t(key)), names: 1, rows };
}

/** The labels of a mask with how far they cover each other. `names` by value, where there are any. */
export function labelTable(labels: readonly LabelOverlap[], names: readonly string[] | undefined, t: Words): TextTable {
  const rows = labels.map(({ label, a, b, both, dice, iou }) => ({ key: String(label), cells: [`${label} ${names?.[label] ?? ""}`.trimEnd(), String(a), String(b), String(both), fractionText(dice), fractionText(iou)] }));
  return { head: (["label", "elementsHere", "elementsThere", "elementsBoth", "dice", "iou"] as const).map((key) => t(key)), names: 1, rows };
}

function cellsOf({ kind, count, different, mismatched, maxAbsolute, maxRelative, nan, infinite, classes, labels }: TensorComparison, t: Words): readonly string[] {
  const at = (element: DifferentElement | null): string => {
    if (element === null || element.absolute === null) return kind === "strings" || kind === "booleans" || different > 0 ? "–" : "0";
    return t("at", { value: gapText(element.absolute), index: indexText(element.index) });
  };
  const relative = (): string => {
    if (maxRelative === null || maxRelative.relative === null) return kind === "strings" || kind === "booleans" || different > 0 ? "–" : "0 %";
    return t("relativeAt", { percent: relativeText(maxRelative.relative), index: indexText(maxRelative.index) });
  };
  return [
    mismatched === 0 ? t(different === 0 ? "equalElements" : "none") : t("share", { count: mismatched, total: count, percent: percentText(mismatched, count) }),
    at(maxAbsolute),
    relative(),
    oddText(nan, infinite, t),
    classes === null ? "–" : t("share", { count: classes.agreeing, total: classes.positions, percent: percentText(classes.agreeing, classes.positions) }),
    leastDice(labels, t),
  ];
}

function oddText(nan: TensorComparison["nan"], infinite: TensorComparison["infinite"], t: Words): string {
  if (nan.a + nan.b + infinite.a + infinite.b === 0) return t("none");
  const same = (found: TensorComparison["nan"]): boolean => found.a === found.both && found.b === found.both;
  if (same(nan) && same(infinite)) return t("oddEqual");
  return t("oddApart", { nanHere: nan.a, nanThere: nan.b, infiniteHere: infinite.a, infiniteThere: infinite.b });
}

/** Of the labels but 0, which is the background, that with the least Dice. */
function leastDice(labels: TensorComparison["labels"], t: Words): string {
  const [least] = (labels ?? []).filter(({ label }) => label !== 0).sort((x, y) => x.dice - y.dice);
  if (least === undefined) return "–";
  return least.dice === 1 ? "1" : t("diceOf", { value: fractionText(least.dice), label: least.label });
}

/** Four figures behind the point, rounded down: 1 is all. */
function fractionText(fraction: number): string {
  return (Math.floor(fraction * 10_000) / 10_000).toFixed(4);
}

function findingText({ finding, there }: ComparedOutput, server: string, t: Words): string | null {
  if (finding === null) return null;
  if (finding === "only-here") return t("findingOnlyHere", { server });
  if (finding === "only-there") return t("findingOnlyThere");
  return t(finding === "shape" ? "findingShape" : "findingType", { there: typeText(there!) });
}

function typeText({ dataType, shape }: TensorHandle): string {
  return `${numpyName(dataType)} ${formatShape(shape)}`;
}
