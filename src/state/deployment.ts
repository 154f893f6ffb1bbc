import type { DeployedModel, PythonTexts } from "../triton/deploy/deployed-model.ts";
import type { ModelVersion } from "../triton/repository/repository.ts";
import { servedVersions } from "../triton/repository/versions.ts";
import type { ModelView, RepositoryView } from "./derived.ts";

/** The models of the open repository, edits included, as a deployment sees them; by name. */
export function deployedModels(view: RepositoryView): DeployedModel[] {
  return [...view.models.values()].map((model) => deployedModel(model, view.files)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function deployedModel(model: ModelView, files: RepositoryView["files"]): DeployedModel {
  const { name, directory, parsed, config, backend, isEnsemble, verdict } = model;
  const { served } = servedVersions(directory.versions.map(({ number }) => number), config.version_policy);
  const versions = directory.versions.filter(({ number }) => served.includes(number));
  // What keeps a folder alive in Git does so in an object store, although it belongs to no version.
  const empty = versions.find(({ path }) => ![...files.keys()].some((file) => file.startsWith(`${path}/`)));
  const newest = versions.at(-1);
  return {
    name,
    backend: isEnsemble ? "" : backend.backend,
    isEnsemble,
    instanceGroups: parsed?.config.instance_group ?? [],
    steps: config.ensemble_scheduling?.step.map(({ model_name }) => model_name) ?? [],
    bytes: versions.flatMap((version) => version.files).reduce((sum, path) => sum + sizeOf(files.get(path)), 0),
    errors: verdict.findings.filter(({ severity }) => severity === "error").length,
    ...(!isEnsemble && backend.filename !== "" && versions.length > 0 && { file: { name: backend.filename, present: versions.every((version) => hasFile(version, backend.filename)) } }),
    ...(empty !== undefined && { emptyVersion: empty.path }),
    ...(backend.backend === "python" && newest !== undefined && { python: pythonTexts(newest, backend.filename, files) }),
  };
}

function hasFile({ path, files }: ModelVersion, name: string): boolean {
  return files.some((file) => file === `${path}/${name}` || file.startsWith(`${path}/${name}/`));
}

function pythonTexts({ path, files: inside }: ModelVersion, filename: string, files: RepositoryView["files"]): PythonTexts {
  const source = files.get(`${path}/${filename}`)?.text;
  const transforms = files.get(`${path}/transforms.json`)?.text;
  const own = inside.map((file) => file.slice(path.length + 1).split("/")[0]!.replace(/\.py$/, ""));
  return { ...(source !== undefined && { source }), ...(transforms !== undefined && { transforms }), own: [...new Set(own)] };
}

function sizeOf(file: { readonly text?: string; readonly file?: { readonly size: number } } | undefined): number {
  return file?.text?.length ?? file?.file?.size ?? 0;
}
