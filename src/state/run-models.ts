import { ConchError } from "../base/errors.ts";
import type { RepositoryFile } from "../repositories/source.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { newMessage } from "../triton/model-config/new-message.ts";
import { servedVersion } from "../triton/repository/versions.ts";
import type { ModelView, RepositoryView } from "./derived.ts";
import type { DocumentFile } from "./document.ts";
import type { V2Server } from "./servers.ts";

/** A model with everything a run needs of it. */
export interface RunModel {
  readonly view: ModelView;
  readonly config: ModelConfig;
  readonly version: number;
  /** Repository paths of the version's files and of the model's own. */
  readonly paths: readonly string[];
  readonly contentKey: string;
  /** The server that runs it; absent: the browser does. */
  readonly server?: ChosenServer;
}

/** A server by what may be shown of it. */
export interface ChosenServer {
  readonly id: string;
  readonly name: string;
}

/** Model → the server that runs it; undefined where the browser does. */
export type ServerOf = (model: string) => V2Server | undefined;

/** Model → where a run puts it whatever its instance_group says; undefined leaves it to the text. */
export type KindOf = (model: string) => "gpu" | "cpu" | undefined;

/** Every model that a run of `target` reaches here, itself first: not those behind a server. Missing models are left to the plan, which names them. */
export function reachableModels(
  view: RepositoryView,
  files: ReadonlyMap<string, DocumentFile>,
  target: string,
  kindOf: KindOf = () => undefined,
  serverOf: ServerOf = () => undefined,
): ReadonlyMap<string, RunModel> {
  return new Map(
    reachableViews(view, target, serverOf).map((model) => {
      const server = serverOf(model.name);
      const found = runModel(model, files, kindOf(model.name));
      return [model.name, server === undefined ? found : { ...found, server: { id: server.id, name: server.name } }];
    }),
  );
}

/** Whether a run of `target` reaches a model without config.pbtxt whose file nobody has read yet: a server would complete it from there. */
export function waitsForFiles(view: RepositoryView, target: string, serverOf?: ServerOf): boolean {
  return reachableViews(view, target, serverOf).some(isBare);
}

/** Names of the models that a run of `target` reaches in the repository, itself first. */
export function reachedModels(view: RepositoryView, target: string): readonly string[] {
  return reachableViews(view, target).map(({ name }) => name);
}

function reachableViews(view: RepositoryView, target: string, serverOf: ServerOf = () => undefined): readonly ModelView[] {
  const found = new Map<string, ModelView>();
  const queue = [target];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const model = view.models.get(name);
    if (found.has(name) || model === undefined) continue;
    found.set(name, model);
    if (serverOf(name) !== undefined) continue;
    for (const step of model.config.ensemble_scheduling?.step ?? []) queue.push(step.model_name);
  }
  return [...found.values()];
}

/** A model of which neither text nor file says anything. */
function isBare({ parsed, config }: ModelView): boolean {
  return parsed === undefined && config.input.length === 0 && config.output.length === 0;
}

function runModel(view: ModelView, files: ReadonlyMap<string, DocumentFile>, kind: "gpu" | "cpu" | undefined): RunModel {
  const { parsed } = view;
  if (isBare(view)) {
    throw new ConchError("MODEL_NOT_RUNNABLE", `model '${view.name}' has no config.pbtxt, and its inputs and outputs cannot be read from its file`, {
      data: { model: view.name },
    });
  }
  if (parsed?.valid === false) {
    const [first] = parsed.diagnostics;
    throw new ConchError("MODEL_NOT_RUNNABLE", `config.pbtxt of model '${view.name}' does not parse: ${first?.message ?? ""}`, {
      data: { model: view.name },
    });
  }
  // Where a model runs is decided here, by what the text asks for: the server's own choice of instances says nothing of a browser.
  const written: ModelConfig = { ...view.config, instance_group: parsed?.config.instance_group ?? [] };
  const config = withKind(written, view.isEnsemble ? undefined : kind);
  const version = servedVersion(view.directory, config.version_policy);
  const paths = [...(version?.files ?? []), ...view.directory.files];
  return { view, config, version: version?.number ?? 1, paths, contentKey: contentKey(configKey(parsed?.text, config), paths, files) };
}

/** What of a configuration a loaded model depends on: its text, and what the server's completion adds to inputs and outputs. */
function configKey(text: string | undefined, { max_batch_size, input, output }: ModelConfig): string {
  return JSON.stringify([text, max_batch_size, input, output]);
}

function withKind(config: ModelConfig, kind: "gpu" | "cpu" | undefined): ModelConfig {
  if (kind === undefined) return config;
  return { ...config, instance_group: [newMessage("ModelInstanceGroup", { kind: kind === "gpu" ? "KIND_GPU" : "KIND_CPU", count: 1 })] };
}

/** A key that changes with the configuration, with any text of the model, and with any other file that was opened, added or replaced. */
function contentKey(config: string, paths: readonly string[], files: ReadonlyMap<string, DocumentFile>): string {
  const parts = [config];
  for (const path of paths) {
    const found = files.get(path);
    parts.push(path, found?.text ?? `file ${found?.file === undefined ? 0 : serialOf(found.file)}`);
  }
  return fingerprint(parts.join("\u0000"));
}

const serials = new WeakMap<RepositoryFile, number>();
let opened = 0;

/** A number for a file as it was opened, from 1. Its name and size would not do: weights that were trained again have both of those before. */
function serialOf(file: RepositoryFile): number {
  const known = serials.get(file) ?? ++opened;
  serials.set(file, known);
  return known;
}

/** 64 bits of FNV-1a over UTF-16 units, as hexadecimal digits: tells texts apart, protects nothing. */
function fingerprint(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit ^ (low >>> 7), 0x5bd1e995);
  }
  return (low >>> 0).toString(16).padStart(8, "0") + (high >>> 0).toString(16).padStart(8, "0");
}
