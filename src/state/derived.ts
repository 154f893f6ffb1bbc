import type { Diagnostic } from "../base/diagnostic.ts";
import { parseConfig, type ParsedConfig } from "../triton/model-config/decode.ts";
import { buildEnsembleGraph, type EnsembleGraph } from "../triton/ensemble/graph.ts";
import { graphModel, type GraphModel } from "../triton/ensemble/graph-model.ts";
import { withIds } from "../triton/findings.ts";
import { readRepository, type ModelDirectory } from "../triton/repository/repository.ts";
import { resolveBackend, type ResolvedBackend } from "../triton/repository/backend.ts";
import { directoryFindings } from "../triton/repository/versions.ts";
import type { DocumentFile } from "./document.ts";

/** One model of the open repository. */
export interface ModelView {
  readonly name: string;
  readonly directory: ModelDirectory;
  /** Absent where the directory has no config.pbtxt. */
  readonly parsed?: ParsedConfig;
  readonly backend: ResolvedBackend;
  readonly isEnsemble: boolean;
}

/** All that follows from the files of the open repository. */
export interface RepositoryView {
  readonly models: ReadonlyMap<string, ModelView>;
  readonly graphModels: ReadonlyMap<string, GraphModel>;
  /** Of the repository and of every configuration; those of ensembles come from their graphs. Sorted by file. */
  readonly diagnostics: readonly Diagnostic[];
}

/** An ensemble on screen: its graph, or the last good one while its text does not parse. */
export interface EnsembleView {
  readonly graph: EnsembleGraph;
  /** True while `graph` belongs to an older text because the present one does not parse. */
  readonly stale: boolean;
}

/** Derives views from files, remembering what did not change: a file is parsed once per text, a graph built once per set of configurations. */
export function createDerivation() {
  const parsed = new Map<string, ParsedConfig>();
  const lastGood = new Map<string, EnsembleGraph>();
  let before: { files: ReadonlyMap<string, DocumentFile>; view: RepositoryView } | undefined;
  const ensembles = new WeakMap<RepositoryView, Map<string, EnsembleView>>();

  const configOf = (path: string, text: string): ParsedConfig => {
    const known = parsed.get(path);
    if (known?.text === text) return known;
    const fresh = parseConfig(text, path);
    parsed.set(path, fresh);
    return fresh;
  };

  const repository = (files: ReadonlyMap<string, DocumentFile>, emptyFolders: readonly string[] = []): RepositoryView => {
    if (before?.files === files) return before.view;
    const { models: directories, diagnostics } = readRepository([...files.keys(), ...emptyFolders.map((folder) => `${folder}/`)]);
    const models = new Map<string, ModelView>();
    const graphModels = new Map<string, GraphModel>();
    const findings = [...diagnostics];
    for (const directory of directories.values()) {
      const text = directory.config === undefined ? undefined : files.get(directory.config)?.text;
      const config = text === undefined ? undefined : configOf(directory.config!, text);
      const source = config ?? configOf(`${directory.name}/config.pbtxt`, "");
      const isEnsemble = source.config.platform === "ensemble" || source.config.ensemble_scheduling !== undefined;
      models.set(directory.name, {
        name: directory.name,
        directory,
        ...(config === undefined ? {} : { parsed: config }),
        backend: resolveBackend(directory, source.config),
        isEnsemble,
      });
      if (config === undefined) continue;
      graphModels.set(directory.name, graphModel(directory, config));
      findings.push(...config.diagnostics, ...withIds(config.valid ? directoryFindings(directory, config) : []));
    }
    const view: RepositoryView = { models, graphModels, diagnostics: findings };
    before = { files, view };
    return view;
  };

  const ensemble = (view: RepositoryView, name: string): EnsembleView => {
    const cache = ensembles.get(view) ?? new Map<string, EnsembleView>();
    ensembles.set(view, cache);
    const known = cache.get(name);
    if (known !== undefined) return known;
    const valid = view.models.get(name)?.parsed?.valid === true;
    const good = lastGood.get(name);
    const graph = !valid && good !== undefined ? good : buildEnsembleGraph(name, view.graphModels);
    if (valid) lastGood.set(name, graph);
    const fresh: EnsembleView = { graph, stale: !valid && good !== undefined };
    cache.set(name, fresh);
    return fresh;
  };

  /** Every finding: the repository's, each configuration's, each ensemble's; one entry per id. */
  const allDiagnostics = (view: RepositoryView): readonly Diagnostic[] => {
    const all = [...view.diagnostics];
    for (const model of view.models.values()) {
      if (model.isEnsemble && model.parsed?.valid === true) all.push(...ensemble(view, model.name).graph.diagnostics);
    }
    return [...new Map(all.map((finding) => [finding.id, finding])).values()].sort(
      (a, b) => a.file.localeCompare(b.file) || a.from - b.from,
    );
  };

  return { repository, ensemble, allDiagnostics };
}

/** Memoised views of one document. */
export type Derivation = ReturnType<typeof createDerivation>;
