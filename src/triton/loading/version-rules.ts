import type { Reporter } from "../ensemble/reporter.ts";
import type { ModelDirectory, ModelVersion } from "../repository/repository.ts";
import { servedVersions } from "../repository/versions.ts";

/** The versions of a directory that the server loads by the model's policy, ascending; findings where that is not what was meant. */
export function versionFindings(reporter: Reporter, directory: ModelDirectory): readonly ModelVersion[] {
  const { name, version_policy } = reporter.config;
  const { served, absent } = servedVersions(
    directory.versions.map(({ number }) => number),
    version_policy,
  );
  for (const version of absent) {
    const message = `version ${version} is specified for model '${name}', but the version directory is not present`;
    reporter.add("REPOSITORY_VERSION_ABSENT", message, ["version_policy"], { severity: "warning", hint: "Triton loads the other versions." });
  }
  if (served.length === 0) {
    const hint =
      directory.versions.length === 0
        ? `Make a version folder: ${directory.name}/1. An ensemble needs one too; it may be empty.`
        : "The version policy leaves none of the version folders.";
    reporter.add("REPOSITORY_NO_VERSION", `at least one version must be available under the version policy of model '${name}'`, ["version_policy"], { hint });
  }
  return directory.versions.filter(({ number }) => served.includes(number));
}
