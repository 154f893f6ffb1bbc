import type { ModelConfig } from "../triton/model-config/model-config.ts";
import type { PlacementDecision } from "./plan.ts";

/** What a backend can do with one model, found out without running it. */
export interface ModelAbility {
  /** Set when it cannot run in a browser at all. */
  readonly none?: PlacementDecision;
  /** Set when it cannot run on WebGPU; the detail names the nodes. */
  readonly notOnGpu?: { readonly detail: string };
}

/**
 * Where a model runs: on `server` if it is given, whatever else is said. Otherwise the first instance group decides, as one line of config.pbtxt does on Triton: KIND_GPU → WebGPU, KIND_CPU → WASM or
 * TypeScript; no group, KIND_AUTO and KIND_MODEL → WebGPU where there is one (Triton likewise prefers a GPU it can see). A KIND_GPU model on a
 * machine without WebGPU falls to the CPU and says so; one that holds operators WebGPU lacks is not moved silently: it is "none" with the operators named.
 */
export function placeModel(config: ModelConfig, ability: ModelAbility, webgpu: boolean, server?: { readonly id: string; readonly name: string }): PlacementDecision {
  if (server !== undefined) return { kind: "server", reason: "on-server", detail: server.name, server: server.id };
  if (ability.none !== undefined) return ability.none;
  const kind = config.instance_group[0]?.kind ?? "KIND_AUTO";
  if (kind === "KIND_CPU") return { kind: "cpu", reason: "kind-cpu" };
  if (!webgpu) return { kind: "cpu", reason: "no-webgpu" };
  if (ability.notOnGpu !== undefined) {
    const detail = ability.notOnGpu.detail;
    return kind === "KIND_GPU"
      ? { kind: "none", reason: "unsupported-on-webgpu", detail }
      : { kind: "cpu", reason: "unsupported-on-webgpu", detail };
  }
  return { kind: "gpu", reason: kind === "KIND_GPU" ? "kind-gpu" : "kind-auto" };
}
