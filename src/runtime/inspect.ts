import { readHeader, type OnnxHeader } from "../onnx/header.ts";
import { estimateMemory } from "../onnx/memory-estimate.ts";
import { precheck, type PrecheckFinding } from "../onnx/precheck.ts";
import { rewriteModel } from "../onnx/rewrite/rewrite.ts";
import { WEBGPU_REWRITES } from "../onnx/rewrite/webgpu-rewrites.ts";
import { inferShapes } from "../onnx/shape-inference.ts";
import type { ModelAbility } from "../plan/placement.ts";
import { makeConfig } from "../triton/loading/make-config.ts";
import type { ModelSource } from "./backends/backend.ts";
import { openAccess } from "./backends/file-access.ts";
import type { ModelInspection } from "./protocol.ts";

const NOTHING: ModelInspection = { ability: {}, weightBytes: null, facts: [], rewrites: [], memoryEstimate: null, configText: null };

/** What a model says of itself, its weights left on disk. Throws ONNX_EMPTY, ONNX_NOT_ONNX or ONNX_TRUNCATED, naming the file. */
export async function inspectModel(
  source: ModelSource,
  inputs: Readonly<Record<string, readonly number[]>>,
  device: { readonly shaderF16: boolean },
): Promise<ModelInspection> {
  const { backend, default_model_filename } = source.config;
  if (backend !== "onnxruntime" && backend !== "fil") return NOTHING;
  const file = default_model_filename || "model.onnx";
  const access = await openAccess(source, file);
  if (access === undefined) return { ...NOTHING, ability: { none: { kind: "none", reason: "model-file-missing", detail: `${source.version}/${file}` } } };
  if (backend === "fil") return { ...NOTHING, weightBytes: access.size };
  const header = await readHeader(access);
  const shapes = { ...configuredShapes(source), ...inputs };
  const inferred = inferShapes(header.model, new Map(Object.entries(shapes)));
  const estimate = estimateMemory(header.model, inferred);
  return {
    ability: abilityOf(header, device),
    weightBytes: header.weightBytes,
    facts: factsOf(header),
    rewrites: rewritesOf(header, shapes),
    memoryEstimate: estimate.complete ? estimate.total : null,
    configText: makeConfig(header, source.name, file),
  };
}

/** The configured shapes of inputs that leave no size open but the first, which is taken as a batch of 1; so is the batch of a model that batches. */
function configuredShapes({ config }: ModelSource): Record<string, readonly number[]> {
  const full = config.input.map(({ name, dims }) => [name, config.max_batch_size > 0 ? [1, ...dims] : dims] as const);
  const closed = full.filter(([, shape]) => shape.slice(1).every((size) => size > 0));
  return Object.fromEntries(closed.map(([name, shape]) => [name, shape.map((size) => (size === -1 ? 1 : size))]));
}

function abilityOf(header: OnnxHeader, device: { readonly shaderF16: boolean }): ModelAbility {
  const refused = (findings: readonly PrecheckFinding[]): string | undefined => {
    const reasons = new Map(findings.filter(({ effect }) => effect === "refused").map((finding) => [finding.reason, finding]));
    if (reasons.size === 0) return undefined;
    return [...reasons.values()].slice(0, 3).map(({ node, op, domain, reason }) => `${domain === "" ? op : `${domain}::${op}`} "${node}": ${reason}`).join("; ");
  };
  const onWasm = refused(precheck(header.model, "wasm"));
  if (onWasm !== undefined) return { none: { kind: "none", reason: "unsupported-operators", detail: onWasm } };
  const onGpu = refused(precheck(header.model, "webgpu", device));
  return onGpu === undefined ? {} : { notOnGpu: { detail: onGpu } };
}

function rewritesOf(header: OnnxHeader, shapes: Readonly<Record<string, readonly number[]>>): readonly string[] {
  try {
    const { changes } = rewriteModel(header.model, { inputShapes: new Map(Object.entries(shapes)) }, WEBGPU_REWRITES);
    return changes.map(({ rewrite, nodes, reason }) => `${rewrite} (${nodes.length}): ${reason}`);
  } catch {
    // A rewrite may want weights that the header leaves out; the run makes it with all of them.
    return [];
  }
}

function factsOf(header: OnnxHeader): readonly (readonly [string, string])[] {
  return [
    ["producer", header.producer],
    ["opset", [...header.opsets].map(([domain, version]) => (domain === "" ? String(version) : `${domain} ${version}`)).join(", ")],
    ["nodes", String(header.nodeCount)],
    ["operators", [...header.ops].map(([op, count]) => `${op} × ${count}`).join(", ")],
  ];
}
