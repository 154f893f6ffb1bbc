import type { Reporter } from "../../ensemble/reporter.ts";
import type { TritonServer } from "../server.ts";

/** Backends that make instances on the CPU alone, wherever the server runs. */
const CPU_ONLY: ReadonlySet<string> = new Set(["square", "repeat"]);
/** Those that do so where the server was built without GPUs. */
const CPU_ONLY_WITHOUT_GPUS: ReadonlySet<string> = new Set(["identity"]);

/** What the backends that come with Triton for tests check when they make an instance. The groups are the completed ones. */
export function cpuOnlyFindings(reporter: Reporter, { gpus }: TritonServer): void {
  const { backend, instance_group } = reporter.config;
  if (!CPU_ONLY.has(backend) && !(CPU_ONLY_WITHOUT_GPUS.has(backend) && gpus?.length === 0)) return;
  const index = instance_group.findIndex(({ kind }) => kind === "KIND_GPU" || kind === "KIND_MODEL");
  if (index < 0) return;
  reporter.add("BACKEND_CPU_ONLY", `'${backend}' backend only supports CPU instances`, ["instance_group", index, "kind"], { hint: "Write kind: KIND_CPU." });
}
