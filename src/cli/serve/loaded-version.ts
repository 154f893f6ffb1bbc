import { decodeSourceText } from "../../base/source-text.ts";
import type { BackendModel, ModelFiles, ModelSource } from "../../runtime/backends/backend.ts";
import { BACKENDS } from "../../runtime/backends/backends.ts";
import type { ModelConfig } from "../../triton/model-config/model-config.ts";
import { resolveBackend } from "../../triton/repository/backend.ts";
import type { ModelDirectory, ModelVersion } from "../../triton/repository/repository.ts";
import { ModelStatistics } from "../../triton/v2/serving/model-statistics.ts";
import { delayed } from "./execute-delay.ts";
import { ModelQueue } from "./model-queue.ts";
import { SequenceRules } from "./sequence-rules.ts";
import type { ServedFolder } from "./served-folder.ts";

/** A version of a model that takes requests. */
export interface LoadedVersion {
  readonly model: string;
  readonly version: number;
  /** Completed, as GET …/config has it. */
  readonly config: ModelConfig;
  /** Triton's name of the backend; "ensemble" for one. */
  readonly backend: string;
  /** Undefined for an ensemble. */
  readonly executable: BackendModel | undefined;
  readonly statistics: ModelStatistics;
  readonly sequences: SequenceRules;
  readonly queue: ModelQueue;
  /** Output → lines of its label file. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  /** Changes with files and configuration. */
  readonly contentKey: string;
}

/** Makes a version ready on the processor. Throws ConchError for what cannot run here. */
export async function loadVersion(folder: ServedFolder, directory: ModelDirectory, version: ModelVersion, config: ModelConfig, contentKey: string): Promise<LoadedVersion> {
  const model = directory.name;
  const isEnsemble = config.ensemble_scheduling !== undefined;
  const { backend, filename } = resolveBackend(directory, config);
  const source: ModelSource = {
    name: model,
    version: version.number,
    config: { ...config, name: model, backend, default_model_filename: filename },
    files: filesOf(folder, directory, version),
  };
  const loaded = isEnsemble ? undefined : await (await backendOf(backend)).load(source, "cpu", { gpu: undefined }, new AbortController().signal);
  return {
    model,
    version: version.number,
    config: { ...config, name: model },
    backend: isEnsemble ? "ensemble" : backend,
    executable: loaded === undefined || backend !== "identity" ? loaded : delayed(loaded, config),
    statistics: new ModelStatistics(),
    sequences: new SequenceRules(model, config),
    queue: new ModelQueue(config),
    labels: labelsOf(folder, directory, config),
    contentKey,
  };
}

function backendOf(name: string): ReturnType<NonNullable<(typeof BACKENDS)[string]>> {
  const open = BACKENDS[name];
  if (open === undefined) throw new Error(`conch serve has no backend '${name}'`);
  return open();
}

function filesOf(folder: ServedFolder, directory: ModelDirectory, version: ModelVersion): ModelFiles {
  const known = new Set([...version.files, ...directory.files]);
  return {
    names: version.files.map((path) => path.slice(version.path.length + 1)),
    open: (path) => {
      const full = path.startsWith("../") ? `${directory.name}/${path.slice(3)}` : `${version.path}/${path}`;
      return known.has(full) ? folder.blob(full) : Promise.resolve(undefined);
    },
  };
}

function labelsOf(folder: ServedFolder, directory: ModelDirectory, config: ModelConfig): Map<string, readonly string[]> {
  const labels = new Map<string, readonly string[]>();
  for (const { name, label_filename } of config.output) {
    const path = `${directory.name}/${label_filename}`;
    if (label_filename === "" || folder.size(path) === undefined) continue;
    labels.set(name, decodeSourceText(folder.bytes(path)).split("\n").map((line) => line.replace(/\r$/, "")));
  }
  return labels;
}
