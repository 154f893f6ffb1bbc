import { printable, type Report } from "./report.ts";
import { workingFile } from "./repository-folder.ts";

const COMMANDS = { error: "error", warning: "warning", info: "notice" } as const;

/** For a GitHub workflow: one command per finding, which GitHub shows beside the changed line. Columns count characters. */
export const githubReport: Report = ({ findings }) =>
  findings
    .map(({ finding, folder, start, end, said: text }) => {
      const { code, file, severity, hint, first } = finding;
      const properties = {
        file: workingFile(folder, file),
        line: start.line,
        col: start.character,
        // GitHub takes no columns for a range over several lines: that one is marked where it starts.
        ...(start.line === end.line ? { endLine: end.line, endColumn: end.character } : {}),
        title: code,
      };
      const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
      const said = [printable(text), ...(hint === undefined ? [] : [printable(hint)]), ...(first === true ? ["(Triton reports this first)"] : [])];
      return `::${COMMANDS[severity]} ${written.join(",")}::${escapeData(said.join("\n"))}\n`;
    })
    .join("");

/** As the runner reads the message of a workflow command. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** As the runner reads a property of a workflow command. */
function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
