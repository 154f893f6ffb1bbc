import { textOf } from "../../base/errors.ts";
import { DEFAULT_SERVER, type TritonServer } from "../../triton/loading/server.ts";
import { BACKENDS } from "../../runtime/backends/backends.ts";
import { invalidArgument, internal, notFound, unavailable } from "../../triton/v2/serving/protocol-error.ts";
import { loadVersion, type LoadedVersion } from "./loaded-version.ts";
import { firstFailure, judgeModels, type JudgedModel } from "./repository-verdicts.ts";
import { overriddenFolder, withChainModels, type Override, type ServedFolder } from "./served-folder.ts";

/** An entry of the repository index. */
export interface IndexEntry {
  readonly name: string;
  readonly version?: string;
  readonly state?: "READY" | "UNAVAILABLE";
  readonly reason?: string;
}

/** A version that was loaded once: ready, or why it is not. */
type VersionState = LoadedVersion | { readonly reason: string };

interface KnownModel {
  readonly versions: Map<number, VersionState>;
  readonly contentKey: string;
  /** Models of its steps. */
  readonly steps: readonly string[];
}

/** The models of a folder, those of them that are loaded, and what became of the others. */
export class ServedRepository {
  readonly #read: () => ServedFolder;
  readonly #server: TritonServer;
  readonly #log: (line: string) => void;
  readonly #known = new Map<string, KnownModel>();
  readonly #overrides = new Map<string, Override>();

  /** @param read lists the folder as it is now. */
  constructor(read: () => ServedFolder, autoComplete: boolean, log: (line: string) => void) {
    this.#read = read;
    this.#server = { ...DEFAULT_SERVER, autoComplete, backends: new Set(Object.keys(BACKENDS)) };
    this.#log = log;
  }

  /** Loads all models, or those named, and logs what does not load. */
  async start(names: "all" | readonly string[]): Promise<void> {
    const judged = await this.#judge(this.#overrides);
    for (const name of names === "all" ? judged.keys() : names) {
      await this.#load(name, judged).catch((error: unknown) => this.#log(`not loaded: ${textOf(error)}`));
    }
  }

