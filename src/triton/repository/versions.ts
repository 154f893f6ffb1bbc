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
