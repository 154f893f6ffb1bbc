import { SEVERITIES, type Severity } from "../../base/diagnostic.ts";
import { readableText } from "../../base/source-text.ts";
import type { PlacedEdits, PlacedFinding } from "./lint.ts";
import type { Place } from "./place.ts";
import type { Report } from "./report.ts";
import { workingFile, type RepositoryFolder } from "./repository-folder.ts";
import { ruleText } from "./rules.ts";

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/** SARIF 2.1.0 (OASIS), as GitHub's code scanning takes it. Columns count UTF-16 code units; paths are relative to the working directory. */
export const sarifReport: Report = ({ findings, version }) => {
  const codes = [...new Set(findings.map(({ finding }) => finding.code))].sort();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Conch", semanticVersion: version, rules: codes.map((code) => rule(code, findings)) } },
        columnKind: "utf16CodeUnits",
        results: results(findings, codes),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
};

function rule(code: string, findings: readonly PlacedFinding[]): object {
  const { short, help } = ruleText(code);
  const worst = SEVERITIES.find((severity) => findings.some(({ finding }) => finding.code === code && finding.severity === severity)) ?? "warning";
  return { id: code, shortDescription: { text: short }, help: { text: help }, defaultConfiguration: { level: LEVELS[worst] } };
}

function results(findings: readonly PlacedFinding[], codes: readonly string[]): object[] {
  const counts = new Map<string, number>();
  return findings.map((placed) => {
    const { finding, model, folder, start, end } = placed;
    const { code, severity, stage, first, file, message, hint } = finding;
    const print = fingerprint(placed);
    const count = (counts.get(print) ?? 0) + 1;
    counts.set(print, count);
    const text = readableText(hint === undefined ? message : `${message}\n${hint}`);
    const fixes = fixesOf(placed);
    return {
      ruleId: code,
      ruleIndex: codes.indexOf(code),
      level: LEVELS[severity],
      message: { text },
      locations: [
        {
          physicalLocation: { artifactLocation: artifact(folder, file), region: region(start, end) },
          logicalLocations: [{ name: readableText(model), kind: "module" }],
        },
      ],
      partialFingerprints: { "conchFinding/v1": `${print}:${count}` },
      ...(fixes.length === 0 ? {} : { fixes }),
      properties: { stage, first: first === true },
    };
  });
}

/** A fix that makes a file is left out: SARIF's replacements change files that are there. */
function fixesOf({ finding: { fix }, edits }: PlacedFinding): object[] {
  if (fix === undefined || edits.length === 0 || edits.some(({ create }) => create !== undefined)) return [];
  return [{ description: { text: readableText(fix.title) }, artifactChanges: edits.map(change) }];
}

function change({ folder, path, edits }: PlacedEdits): object {
  const replacements = edits.map(({ start, end, text }) => ({ deletedRegion: region(start, end), insertedContent: { text: readableText(text) } }));
  return { artifactLocation: artifact(folder, path), replacements };
}

function region(start: Place, end: Place): object {
  return { startLine: start.line, startColumn: start.unit, endLine: end.line, endColumn: end.unit };
}

/** Relative to the working directory, for which the reader of the log puts the place of the sources; as a file: address outside of it. */
function artifact(folder: RepositoryFolder, path: string): object {
  const file = workingFile(folder, path);
  const uri = file.split("/").map((part) => encodeURIComponent(readableText(part))).join("/");
  const isAbsolute = file.startsWith("/") || /^[A-Za-z]:\//.test(file);
  return isAbsolute ? { uri: file.startsWith("/") ? `file://${uri}` : `file:///${uri.replace("%3A", ":")}` } : { uri, uriBaseId: "%SRCROOT%" };
}

/** The same for the same problem while lines move: made of code, file and message without its place. */
function fingerprint({ finding: { code, message }, finding, folder }: PlacedFinding): string {
  const text = [code, workingFile(folder, finding.file), message.replace(/\b\d+:\d+: /, "")].join("\n");
  // FNV-1a, 64 bits.
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
