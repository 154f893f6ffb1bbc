import { SEVERITIES } from "../../base/diagnostic.ts";
import { printable, type Report } from "./report.ts";
import { userFile } from "./repository-folder.ts";

const COLOURS = { error: "\u001B[31m", warning: "\u001B[33m", info: "\u001B[36m", bold: "\u001B[1m", dim: "\u001B[2m", off: "\u001B[0m" } as const;

/** For people: `file:line:column: severity: message [CODE]`, the hint below it, models apart from one another. */
export const textReport: Report = ({ findings, colour }) => {
  const paint = (style: keyof typeof COLOURS, text: string): string => (colour ? COLOURS[style] + text + COLOURS.off : text);
  const lines: string[] = [];
  for (const [index, { finding, folder, model, reported, said }] of findings.entries()) {
    if (index > 0 && findings[index - 1]?.model !== model) lines.push("");
    const { code, file, severity, hint, first } = finding;
    const place = paint("bold", `${printable(userFile(folder, file))}:${reported.line}:${reported.column}:`);
    lines.push(`${place} ${paint(severity, `${severity}:`)} ${printable(said)} ${paint("dim", `[${code}]`)}`);
    if (hint !== undefined) lines.push(`    ${printable(hint)}`);
    if (first === true) lines.push(paint("dim", "    (Triton reports this first)"));
  }
  return lines.map((line) => `${line}\n`).join("");
};

/** "3 errors, 1 warning in 2 of 7 models". */
export function summary(findings: Parameters<Report>[0]["findings"], models: number): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter(({ finding }) => finding.severity === severity).length;
    return count === 0 ? [] : [counted(count, severity)];
  });
  const concerned = new Set(findings.flatMap(({ model }) => (model === "" ? [] : [model]))).size;
  if (counts.length === 0) return `no findings in ${counted(models, "model")}`;
  return `${counts.join(", ")} ${concerned === 0 ? "beside" : `in ${concerned} of`} ${counted(models, "model")}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
