import type { Diagnostic, FileEdits } from "../../base/diagnostic.ts";
import type { TextEdit } from "../../base/text-edit.ts";
import { bySeverity, withIds, type Finding } from "../../triton/findings.ts";
import { createLoader } from "../../triton/loading/load.ts";
import type { TritonServer } from "../../triton/loading/server.ts";
import type { ModelVerdict } from "../../triton/loading/verdict.ts";
import type { SyntaxError } from "../../triton/pbtxt/tree.ts";
import { joinFolders, type JoinedContent } from "./joined-content.ts";
import { FILE_START, placesOf, type Place } from "./place.ts";
import type { RepositoryFolder } from "./repository-folder.ts";

/** A finding with the places that its offsets are. */
export interface PlacedFinding {
  readonly finding: Diagnostic;
  /** Directory name; "" for a finding about none. */
  readonly model: string;
  readonly folder: RepositoryFolder;
  /** What is to be underlined. */
  readonly start: Place;
  readonly end: Place;
  /** Where Triton itself says that it is: in a syntax error mostly `start`, sometimes the token behind. `start` for all others. */
  readonly reported: Pick<Place, "line" | "column">;
  /** The message without the place that a syntax error's begins with: for a format that has its own. */
  readonly said: string;
  /** Of the finding's fix, file by file. */
  readonly edits: readonly PlacedEdits[];
}

/** The edits of one file, or its whole text where the fix makes it. */
export interface PlacedEdits extends Pick<FileEdits, "path" | "create"> {
  readonly folder: RepositoryFolder;
  readonly edits: readonly { readonly start: Place; readonly end: Place; readonly text: string }[];
}

/** What a server would say of folders. */
export interface LintResult {
  /** Model by model, in the order of the folders and of the names; within a model in the server's order. */
  readonly findings: readonly PlacedFinding[];
  /** By directory name. A model that two folders have has none. */
  readonly verdicts: ReadonlyMap<string, ModelVerdict>;
  /** How many models there are, those that are in two folders counted once. */
  readonly models: number;
}

/** Stands for the model of a finding that is about none: a file beside the models. */
const NO_MODEL = "";

/** Loads the folders as one server's repositories. Reads as little as it can: texts and the headers of .onnx files. */
export async function lint(folders: readonly RepositoryFolder[], server: TritonServer): Promise<LintResult> {
  const content = joinFolders(folders);
  await content.readWanted();
  let verdicts = createLoader().load(content, server);
  // A model file of another name is only known by its configuration.
  while (await content.readWanted()) verdicts = createLoader().load(content, server);

  const byModel = new Map<string, Finding[]>([...verdicts.keys()].map((model) => [model, []]));
  for (const finding of [...content.findings, ...[...verdicts].flatMap(([model, { findings }]) => findings.map((each) => ({ ...each, model })))]) {
    const { model = NO_MODEL } = finding;
    const found = byModel.get(model) ?? [];
    if (found.length === 0) byModel.set(model, found);
    found.push(finding);
  }
  const place = placer(content, folders);
  const findings = [...byModel].sort(([a], [b]) => order(a, b)).flatMap(([model, found]) => withIds(unique(found)).map((finding) => place(finding, model)));
  return { findings, verdicts, models: byModel.size - (byModel.has(NO_MODEL) ? 1 : 0) };
}

/** Errors before warnings before infos, as in a verdict; each once. */
function unique(findings: readonly Finding[]): Finding[] {
  const keyed = new Map(findings.map((finding) => [[finding.code, finding.file, finding.from, finding.to, finding.message].join("|"), finding]));
  return bySeverity([...keyed.values()]);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function placer(content: JoinedContent, folders: readonly RepositoryFolder[]): (finding: Diagnostic, model: string) => PlacedFinding {
  const places = new Map<string, (offset: number) => Place>();
  const folderOf = (path: string): RepositoryFolder =>
    content.folderOf(modelOf(path)) ?? folders.find((folder) => folder.size(path) !== undefined) ?? (folders[0] as RepositoryFolder);
  const placeIn = (path: string): ((offset: number) => Place) => {
    const known = places.get(path) ?? placesOf(textOf(content, path));
    places.set(path, known);
    return known;
  };
  const placeEdits = ({ path, edits = [], create }: FileEdits): PlacedEdits => ({
    path,
    folder: folderOf(path),
    ...(create === undefined ? {} : { create }),
    edits: edits.map(({ from, to, insert }: TextEdit) => ({ start: placeIn(path)(from), end: placeIn(path)(to), text: insert })),
  });
  const syntaxErrors = new Map<string, ReadonlyMap<string, SyntaxError>>();
  const reportedIn = (file: string): ReadonlyMap<string, SyntaxError> => {
    const known = syntaxErrors.get(file) ?? new Map(content.config(modelOf(file))?.tree.errors.map((error) => [`${error.line}:${error.column}: ${error.message}`, error]));
    syntaxErrors.set(file, known);
    return known;
  };
  return (finding, model) => {
    const { file, from, to, fix, message } = finding;
    const [start, end] = to === 0 ? [FILE_START, FILE_START] : [placeIn(file)(from), placeIn(file)(to)];
    const syntaxError = reportedIn(file).get(message);
    return {
      finding,
      model,
      folder: folderOf(file),
      start,
      end,
      reported: syntaxError ?? start,
      said: syntaxError?.message ?? message,
      edits: (fix?.edits ?? []).map(placeEdits),
    };
  };
}

function textOf(content: JoinedContent, path: string): string {
  const config = content.config(modelOf(path));
  return config?.file === path ? config.text : (content.text(path) ?? "");
}

function modelOf(path: string): string {
  return path.split("/", 1)[0] ?? path;
}
