import { ConchError } from "../base/errors.ts";
import { chainStep } from "../plan/chain-step.ts";
import { compilePlan, type PlanRequest } from "../plan/compile.ts";
import { memoryWarnings, type BufferLimits } from "../plan/limits.ts";
import { onnxStep } from "../plan/onnx-step.ts";
import { placeModel, type ModelAbility } from "../plan/placement.ts";
import type { Plan, PlanModel } from "../plan/plan.ts";
import type { ModelInspection } from "../runtime/protocol.ts";
import { parseChain } from "../transforms/chain.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import type { ModelView } from "./derived.ts";
import type { DocumentFile } from "./document.ts";
import type { ModelHeadersState } from "./model-headers.ts";
import { onnxPath } from "./model-uploads.ts";
import type { RunModel } from "./run-models.ts";

/** The plan of a request, with what of it will not fit. Throws as `compilePlan` does. */
export function planRun(request: PlanRequest, models: ReadonlyMap<string, PlanModel>, limits: BufferLimits | undefined): Plan {
  const compiled = compilePlan(request, models);
  return { ...compiled, warnings: [...compiled.warnings, ...memoryWarnings(compiled, limits)] };
}

/** The models as the plan wants them. */
export function planModels(
  models: ReadonlyMap<string, RunModel>,
  files: ReadonlyMap<string, DocumentFile>,
  inspections: Readonly<Record<string, ModelInspection | undefined>>,
  headers: ModelHeadersState["headers"],
  webgpu: boolean,
): ReadonlyMap<string, PlanModel> {
  return new Map(
    [...models].map(([name, runModel]) => {
      const { view, config, version, contentKey: key, server } = runModel;
      const backend = view.isEnsemble ? "ensemble" : view.backend.backend;
      const chain = backend === "python" && server === undefined ? chainOf(view, config, version, files) : undefined;
      const header = headers.get(onnxPath(runModel) ?? "");
      const model: PlanModel = {
        name,
        version,
        config: { ...config, name },
        contentKey: key,
        backend,
        placement: placeModel(config, view.isEnsemble ? {} : abilityOf(backend, chain, inspections[name]), webgpu, server),
        weightBytes: inspections[name]?.weightBytes ?? null,
        ...chain?.step,
        ...(header !== undefined && !(header instanceof ConchError) && onnxStep(header.model, config)),
      };
      return [name, model];
    }),
  );
}

interface ChainFacts {
  readonly problem?: { readonly reason: "no-transforms-json" | "invalid-transforms-json"; readonly detail: string };
  readonly step?: Pick<PlanModel, "infer" | "memory" | "opens">;
}

function chainOf(view: ModelView, config: ModelConfig, version: number, files: ReadonlyMap<string, DocumentFile>): ChainFacts {
  const path = `${view.name}/${version}/transforms.json`;
  const text = files.get(path)?.text;
  if (text === undefined) return { problem: { reason: "no-transforms-json", detail: path } };
  const { chain, diagnostics } = parseChain(text, { file: path, model: view.name });
  if (chain === undefined) return { problem: { reason: "invalid-transforms-json", detail: diagnostics[0]?.message ?? path } };
  return { step: chainStep(chain, config) };
}

/** Backends that a browser has. */
const BROWSER_BACKENDS = ["onnxruntime", "python", "fil", "identity"];

function abilityOf(backend: string, chain: ChainFacts | undefined, inspection: ModelInspection | undefined): ModelAbility {
  if (!BROWSER_BACKENDS.includes(backend)) return { none: { kind: "none", reason: "unsupported-backend", detail: backend } };
  if (chain?.problem !== undefined) return { none: { kind: "none", ...chain.problem } };
  return inspection?.ability ?? {};
}
