import type { GraphModel } from "../ensemble/graph-model.ts";
import type { ParsedConfig } from "../model-config/decode.ts";
import type { ModelDirectory } from "../repository/repository.ts";
import { advisedVerdict } from "./advised-verdict.ts";
import type { RepositoryContent } from "./content.ts";
import { circleOf } from "./dependencies.ts";
import { type LoadedModel, loadPolled } from "./loaded-model.ts";
import { type PolledModel, pollModel } from "./poll.ts";
import { rememberReads, type RememberedReads } from "./remembered-reads.ts";
import type { TritonServer } from "./server.ts";
import type { ModelVerdict } from "./verdict.ts";

/** Loads repositories as a server would, remembering what did not change since the last call. */
export interface Loader {
  /**
   * One verdict per model directory. Never throws, whatever the files hold. A verdict is the same object as before where nothing that it
   * depends on has changed: its directory, its configuration, the files that it reads, the models of its steps, the server.
   */
  load(content: RepositoryContent, server: TritonServer): ReadonlyMap<string, ModelVerdict>;
}

/** A directory, what was made of it, and what that went by. */
interface Remembered {
  readonly directory: ModelDirectory;
  readonly parsed: ParsedConfig | undefined;
  readonly polled: PolledModel;
  loaded?: {
    readonly model: LoadedModel;
    readonly reads: RememberedReads;
    /** Of an ensemble: the models of its steps (none asked for as part of a circle), and the names of all models. */
    readonly upstreams: readonly (LoadedModel | undefined)[];
    readonly names: string;
  };
}

/** A loader that remembers nothing yet. */
export function createLoader(): Loader {
  let remembered = new Map<string, Remembered>();
  let rememberedServer: TritonServer | undefined;
  return {
    load(content, server) {
      const before = server === rememberedServer ? remembered : new Map<string, Remembered>();
      remembered = new Map();
      rememberedServer = server;
      for (const [name, directory] of content.directories) {
        const parsed = content.config(name);
        const known = before.get(name);
        const same = known !== undefined && known.directory === directory && known.parsed === parsed;
        remembered.set(name, same ? known : { directory, parsed, polled: pollModel(directory, parsed, server) });
      }
      return loadAll(remembered, content, server);
    },
  };
}

/** Loads every model, those of steps before their ensembles. */
function loadAll(all: ReadonlyMap<string, Remembered>, content: RepositoryContent, server: TritonServer): ReadonlyMap<string, ModelVerdict> {
  const done = new Map<string, LoadedModel>();
  const names = [...all.keys()].join("\n");
  const graphs = new Map([...all].map(([name, { polled }]): [string, GraphModel] => [name, { name, config: polled.config, parsed: polled.parsed }]));
  const polled = (name: string): PolledModel | undefined => all.get(name)?.polled;
  const accepted = (name: string): PolledModel | undefined => {
    const read = polled(name);
    return read?.refused === true ? { ...read, refused: false } : read;
  };

  function load(name: string): LoadedModel | undefined {
    const entry = all.get(name);
    if (entry === undefined || done.has(name)) return done.get(name);
    const steps = entry.polled.config.ensemble_scheduling?.step;
    // A model of a circle asks for no other, so this ends; a circle goes through refused models too.
    const circular = steps !== undefined && circleOf(name, accepted) !== undefined;
    const upstreams = circular ? [] : (steps ?? []).map(({ model_name }) => load(model_name));
    const last = entry.loaded;
    const same =
      last !== undefined &&
      !circular &&
      (steps === undefined || (last.names === names && last.upstreams.length === upstreams.length && last.upstreams.every((model, index) => model === upstreams[index]))) &&
      last.reads.sameIn(content);
    if (!same) {
      const reads = rememberReads(content);
      const model = loadPolled(entry.polled, { content: reads.content, server, graphs, polled, load, names: [...all.keys()] });
      const models = new Map(upstreams.flatMap((step) => (step === undefined ? [] : [[step.graph.name, step.graph] as const])));
      const verdict = advisedVerdict(model.verdict, { directory: entry.directory, model: model.graph, models, content: reads.content, server });
      entry.loaded = { model: { ...model, verdict }, reads, upstreams, names };
    }
    const model = entry.loaded?.model;
    if (model !== undefined) done.set(name, model);
    return model;
  }

  const verdicts = new Map<string, ModelVerdict>();
  for (const name of all.keys()) {
    const model = load(name);
    if (model !== undefined) verdicts.set(name, model.verdict);
  }
  return verdicts;
}
