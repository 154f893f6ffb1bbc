import { measuredBatches, type Comparison } from "../../state/comparison.ts";
import { machineText } from "../../ui/machine-text.ts";
import { markdownTable, markdownText } from "../../ui/text-table.ts";
import { differenceTable, measurementTable, stepTable } from "./table-rows.ts";
import { stopTexts, type Words } from "./words.ts";

/** A comparison as Markdown, for an issue or a note: caption with the machine, every table, and why it ends where it does. */
export function markdownReport(comparison: Comparison, t: Words): string {
  const { model, machine, protocol, sets, reference } = comparison;
  const differences = differenceTable(comparison, t);
  const stops = stopTexts(sets, t);
  const parts = [
    `## ${markdownText(t("caption", { model, machine: machineText(machine, t) }))}`,
    markdownText(t("protocol", { runs: protocol.runs, warmup: protocol.warmup })),
    markdownTable(measurementTable(comparison, t)),
    ...measuredBatches(comparison).flatMap((batch) => {
      const steps = stepTable(comparison, batch, t);
      return [`### ${t("steps", { batch })}`, markdownTable(steps), ...(steps.untimed ? [`\\* ${t("handedOver")}`] : [])];
    }),
    ...(differences.rows.length === 0 ? [] : [`### ${markdownText(t("differences", { set: reference ?? "" }))}`, markdownTable(differences)]),
    ...(stops.length === 0 ? [] : [`### ${t("stops")}`, stops.map((stop) => `- ${markdownText(stop)}`).join("\n")]),
  ];
  return `${parts.join("\n\n")}\n`;
}
