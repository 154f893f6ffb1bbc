import type { Diagnostic } from "../base/diagnostic.ts";
import { LARGEST_TEXT, type RepositoryFile } from "../repositories/source.ts";
import { parseConfig, type ParsedConfig } from "../triton/model-config/decode.ts";
import { tooLargeConfig } from "../triton/model-config/refused-config.ts";
import { buildEnsembleGraph, type EnsembleGraph } from "../triton/ensemble/graph.ts";
import type { GraphModel } from "../triton/ensemble/graph-model.ts";
import { createLoader } from "../triton/loading/load.ts";
import { DEFAULT_SERVER } from "../triton/loading/server.ts";
import type { ModelVerdict } from "../triton/loading/verdict.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { readRepository, type ModelDirectory } from "../triton/repository/repository.ts";
import { resolveBackend, type ResolvedBackend } from "../triton/repository/backend.ts";
import type { DocumentFile } from "./document.ts";
import type { ModelHeaders, ModelHeadersState } from "./model-headers.ts";

/** One model of the open repository. */
export interface ModelView {
  readonly name: string;
  readonly directory: ModelDirectory;
  /** Absent where the directory has no config.pbtxt. */
  readonly parsed?: ParsedConfig;
  /** What a server would make of it. */
  readonly verdict: ModelVerdict;
  /** The configuration as the server completes it, from the text and the model's file. */
  readonly config: ModelConfig;
  readonly backend: ResolvedBackend;
  readonly isEnsemble: boolean;
}

/** All that follows from the files of the open repository. */
export interface RepositoryView {
  /** The files that it follows from. */
  readonly files: ReadonlyMap<string, DocumentFile>;
  readonly models: ReadonlyMap<string, ModelView>;
  readonly graphModels: ReadonlyMap<string, GraphModel>;
  /** Every finding, one entry per id, sorted by file and place. */
  readonly diagnostics: readonly Diagnostic[];
}

/** An ensemble on screen: its graph, or the last good one while its text does not parse. */
export interface EnsembleView {
  readonly graph: EnsembleGraph;
  /** True while `graph` belongs to an older text because the present one does not parse. */
  readonly stale: boolean;
}

