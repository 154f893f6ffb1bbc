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

/** A field of ResolvedBackend that the server filled in, and what it went by. */
export interface FilledBackendField {
  readonly field: "backend" | "platform" | "default_model_filename";
  /** A clause: "platform tensorrt_plan belongs to it". */
  readonly because: string;
}

type WrittenFields = Pick<ModelConfig, "backend" | "platform" | "default_model_filename">;

interface KnownBackend {
  readonly backend: string;
  /** What `platform` must be with this backend; none: anything. */
  readonly platform?: string;
  readonly filename: string;
  /** The model may be a folder of that name. */
  readonly folder?: true;
}

const TENSORFLOW: readonly Required<Omit<KnownBackend, "folder">>[] = [
  { backend: "tensorflow", platform: "tensorflow_savedmodel", filename: "model.savedmodel" },
  { backend: "tensorflow", platform: "tensorflow_graphdef", filename: "model.graphdef" },
];
const TENSORRT: KnownBackend = { backend: "tensorrt", platform: "tensorrt_plan", filename: "model.plan" };
const ONNXRUNTIME: KnownBackend = { backend: "onnxruntime", platform: "onnxruntime_onnx", filename: "model.onnx", folder: true };
const OPENVINO: KnownBackend = { backend: "openvino", filename: "model.xml", folder: true };
const PYTHON: KnownBackend = { backend: "python", filename: "model.py", folder: true };
const LIBTORCH = { platform: "pytorch_libtorch", alias: "libtorch", filename: "model.pt" };
const AOTI = { platform: "torch_aoti", filename: "model.pt2" };

/** Files that the Forest Inference Library opens, by its `model_type` parameter. */
const FOREST_FILES: Readonly<Record<string, string>> = {
  xgboost: "xgboost.model",
  xgboost_json: "xgboost.json",
  xgboost_ubj: "xgboost.ubj",
  lightgbm: "model.txt",
  treelite_checkpoint: "checkpoint.tl",
};

/** The values of `model_type`. */
export const FOREST_MODEL_TYPES: readonly string[] = Object.keys(FOREST_FILES);

/** Backend, platform and file name of a model: as Triton completes them, and where its backend, not the core, knows the file, as that does. */
export function resolveBackend(model: Pick<ModelDirectory, "name" | "versions"> & Partial<ModelDirectory>, config: ModelConfig): ResolvedBackend {
  if (config.platform === "ensemble") return { backend: config.backend, platform: config.platform, filename: "" };
  const { fields } = fillBackendFields(model, config) ?? { fields: config };
  const { backend, platform, default_model_filename: filename } = fields;
  if (backend !== "fil" || filename !== "") return { backend, platform, filename };
  return { backend, platform, filename: FOREST_FILES[config.parameters["model_type"]?.string_value ?? "xgboost"] ?? "" };
}

/**
 * `backend`, `platform` and `default_model_filename` as the server fills them in before it knows anything of backends: from one another,
 * else from the names in the model's first folder in string order ("10" comes before "2"), else from the model's name behind its first
 * dot. Undefined where the server gives up: nothing is written, nothing is recognised, and the name has no dot.
 */