  /** Loads a model, and those of its steps. Throws what Triton answers where it does not load. */
  async load(name: string, override?: Override): Promise<void> {
    const overrides = new Map(this.#overrides);
    if (override === undefined) overrides.delete(name);
    else overrides.set(name, override);
    await this.#load(name, await this.#judge(overrides), overrides);
  }

  /** Unloads a model, where it is loaded, and ensembles that need it; with `dependents` also those of its steps that no other ensemble needs. */
  async unload(name: string, dependents: boolean): Promise<void> {
    const steps = this.#known.get(name)?.steps ?? [];
    await this.#drop(name);
    for (const [other, { steps: needed }] of this.#known) if (needed.includes(name) && this.#isReady(other)) await this.unload(other, false);
    if (!dependents) return;
    for (const step of steps) if (![...this.#known].some(([other, { steps: needed }]) => needed.includes(step) && this.#isReady(other))) await this.unload(step, true);
  }

  /** A version that takes requests; undefined: the highest. Throws Triton's answer where there is none. */
  find(name: string, version?: number): LoadedVersion {
    const known = this.#known.get(name);
    if (known === undefined) throw notFound(`Request for unknown model: '${name}' is not found`);
    const ready = readyVersions(known);
    if (ready.length === 0) throw notFound(`Request for unknown model: '${name}' has no available versions`);
    if (version === undefined) return ready.at(-1) as LoadedVersion;
    const state = known.versions.get(version);
    if (state === undefined) throw notFound(`Request for unknown model: '${name}' version ${version} is not found`);
    if ("reason" in state) throw unavailable(`Request for unknown model: '${name}' version ${version} is not at ready state`);
    return state;
  }

  /** The ready versions of a model, or of all, by name and number. */
  ready(name?: string): readonly LoadedVersion[] {
    const names = name === undefined ? [...this.#known.keys()].sort() : [name];
    return names.flatMap((each) => readyVersions(this.#known.get(each)));
  }

  /** Whether no model that was to be loaded failed. */
  get isReady(): boolean {
    return [...this.#known.values()].every(({ versions }) => [...versions.values()].every((state) => !("reason" in state) || state.reason === UNLOADED));
  }

  index(readyOnly: boolean): readonly IndexEntry[] {
    const folders = this.#read().paths.flatMap((path) => (path.includes("/") ? [path.slice(0, path.indexOf("/"))] : []));
    return [...new Set(folders)].sort().flatMap((name): IndexEntry[] => {
      const versions = [...(this.#known.get(name)?.versions ?? [])].sort(([a], [b]) => a - b);
      const entries = versions.map(([version, state]): IndexEntry => {
        const ofVersion = { name, version: String(version) };
        return "reason" in state ? { ...ofVersion, state: "UNAVAILABLE", reason: state.reason } : { ...ofVersion, state: "READY" };
      });
      if (readyOnly) return entries.filter(({ state }) => state === "READY");
      return entries.length > 0 ? entries : [{ name }];
    });
  }

  #folder(overrides: ReadonlyMap<string, Override>): ServedFolder {
    return withChainModels(overriddenFolder(this.#read(), overrides));
  }

  #judge(overrides: ReadonlyMap<string, Override>): Promise<ReadonlyMap<string, JudgedModel>> {
    return judgeModels(this.#folder(overrides), this.#server);
  }

  async #load(name: string, judged: ReadonlyMap<string, JudgedModel>, overrides: ReadonlyMap<string, Override> = this.#overrides): Promise<void> {
    const model = judged.get(name);
    const failure = model === undefined ? { at: "poll", message: `there is no model '${name}'` } : firstFailure(model);
    if (model === undefined || failure?.at === "poll") {
      this.#log(`poll failed for model directory '${name}': ${failure?.message ?? ""}`);
      throw internal(`failed to load '${name}', failed to poll from model repository`);
    }
    if (failure?.at === "dependencies") throw invalidArgument(`load failed for model '${name}': ${failure.message}\n`);
    const { verdict, contentKey, directory, versions } = model;
    const steps = [...new Set((verdict.config.ensemble_scheduling?.step ?? []).map(({ model_name }) => model_name))];
    const before = this.#known.get(name);
    const failed = failure === undefined ? [] : versions.map(({ number }) => [number, { reason: failure.message }] as const);
    if (failed.length > 0) {
      await this.#drop(name);
      this.#known.set(name, { versions: new Map(failed), contentKey, steps });
      throw invalidArgument(failureText(name, failed));
    }
    for (const step of steps) await this.#load(step, judged, overrides);
    if (before !== undefined && before.contentKey === contentKey && this.#isReady(name)) return;
    const states: [number, VersionState][] = [];
    const folder = this.#folder(overrides);
    for (const version of versions) {
      const state = await loadVersion(folder, directory, version, verdict.config, contentKey).catch((error: unknown) => ({ reason: `Internal: ${textOf(error)}` }));
      states.push([version.number, state]);
    }
    await this.#drop(name);
    this.#known.set(name, { versions: new Map(states), contentKey, steps });
    const override = overrides.get(name);
    if (override === undefined) this.#overrides.delete(name);
    else this.#overrides.set(name, override);
    const broken = states.flatMap(([version, state]) => ("reason" in state ? [[version, state] as const] : []));
    if (broken.length > 0) throw invalidArgument(failureText(name, broken));
    this.#log(`loaded ${name}${states.length > 1 ? `, versions ${states.map(([version]) => version).join(", ")}` : ""}`);
  }

  async #drop(name: string): Promise<void> {
    const known = this.#known.get(name);
    for (const [version, state] of known?.versions ?? []) {
      if ("reason" in state) continue;
      known?.versions.set(version, { reason: UNLOADED });
      await state.executable?.dispose();
    }
  }

  #isReady(name: string): boolean {
    return readyVersions(this.#known.get(name)).length > 0;
  }
}

const UNLOADED = "unloaded";

function readyVersions(known: KnownModel | undefined): LoadedVersion[] {
  return [...(known?.versions ?? [])].sort(([a], [b]) => a - b).flatMap(([, state]) => ("reason" in state ? [] : [state]));
}

function failureText(name: string, failed: readonly (readonly [number, { readonly reason: string }])[]): string {
  return `load failed for model '${name}': ${failed.map(([version, { reason }]) => `version ${version} is at UNAVAILABLE state: ${reason};\n`).join("")}`;
}
