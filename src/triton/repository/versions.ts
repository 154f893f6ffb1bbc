import type { Finding } from "../findings.ts";
import type { ParsedConfig } from "../model-config/decode.ts";
import type { ModelVersionPolicy } from "../model-config/model-config.ts";
import type { ModelDirectory, ModelVersion } from "./repository.ts";

/** What a version policy makes of the versions that are there. */
export interface ServedVersions {
  /** Ascending. */
  served: readonly number[];
  /** Versions that a `specific` policy names and the directory does not have. */
  absent: readonly number[];
}

/** The versions that Triton loads. No policy means the latest one; `latest {}` written out means none at all. */
export function servedVersions(available: readonly number[], policy: ModelVersionPolicy | undefined): ServedVersions {
  const ascending = [...available].sort((a, b) => a - b);
  if (policy?.all !== undefined) return { served: ascending, absent: [] };
  if (policy?.specific !== undefined) {
    const { versions } = policy.specific;
    return {
      served: ascending.filter((version) => versions.includes(version)),
      absent: versions.filter((version) => !available.includes(version)),
    };
  }
  const count = policy?.latest?.num_versions ?? 1;
  return { served: count === 0 ? [] : ascending.slice(-count), absent: [] };
}

/** The version that a request for `wanted` (-1: the latest) runs, or undefined where it is not served. */
export function servedVersion(model: ModelDirectory, policy: ModelVersionPolicy | undefined, wanted = -1): ModelVersion | undefined {
  const { served } = servedVersions(
    model.versions.map(({ number }) => number),
    policy,
  );
  const number = wanted === -1 ? served.at(-1) : served.find((version) => version === wanted);
  return model.versions.find((version) => version.number === number);
}

/** Contradictions between a model's directory and its configuration, in Triton's words: name, version policy, version folders. */
export function directoryFindings(model: ModelDirectory, parsed: ParsedConfig): Finding[] {
  const findings: Finding[] = [];
  const add = (code: string, severity: "error" | "warning", stage: "poll" | "load", field: string, message: string, hint: string): void => {
    const { from, to } = parsed.rangeOf([field]) ?? { from: 0, to: 0 };
    findings.push({ code, severity, stage, model: model.name, file: parsed.file, from, to, message, hint });
  };
  const { name, version_policy } = parsed.config;
  if (name !== "" && name !== model.name) {
    const message = `unexpected directory name '${model.name}' for model '${name}', directory name must equal model name`;
    add("REPOSITORY_NAME", "error", "poll", "name", message, `Write name: "${model.name}", or leave the name out.`);
  }
  const { served, absent } = servedVersions(
    model.versions.map(({ number }) => number),
    version_policy,
  );
  for (const version of absent) {
    const message = `version ${version} is specified for model '${model.name}', but the version directory is not present`;
    add("REPOSITORY_VERSION_ABSENT", "warning", "load", "version_policy", message, "Triton loads the other versions.");
  }
  if (served.length === 0) {
    const message = `at least one version must be available under the version policy of model '${model.name}'`;
    const hint =
      model.versions.length === 0
        ? `Make a version folder: ${model.name}/1. An ensemble needs one too; it may be empty.`
        : "The version policy leaves none of the version folders.";
    add("REPOSITORY_NO_VERSION", "error", "load", "version_policy", message, hint);
  }
  return findings;
}