export function fillBackendFields(
  model: Pick<ModelDirectory, "name" | "versions"> & Partial<ModelDirectory>,
  written: WrittenFields,
): { readonly fields: WrittenFields; readonly filled: readonly FilledBackendField[] } | undefined {
  const fields = { backend: written.backend, platform: written.platform, default_model_filename: written.default_model_filename };
  const filled: FilledBackendField[] = [];
  const entries = firstFolder(model);
  const done = { fields, filled };

  function fill(field: FilledBackendField["field"], value: string, because: string): void {
    if (fields[field] !== "") return;
    fields[field] = value;
    filled.push({ field, because });
  }
  const bare = (): boolean => fields.platform === "" && fields.default_model_filename === "";
  const has = (name: string, folder?: boolean): boolean => entries.has(name) && (folder === undefined || entries.get(name) === folder);

  /** The steps that most backends share: recognise by platform or file name, else by the file that is there; then fill in the rest. */
  function recognise(known: KnownBackend): boolean {
    const { backend, platform, filename } = known;
    if (fields.backend === "") {
      if (platform !== undefined && fields.platform === platform) fill("backend", backend, `platform ${platform} belongs to it`);
      else if (fields.default_model_filename === filename) fill("backend", backend, `default_model_filename is ${filename}`);
      else if (bare() && has(filename, known.folder ? undefined : false)) fill("backend", backend, `${model.name} has a ${filename}`);
    }
    if (fields.backend !== backend) return false;
    if (platform !== undefined) fill("platform", platform, `backend is ${backend}`);
    fill("default_model_filename", filename, `backend is ${backend}`);
    return true;
  }

  if (fields.platform === "" && (fields.backend === "" || fields.backend === "tensorflow")) {
    const [saved, graph] = TENSORFLOW;
    const byName = TENSORFLOW.find(({ filename }) => filename === fields.default_model_filename);
    const byFile = has(graph?.filename ?? "", false) ? graph : has(saved?.filename ?? "", true) ? saved : undefined;
    const known = byName ?? (fields.default_model_filename === "" ? byFile : undefined);
    if (known !== undefined) {
      fill("platform", known.platform, byName === undefined ? `${model.name} has a ${known.filename}` : `default_model_filename is ${known.filename}`);
    }
  }
  const tensorflow = TENSORFLOW.find(({ platform }) => platform === fields.platform);
  if (tensorflow !== undefined) {
    fill("backend", tensorflow.backend, `platform ${tensorflow.platform} belongs to it`);
    fill("default_model_filename", tensorflow.filename, `platform is ${tensorflow.platform}`);
    return done;
  }
  if (recognise(TENSORRT) || recognise(ONNXRUNTIME) || recognise(OPENVINO)) return done;

  if (fields.backend === "") {
    const { platform, default_model_filename: filename } = fields;
    if ([LIBTORCH.platform, LIBTORCH.alias, AOTI.platform].includes(platform)) fill("backend", "pytorch", `platform ${platform} belongs to it`);
    else if ([LIBTORCH.filename, AOTI.filename].includes(filename)) fill("backend", "pytorch", `default_model_filename is ${filename}`);
    else if (bare()) {
      const found = entries.has(LIBTORCH.filename) ? LIBTORCH : AOTI;
      if (has(found.filename, false)) {
        fill("backend", "pytorch", `${model.name} has a ${found.filename}`);
        fill("platform", found.platform, `${model.name} has a ${found.filename}`);
      }
    }
  }
  if (fields.backend === "pytorch") {
    if (fields.platform === "") {
      fill("platform", LIBTORCH.platform, "backend is pytorch");
      fill("default_model_filename", LIBTORCH.filename, "backend is pytorch");
    } else if (fields.platform === AOTI.platform) fill("default_model_filename", AOTI.filename, `platform is ${AOTI.platform}`);
    return done;
  }
  if (recognise(PYTHON)) return done;

  if (fields.backend === "" && bare()) {
    const dot = model.name.indexOf(".");
    if (dot < 0) return undefined;
    const named = model.name.slice(dot + 1);
    fill("backend", named, "the model's name ends so");
    fill("default_model_filename", `model.${named}`, `backend is ${named}`);
  }
  return done;
}

/** Names in the first folder of a model, whatever the folder is for, and whether each is a folder itself. */
function firstFolder(model: Pick<ModelDirectory, "name" | "versions"> & Partial<ModelDirectory>): ReadonlyMap<string, boolean> {
  const prefix = `${model.name}/`;
  const others = (model.files ?? []).filter((path) => path.slice(prefix.length).includes("/"));
  const folders = [
    ...model.versions.map(({ path }) => path),
    ...(model.ignoredFolders ?? []).map((folder) => prefix + folder),
    ...others.map((path) => path.slice(0, path.indexOf("/", prefix.length))),
  ];
  const [first] = folders.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const entries = new Map<string, boolean>();
  if (first === undefined) return entries;
  for (const path of [...model.versions.flatMap(({ files }) => files), ...others]) {
    if (!path.startsWith(`${first}/`)) continue;
    const inner = path.slice(first.length + 1);
    const slash = inner.indexOf("/");
    entries.set(slash < 0 ? inner : inner.slice(0, slash), slash >= 0);
  }
  return entries;
}
