import type { PlacedFinding } from "./lint.ts";
import type { Place } from "./place.ts";
import type { Report } from "./report.ts";

/** A finding as `--format json` prints it. Lines and columns are 1-based; columns count as Triton's parser does: bytes, a tab goes on to the next multiple of 8. */
export interface JsonFinding {
  readonly code: string;
  readonly severity: string;
  readonly stage: string;
  /** True for the one error of its model that Triton reports. */
  readonly first: boolean;
  /** Directory name; "" for a finding about none. */
  readonly model: string;
  /** DIR as it was given; only where there are several. */
  readonly repository?: string;
  /** Relative to DIR. */
  readonly file: string;
  /** A syntax error starts where its message says. */
  readonly range: JsonRange;
  readonly message: string;
  readonly hint?: string;
  readonly fix?: { readonly title: string; readonly edits: readonly JsonEdit[] };
}

interface JsonPlace {
  readonly line: number;
  readonly column: number;
}

interface JsonRange {
  readonly start: JsonPlace;
  readonly end: JsonPlace;
}

/** Replaces a range of a file by `text`, or makes the file. */
type JsonEdit = { readonly file: string; readonly range: JsonRange; readonly text: string } | { readonly file: string; readonly create: string };

/** For programs: an array of {@link JsonFinding}. */
export const jsonReport: Report = ({ findings, several }) => `${JSON.stringify(findings.map((each) => jsonFinding(each, several)), undefined, 2)}\n`;

function jsonFinding({ finding, model, folder, end, reported, edits }: PlacedFinding, several: boolean): JsonFinding {
  const { code, severity, stage, first, file, message, hint, fix } = finding;
  const from = plain(reported);
  const isBehind = end.line > from.line || (end.line === from.line && end.column > from.column);
  return {
    code,
    severity,
    stage,
    first: first === true,
    model,
    ...(several ? { repository: folder.name } : {}),
    file,
    range: { start: from, end: isBehind ? plain(end) : from },
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(fix === undefined ? {} : { fix: { title: fix.title, edits: edits.flatMap(jsonEdits) } }),
  };
}

function jsonEdits({ path, create, edits }: PlacedFinding["edits"][number]): JsonEdit[] {
  if (create !== undefined) return [{ file: path, create }];
  return edits.map(({ start, end, text }) => ({ file: path, range: { start: plain(start), end: plain(end) }, text }));
}

function plain({ line, column }: Pick<Place, "line" | "column">): JsonPlace {
  return { line, column };
}
