import { ConchError } from "../base/errors.ts";
import type { BackendModel, ModelSource, Placement } from "./backends/backend.ts";
import { BACKENDS } from "./backends/backends.ts";
import type { Gpu } from "./gpu.ts";

/** One model as it is to be loaded. */
export interface LoadRequest {
  readonly source: ModelSource;
  /** What is loaded under another key is of another content. */
  readonly contentKey: string;
  readonly placement: Placement;
  readonly gpu: Gpu | undefined;
  readonly signal: AbortSignal;
  /** The same model at another placement stays; absent: it goes, so that weights lie in one place. */
  readonly keepOthers: boolean;
}

interface Loaded {
  readonly contentKey: string;
  readonly model: Promise<BackendModel>;
  /** Loaded beside another placement, to be freed with `freeKept`. */
  readonly kept: boolean;
}

/** The loaded models of a worker: of each name one per placement. */
export class LoadedModels {
  readonly #models = new Map<string, Map<Placement, Loaded>>();

  /** The loaded model; loads it with the first call. Throws MODEL_NOT_RUNNABLE where the browser has no such backend. */
  async get({ source, contentKey, placement, gpu, signal, keepOthers }: LoadRequest): Promise<BackendModel> {
    const { name, config } = source;
    const placed = this.#models.get(name) ?? new Map<Placement, Loaded>();
    this.#models.set(name, placed);
    for (const [where, loaded] of placed) {
      if (loaded.contentKey !== contentKey || (where !== placement && !keepOthers)) await drop(placed, where);
    }
    const known = placed.get(placement);
    if (known !== undefined) return known.model;
    const open = BACKENDS[config.backend];
    if (open === undefined) {
      throw new ConchError("MODEL_NOT_RUNNABLE", `model '${name}': the browser has no backend '${config.backend}'`, {
        data: { model: name, found: config.backend, expected: Object.keys(BACKENDS) },
      });
    }
    const model = open().then((backend) => backend.load(source, placement, { gpu }, signal));
    const entry: Loaded = { contentKey, model, kept: keepOthers };
    placed.set(placement, entry);
    // A load that failed is tried again by the next run.
    model.catch(() => placed.get(placement) === entry && placed.delete(placement));
    return model;
  }

  /** Forgets what lay on a device that is gone. */
  dropGpu(): void {
    for (const placed of this.#models.values()) void drop(placed, "gpu");
  }

  /** Frees the models that were loaded with `keepOthers`. */
  async freeKept(): Promise<void> {
    for (const placed of this.#models.values()) {
      for (const [where, { kept }] of placed) if (kept) await drop(placed, where);
    }
  }

  /** "name@placement" of what is loaded, or being loaded. */
  get names(): string[] {
    return [...this.#models].flatMap(([name, placed]) => [...placed.keys()].map((where) => `${name}@${where}`));
  }
}

async function drop(placed: Map<Placement, Loaded>, where: Placement): Promise<void> {
  const entry = placed.get(where);
  placed.delete(where);
  await entry?.model.then((model) => model.dispose()).catch(() => undefined);
}
