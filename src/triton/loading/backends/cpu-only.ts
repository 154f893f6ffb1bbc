import type { Reporter } from "../../ensemble/reporter.ts";

/** Backends that make instances on the CPU alone. */
const CPU_ONLY: ReadonlySet<string> = new Set(["identity", "square", "repeat"]);

/** What the backends that come with Triton for tests check when they make an instance. The groups are the completed ones. */
export function cpuOnlyFindings(reporter: Reporter): void {
  const { backend, instance_group } = reporter.config;
  if (!CPU_ONLY.has(backend)) return;
  const index = instance_group.findIndex(({ kind }) => kind === "KIND_GPU" || kind === "KIND_MODEL");
  if (index < 0) return;
  reporter.add("BACKEND_CPU_ONLY", `'${backend}' backend only supports CPU instances`, ["instance_group", index, "kind"], { hint: "Write kind: KIND_CPU." });
}