/** Derives views from files, remembering what did not change: a file is parsed once per text, a model loaded once per change that concerns it. */
export function createDerivation(headers?: ModelHeaders) {
  const parsed = new Map<string, ParsedConfig>();
  const lastGood = new Map<string, EnsembleGraph>();
  const loader = createLoader();
  /** A window may show an older state for a moment while it makes the present one: neither forgets the other. */
  const views = new WeakMap<ReadonlyMap<string, DocumentFile>, { headers: ModelHeadersState["headers"] | undefined; view: RepositoryView }>();
  let shown = new Map<string, { view: ModelView; graphModel: GraphModel }>();
  let layout: { paths: string; repository: ReturnType<typeof readRepository> } | undefined;
  const graphs = new Map<string, { from: readonly (GraphModel | undefined)[]; graph: EnsembleGraph }>();
  const ensembles = new WeakMap<RepositoryView, Map<string, EnsembleView>>();

  const tooLarge = new WeakMap<RepositoryFile, ParsedConfig>();

  /** A configuration without a text is larger than what is opened as text. */
  const configOf = ({ path, text, file }: DocumentFile): ParsedConfig | undefined => {
    if (text === undefined) return file && tooLargeOf(path, file);
    const known = parsed.get(path);
    if (known?.text === text) return known;
    const fresh = parseConfig(text, path);
    parsed.set(path, fresh);
    return fresh;
  };

  const tooLargeOf = (path: string, file: RepositoryFile): ParsedConfig => {
    const known = tooLarge.get(file) ?? tooLargeConfig(path, file.size, LARGEST_TEXT);
    tooLarge.set(file, known);
    return known;
  };

  /** The same directories as long as the paths are the same: typing does not change where things lie. */
  const layoutOf = (paths: readonly string[]): ReturnType<typeof readRepository> => {
    const key = paths.join("\n");
    if (layout?.paths !== key) layout = { paths: key, repository: readRepository(paths, "") };
    return layout.repository;
  };

  const repository = (files: ReadonlyMap<string, DocumentFile>, emptyFolders: readonly string[] = []): RepositoryView => {
    const read = headers?.getState().headers;
    const known = views.get(files);
    if (known !== undefined && known.headers === read) return known.view;
    const { models: directories, diagnostics } = layoutOf([...files.keys(), ...emptyFolders.map((folder) => `${folder}/`)]);
    const configs = new Map<string, ParsedConfig>();
    for (const { name, config } of directories.values()) {
      const file = config === undefined ? undefined : files.get(config);
      const known = file && configOf(file);
      if (known !== undefined) configs.set(name, known);
    }
    const verdicts = loader.load(
      {
        directories,
        config: (model) => configs.get(model),
        onnx: (path) => read?.get(path),
        text: (path) => files.get(path)?.text,
        size: (path) => files.get(path)?.file?.size ?? files.get(path)?.text?.length,
      },
      DEFAULT_SERVER,
    );
    const models = new Map<string, ModelView>();
    const graphModels = new Map<string, GraphModel>();
    const findings = [...diagnostics];
    const before = shown;
    shown = new Map();
    for (const directory of directories.values()) {
      const { name } = directory;
      const verdict = verdicts.get(name);
      if (verdict === undefined) continue;
      const parsed = configs.get(name);
      const last = before.get(name);
      const same = last?.view.directory === directory && last.view.verdict === verdict && last.view.parsed === parsed;
      const model = same ? last : viewsOf(directory, parsed, verdict);
      shown.set(name, model);
      models.set(name, model.view);
      graphModels.set(name, model.graphModel);
      findings.push(...verdict.findings);
    }
    const unique = [...new Map(findings.map((finding) => [finding.id, finding])).values()];
    const view: RepositoryView = { files, models, graphModels, diagnostics: unique.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.from - b.from)) };
    views.set(files, { headers: read, view });
    return view;
  };

  /** The same graph as long as the model and those of its steps are the same. */
  const graphOf = (name: string, models: ReadonlyMap<string, GraphModel>): EnsembleGraph => {
    const steps = models.get(name)?.config.ensemble_scheduling?.step ?? [];
    const from = [models.get(name), ...steps.map(({ model_name }) => models.get(model_name))];
    const known = graphs.get(name);
    if (known !== undefined && known.from.length === from.length && known.from.every((model, index) => model === from[index])) return known.graph;
    const graph = buildEnsembleGraph(name, models);
    graphs.set(name, { from, graph });
    return graph;
  };

  const ensemble = (view: RepositoryView, name: string): EnsembleView => {
    const cache = ensembles.get(view) ?? new Map<string, EnsembleView>();
    ensembles.set(view, cache);
    const known = cache.get(name);
    if (known !== undefined) return known;
    const valid = view.models.get(name)?.parsed?.valid === true;
    const good = lastGood.get(name);
    const graph = !valid && good !== undefined ? good : graphOf(name, view.graphModels);
    if (valid) lastGood.set(name, graph);
    const fresh: EnsembleView = { graph, stale: !valid && good !== undefined };
    cache.set(name, fresh);
    return fresh;
  };

  return { repository, ensemble };
}

function viewsOf(directory: ModelDirectory, parsed: ParsedConfig | undefined, verdict: ModelVerdict): { view: ModelView; graphModel: GraphModel } {
  const { name } = directory;
  const { config, versions } = verdict;
  const isEnsemble = config.platform === "ensemble" || config.ensemble_scheduling !== undefined;
  const own = parsed === undefined ? {} : { parsed };
  return {
    view: { name, directory, ...own, verdict, config, backend: resolveBackend(directory, config), isEnsemble },
    graphModel: { name, config, ...own, versions },
  };
}

/** Memoised views of one document. */
export type Derivation = ReturnType<typeof createDerivation>;
