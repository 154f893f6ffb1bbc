import { measuredBatches, type Comparison } from "../../state/comparison.ts";
import { differenceTable, measurementTable, stepTable, type TextTable } from "./table-rows.ts";
import { machineText, stopTexts, type Words } from "./words.ts";

/** A comparison as Markdown, for an issue or a note: caption with the machine, every table, and why it ends where it does. */
export function markdownReport(comparison: Comparison, t: Words): string {
  const { model, machine, protocol, sets, reference } = comparison;
  const differences = differenceTable(comparison, t);
  const stops = stopTexts(sets, t);
  const parts = [
    `## ${escaped(t("caption", { model, machine: machineText(machine, t) }))}`,
    escaped(t("protocol", { runs: protocol.runs, warmup: protocol.warmup })),
    table(measurementTable(comparison, t)),
    ...measuredBatches(comparison).flatMap((batch) => {
      const steps = stepTable(comparison, batch, t);
      return [`### ${t("steps", { batch })}`, table(steps), ...(steps.untimed ? [`\\* ${t("handedOver")}`] : [])];
    }),
    ...(differences.rows.length === 0 ? [] : [`### ${escaped(t("differences", { set: reference ?? "" }))}`, table(differences)]),
    ...(stops.length === 0 ? [] : [`### ${t("stops")}`, stops.map((stop) => `- ${escaped(stop)}`).join("\n")]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function table({ head, names, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(head), `|${head.map((_, column) => (column < names ? " --- |" : " ---: |")).join("")}`, ...rows.map(({ cells }) => line(cells))].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|#]/g, (sign) => `\\${sign}`).replaceAll(/\s+/g, " ");
}
