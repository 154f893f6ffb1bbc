import { verdictOf, type RemoteComparison } from "../../state/remote-comparison.ts";
import { formatBytes, formatMilliseconds } from "../../ui/format.ts";
import { markdownTable, markdownText } from "../../ui/text-table.ts";
import { largestTable, labelTable, outputTable } from "./output-rows.ts";
import { hereRows, servedNotes, thereRows, timeTable } from "./time-rows.ts";
import { toleranceText, type Words } from "./words.ts";

/** What a comparison says as a whole, in a sentence. */
export function verdictText(comparison: RemoteComparison, t: Words): string {
  const { outputs, here, there } = comparison;
  const verdict = verdictOf(comparison);
  if (verdict === "equal") return t("verdictEqual");
  if (verdict === "incomplete") return t(here.status === "done" && there.status === "done" ? "verdictProblem" : "verdictIncomplete");
  if (verdict === "close") return t("verdictClose", { different: outputs.reduce((sum, each) => sum + (each.comparison?.different ?? 0), 0) });
  const apart = outputs.filter(({ finding, comparison: found }) => finding !== null || (found?.mismatched ?? 0) > 0);
  return t("verdictDifferent", { outputs: apart.length, count: outputs.length });
}

/** The server as the reader knows it. */
export function serverText({ server: { name, product } }: RemoteComparison, t: Words): string {
  return product === null ? name : t("product", { server: name, product });
}

/** A comparison as Markdown, for an issue or a note. No address and no header of the server is in it. */
export function markdownReport(comparison: RemoteComparison, machine: string, t: Words): string {
  const { model, tolerance, here, there, outputs, served } = comparison;
  const failures = ([["hereTitle", here], ["thereTitle", there]] as const).flatMap(([title, { error }]) =>
    error === null ? [] : [`- ${markdownText(`${t(title, { server: comparison.server.name })}: ${error.code}: ${error.message}`)}`],
  );
  const total = (milliseconds: number | null): string => (milliseconds === null ? "" : ` – ${t("total", { time: formatMilliseconds(milliseconds) })}`);
  const notes = servedNotes(comparison, t);
  const parts = [
    `## ${markdownText(t("caption", { model, server: serverText(comparison, t) }))}`,
    markdownText(machine),
    markdownText(verdictText(comparison, t)),
    markdownText(toleranceText(tolerance, t)),
    ...(failures.length === 0 ? [] : [failures.join("\n")]),
    ...(outputs.length === 0 ? [] : [`### ${t("outputs")}`, markdownTable(outputTable(comparison, t))]),
    ...outputs.flatMap(({ name, comparison: found }) => [
      ...((found?.largest.length ?? 0) > 0 ? [`### ${markdownText(t("largest", { output: name }))}`, markdownTable(largestTable(found!, t))] : []),
      ...((found?.labels?.length ?? 0) > 0 ? [`### ${markdownText(t("labels", { output: name }))}`, markdownTable(labelTable(found!.labels!, undefined, t))] : []),
    ]),
    ...(here.status === "done" ? [`### ${t("hereTitle")}${total(here.milliseconds)}`, markdownTable(timeTable(hereRows(here, t), t))] : []),
    ...(served === null
      ? []
      : [
          `### ${markdownText(t("thereTitle", { server: comparison.server.name }))}${total(served.milliseconds)}`,
          t("bytes", { up: formatBytes(served.bytesUp), down: formatBytes(served.bytesDown) }),
          markdownTable(timeTable(thereRows(comparison, t), t)),
        ]),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${markdownText(note)}`).join("\n")]),
  ];
  return `${parts.join("\n\n")}\n`;
}
