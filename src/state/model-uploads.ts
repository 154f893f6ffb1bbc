import { encodeSourceText } from "../base/source-text.ts";
import type { ModelFile, ModelServer, ModelUpload } from "../runtime/protocol.ts";
import type { RepositoryView } from "./derived.ts";
import type { DocumentFile } from "./document.ts";
import { fileContent } from "./file-content.ts";
import { reachedModels, type RunModel } from "./run-models.ts";

/** The models as the worker wants them: configuration, and files by handle, or the way to their server (`reach`). */
export async function uploads(
  models: ReadonlyMap<string, RunModel>,
  files: ReadonlyMap<string, DocumentFile>,
  reach: (model: string) => ModelServer | undefined = () => undefined,
): Promise<ModelUpload[]> {
  return Promise.all(
    [...models.values()].map(async ({ view, config, version, paths, contentKey: key, server: chosen }) => {
      const server = chosen === undefined ? undefined : reach(view.name);
      return {
        name: view.name,
        version,
        config: { ...config, name: view.name, backend: view.backend.backend, default_model_filename: view.backend.filename },
        contentKey: key,
        files: view.isEnsemble || server !== undefined ? [] : await Promise.all(paths.map((path) => modelFile(view.name, path, files))),
        ...(server && { server }),
      };
    }),
  );
}

async function modelFile(model: string, path: string, files: ReadonlyMap<string, DocumentFile>): Promise<ModelFile> {
  const file = files.get(path);
  const relative = path.slice(model.length + 1);
  if (file?.text === undefined && file?.file !== undefined) return { path: relative, content: await fileContent(file.file) };
  return { path: relative, content: new Blob([encodeSourceText(file?.text ?? "")]) };
}

/** Repository path of the file that ONNX Runtime opens; undefined for the models of other backends. */
export function onnxPath({ view, version }: RunModel): string | undefined {
  return view.backend.backend === "onnxruntime" ? `${view.name}/${version}/${view.backend.filename || "model.onnx"}` : undefined;
}

/**
 * Whether a request for a model may be sent twice: neither it nor any model behind it keeps something of a request, as far as the repository tells.
 * A model that is not here may.
 */
export function isRepeatable(view: RepositoryView, target: string): boolean {
  return reachedModels(view, target).every((name) => {
    const config = view.models.get(name)?.config;
    return (
      config !== undefined &&
      config.sequence_batching === undefined &&
      config.model_transaction_policy?.decoupled !== true &&
      (config.ensemble_scheduling?.step ?? []).every(({ model_name }) => view.models.has(model_name))
    );
  });
}
