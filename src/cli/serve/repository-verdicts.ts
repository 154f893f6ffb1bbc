import type { Diagnostic } from "../../base/diagnostic.ts";
import { createLoader } from "../../triton/loading/load.ts";
import type { TritonServer } from "../../triton/loading/server.ts";
import type { ModelVerdict } from "../../triton/loading/verdict.ts";
import type { ModelDirectory, ModelVersion } from "../../triton/repository/repository.ts";
import { servedVersions } from "../../triton/repository/versions.ts";
import { joinFolders } from "../lint/joined-content.ts";
import type { ServedFolder } from "./served-folder.ts";

/** A model directory and what a server makes of it. */
export interface JudgedModel {
  readonly directory: ModelDirectory;
  readonly verdict: ModelVerdict;
  /** Those that its version policy names, ascending. */
  readonly versions: readonly ModelVersion[];
  /** Changes with its configuration and with any of its files. */
  readonly contentKey: string;
}

/** Judges every model of a folder, as the server would that loads them. */
export async function judgeModels(folder: ServedFolder, server: TritonServer): Promise<ReadonlyMap<string, JudgedModel>> {
  const content = joinFolders([folder]);
  await content.readWanted();
  let verdicts = createLoader().load(content, server);
  // A model file of another name is only known by its configuration.
  while (await content.readWanted()) verdicts = createLoader().load(content, server);
  return new Map(
    [...verdicts].flatMap(([name, verdict]): [string, JudgedModel][] => {
      const directory = content.directories.get(name);
      if (directory === undefined) return [];
      const { served } = servedVersions(directory.versions.map(({ number }) => number), verdict.config.version_policy);
      const versions = directory.versions.filter(({ number }) => served.includes(number));
      const paths = [...versions.flatMap(({ files }) => files), ...directory.files];
      const contentKey = JSON.stringify([verdict.config, ...paths.map((path) => [path, folder.stamp(path)])]);
      return [[name, { directory, verdict, versions, contentKey }]];
    }),
  );
}

/** Where a model failed: while its directory was read, among the models of the repository, or in one of its versions. */
export type FailedAt = "poll" | "dependencies" | "version";

/** The error that a server meets first, and where. Undefined for a model that loads. */
export function firstFailure({ verdict }: JudgedModel): { readonly at: FailedAt; readonly message: string } | undefined {
  const error = verdict.findings.find(({ severity }) => severity === "error");
  return error === undefined ? undefined : { at: placeOf(error), message: error.message };
}

/** Only what fails while a version is made has a status code in front. */
function placeOf({ stage, message }: Diagnostic): FailedAt {
  if (stage === "poll") return "poll";
  return /^(?:Invalid argument|Internal|Not found|Unsupported): /.test(message) ? "version" : "dependencies";
}
