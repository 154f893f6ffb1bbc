import type { ModelConfig } from "../model-config/model-config.ts";
import type { ModelDirectory } from "./repository.ts";

/** Which backend runs a model, and which file it opens. */
export interface ResolvedBackend {
  /** "" for an ensemble, or where nothing tells. */
  backend: string;
  /** As written, or filled in as Triton does. */
  platform: string;
  /** Name of the file or folder inside the version folder; "" where the backend has none by default. */
  filename: string;
}

interface KnownBackend {
  backend: string;
  platforms: readonly string[];
  filename: string;
}

/** In Triton's order of looking (AutoCompleteBackendFields in model_config_utils). */
const KNOWN: readonly KnownBackend[] = [
  { backend: "tensorflow", platforms: ["tensorflow_savedmodel"], filename: "model.savedmodel" },
  { backend: "tensorflow", platforms: ["tensorflow_graphdef"], filename: "model.graphdef" },
  { backend: "tensorrt", platforms: ["tensorrt_plan"], filename: "model.plan" },
  { backend: "onnxruntime", platforms: ["onnxruntime_onnx"], filename: "model.onnx" },
  { backend: "openvino", platforms: [], filename: "model.xml" },
  { backend: "pytorch", platforms: ["pytorch_libtorch"], filename: "model.pt" },
  { backend: "pytorch", platforms: ["torch_aoti"], filename: "model.pt2" },
  { backend: "python", platforms: [], filename: "model.py" },
];

/** Files that the Forest Inference Library opens, by its `model_type` parameter. */
const FOREST_FILES: Readonly<Record<string, string>> = {
  xgboost: "xgboost.model",
  xgboost_json: "xgboost.json",
  xgboost_ubj: "xgboost.ubj",
  lightgbm: "model.txt",
  treelite_checkpoint: "checkpoint.tl",
};

/**
 * Backend, platform and file name of a model as Triton completes them: from `backend`, `platform` or `default_model_filename`, else
 * from the files of the first version folder in string order, else from the model's name behind its first dot.
 */
export function resolveBackend(model: Pick<ModelDirectory, "name" | "versions">, config: ModelConfig): ResolvedBackend {
  const { backend, platform, default_model_filename: written } = config;
  if (platform === "ensemble") return { backend, platform, filename: "" };
  const [first] = [...model.versions].sort((a, b) => (a.path < b.path ? -1 : 1));
  const present = new Set(first?.files.map((file) => file.slice((first.path ?? "").length + 1).split("/")[0]));
  const nothing = backend === "" && platform === "" && written === "";
  const known =
    KNOWN.find((one) => platform !== "" && one.platforms.includes(platform)) ??
    KNOWN.find((one) => backend !== "" && one.backend === backend && (present.has(one.filename) || written === one.filename)) ??
    KNOWN.find((one) => backend !== "" && one.backend === backend) ??
    KNOWN.find((one) => backend === "" && platform === "" && written === one.filename) ??
    (nothing ? KNOWN.find((one) => present.has(one.filename)) : undefined);
  if (known !== undefined && (backend === "" || backend === known.backend)) {
    return {
      backend: known.backend,
      platform: platform === "" ? (known.platforms[0] ?? "") : platform,
      filename: written === "" ? known.filename : written,
    };
  }
  if (backend === "fil") {
    const type = config.parameters["model_type"]?.string_value ?? "xgboost";
    return { backend, platform, filename: written === "" ? (FOREST_FILES[type] ?? "") : written };
  }
  const dot = model.name.indexOf(".");
  if (nothing && dot >= 0) {
    const named = model.name.slice(dot + 1);
    return { backend: named, platform, filename: `model.${named}` };
  }
  return { backend, platform, filename: written };
}
