import type { DeployedModel } from "./deployed-model.ts";
import { pythonNeeds } from "./python-packages.ts";
import type { DeploymentWarning } from "./recipe.ts";

/** What a Triton server needs to serve a repository. */
export interface ServerNeeds {
  /** Backends of the models, sorted. */
  readonly backends: readonly string[];
  /** Which of NVIDIA's images has them: what stands behind the release in a tag. */
  readonly variant: "py3" | "vllm-python-py3" | "trtllm-python-py3";
  /** Python packages that are to be added to the image, as pip takes them. */
  readonly packages: readonly string[];
  /** Whether models run in processes of the Python backend, which hand tensors over in shared memory. */
  readonly usesPython: boolean;
  /** GPUs to reserve: none; so many, where every instance group on a GPU lists its own; or all that there are. */
  readonly gpus: number | "all";
  /** Whole cores to begin with. */
  readonly cpus: number;
  /** Memory to begin with, in GiB. */
  readonly memory: number;
  /** Models to load by name where they are loaded on request: those that no ensemble here brings along. */
  readonly roots: readonly string[];
  readonly warnings: readonly DeploymentWarning[];
}

/** Backends whose models have no other place than a GPU. */
const GPU_ONLY = ["tensorrt", "tensorrtllm", "vllm"];
/** Backends in NVIDIA's images. TensorFlow's left them with 25.03. */
const SHIPPED = ["onnxruntime", "tensorrt", "pytorch", "python", "openvino", "fil", "dali", "identity", "square", "repeat", "vllm", "tensorrtllm", "tensorflow"];
/** Memory of the server itself, in GiB. */
const SERVER_MEMORY = 2;
const MOST_CPUS = 16;
const GIB = 2 ** 30;

/** What serving these models takes. Cores and memory are a beginning to measure from, not a promise. */
export function serverNeeds(models: readonly DeployedModel[]): ServerNeeds {
  const backends = sorted(models.map(({ backend }) => backend).filter((backend) => backend !== ""));
  const inner = new Set(models.flatMap(({ steps }) => steps));
  const python = pythonOf(models);
  const bytes = models.reduce((sum, model) => sum + model.bytes * instances(model), 0);
  return {
    backends,
    variant: backends.includes("tensorrtllm") ? "trtllm-python-py3" : backends.includes("vllm") ? "vllm-python-py3" : "py3",
    packages: python.packages,
    usesPython: backends.includes("python"),
    gpus: gpusOf(models),
    cpus: Math.min(MOST_CPUS, 1 + models.reduce((sum, model) => sum + (model.isEnsemble ? 0 : cpuInstances(model)), 0)),
    memory: SERVER_MEMORY + Math.ceil((2 * bytes) / GIB) + (backends.includes("python") ? 1 : 0),
    roots: models.filter(({ name }) => !inner.has(name)).map(({ name }) => name),
    warnings: [...warningsOf(models, backends), ...python.warnings],
  };
}

function pythonOf(models: readonly DeployedModel[]): { readonly packages: readonly string[]; readonly warnings: readonly DeploymentWarning[] } {
  const packages: string[] = [];
  const warnings: DeploymentWarning[] = [];
  for (const { name, python } of models) {
    if (python === undefined) continue;
    const needs = pythonNeeds(python);
    packages.push(...needs.packages);
    if (needs.unknown.length > 0) warnings.push({ code: "packages-unknown", values: { model: name, modules: needs.unknown.join(", ") } });
    if (python.source === undefined && python.transforms === undefined) warnings.push({ code: "packages-unread", values: { model: name } });
  }
  return { packages: sorted(packages), warnings };
}

/** Instances of a model, of all its groups. */
function instances({ instanceGroups }: DeployedModel): number {
  return Math.max(1, instanceGroups.reduce((sum, { count, gpus }) => sum + Math.max(1, count) * Math.max(1, gpus.length), 0));
}

function cpuInstances({ instanceGroups }: DeployedModel): number {
  if (instanceGroups.length === 0) return 1;
  return instanceGroups.filter(({ kind }) => kind === "KIND_CPU").reduce((sum, { count }) => sum + Math.max(1, count), 0);
}

/** The largest id that is listed asks for all before it: a container counts its GPUs from 0. */
function gpusOf(models: readonly DeployedModel[]): number | "all" {
  let most = 0;
  for (const { backend, isEnsemble, instanceGroups } of models) {
    if (isEnsemble) continue;
    if (instanceGroups.length === 0 && GPU_ONLY.includes(backend)) return "all";
    for (const { kind, gpus } of instanceGroups) {
      const onGpu = kind === "KIND_GPU" || (kind !== "KIND_CPU" && GPU_ONLY.includes(backend));
      if (onGpu && gpus.length === 0) return "all";
      if (onGpu) most = Math.max(most, ...gpus.map((id) => id + 1));
    }
  }
  return most;
}

function warningsOf(models: readonly DeployedModel[], backends: readonly string[]): DeploymentWarning[] {
  const warnings: DeploymentWarning[] = [];
  if (models.length === 0) warnings.push({ code: "no-models", values: {} });
  const free: string[] = [];
  for (const { name, errors, file, emptyVersion, isEnsemble, instanceGroups, backend } of models) {
    if (errors > 0) warnings.push({ code: "refused", values: { model: name, count: errors } });
    if (file?.present === false) warnings.push({ code: "model-file-missing", values: { model: name, file: file.name } });
    if (emptyVersion !== undefined) warnings.push({ code: "empty-version", values: { model: name, folder: emptyVersion } });
    const hasChoice = !isEnsemble && !GPU_ONLY.includes(backend) && ["onnxruntime", "pytorch", "python", "fil"].includes(backend);
    if (hasChoice && instanceGroups.length === 0) free.push(name);
  }
  const foreign = backends.filter((backend) => !SHIPPED.includes(backend));
  if (foreign.length > 0) warnings.push({ code: "backend-unknown", values: { backends: foreign.join(", ") } });
  if (backends.includes("tensorflow")) warnings.push({ code: "tensorflow-gone", values: {} });
  if (backends.includes("vllm") && backends.includes("tensorrtllm")) warnings.push({ code: "images-conflict", values: {} });
  if (free.length > 0 && gpusOf(models) === 0) warnings.push({ code: "runs-on-cpu", values: { models: free.join(", ") } });
  return warnings;
}

function sorted(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
