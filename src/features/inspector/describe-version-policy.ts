import type { ModelVersionPolicy } from "../../triton/model-config/model-config.ts";

/** A version policy as message key and values; none written means the latest one, as Triton takes it. */
export function describeVersionPolicy(policy: ModelVersionPolicy | undefined): { key: "latest" | "all" | "specific"; values: Record<string, string | number> } {
  if (policy?.all !== undefined) return { key: "all", values: {} };
  if (policy?.specific !== undefined) return { key: "specific", values: { versions: policy.specific.versions.join(", ") } };
  return { key: "latest", values: { count: policy?.latest?.num_versions ?? 1 } };
}
