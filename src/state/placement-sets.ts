import { ConchError } from "../base/errors.ts";
import type { RunModel } from "./run-models.ts";

/** The placements that every comparison knows: everything on the CPU, networks alone on the GPU, everything on the GPU. */
export const BUILT_IN_SETS = ["cpu", "mixed", "gpu"] as const;

/** One way to place the models of a target. The files are not touched: a run overrides them. */
export interface PlacementSet {
  readonly name: string;
  /** Model → where it runs; a model that is left out runs where its instance_group says. */
  readonly placements: Readonly<Record<string, "gpu" | "cpu">>;
}

/** A model that can be placed: one that is no ensemble. */
export interface PlacedModel {
  readonly name: string;
  readonly backend: string;
}

/** The models that can be placed, in the order of the target's steps; the target is the first of `models`. */
export function placedModels(models: ReadonlyMap<string, RunModel>): PlacedModel[] {
  const found = new Map<string, PlacedModel>();
  const seen = new Set<string>();
  const visit = (model: RunModel | undefined): void => {
    if (model === undefined || seen.has(model.view.name)) return;
    const { view, config } = model;
    seen.add(view.name);
    if (!view.isEnsemble) found.set(view.name, { name: view.name, backend: view.backend.backend });
    for (const step of config.ensemble_scheduling?.step ?? []) visit(models.get(step.model_name));
  };
  visit([...models.values()][0]);
  return [...found.values()];
}

/** A built-in set for these models. "mixed" puts networks on the GPU, and chains and whatever else on the CPU. */
export function builtInSet(name: (typeof BUILT_IN_SETS)[number], models: readonly PlacedModel[]): PlacementSet {
  const kind = (backend: string): "gpu" | "cpu" => (name === "mixed" ? (backend === "onnxruntime" ? "gpu" : "cpu") : name);
  return { name, placements: Object.fromEntries(models.map((model) => [model.name, kind(model.backend)])) };
}

/** The built-in sets that differ from one another: of a network alone "mixed" is "gpu" again. */
export function distinctSets(models: readonly PlacedModel[]): PlacementSet[] {
  const key = ({ placements }: PlacementSet): string => models.map(({ name }) => placements[name]).join();
  const [cpu, mixed, gpu] = BUILT_IN_SETS.map((name) => builtInSet(name, models));
  return [cpu!, ...([cpu, gpu].some((other) => key(other!) === key(mixed!)) ? [] : [mixed!]), gpu!];
}

/** A set by name, or one of the user's own. */
export interface WantedSet {
  readonly name: string;
  /** Of an own set; absent: the built-in one of this name. */
  readonly placements?: Readonly<Record<string, "gpu" | "cpu">>;
}

/** The sets that were asked for. Throws REQUEST_INVALID for a name that is not built in, one that is given twice, and a model that the target does not reach. */
export function resolveSets(wanted: readonly WantedSet[], models: readonly PlacedModel[]): PlacementSet[] {
  const twice = wanted.find(({ name }, index) => wanted.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw new ConchError("REQUEST_INVALID", `The set of placements '${twice.name}' is given twice`, { data: { found: twice.name } });
  return wanted.map(({ name, placements }) => {
    if (placements === undefined) {
      const builtIn = BUILT_IN_SETS.find((each) => each === name);
      if (builtIn !== undefined) return builtInSet(builtIn, models);
      throw new ConchError("REQUEST_INVALID", `There is no set of placements '${name}': expected one of ${BUILT_IN_SETS.join(", ")}, or NAME:MODEL=cpu,MODEL=gpu`, {
        data: { found: name, expected: [...BUILT_IN_SETS] },
      });
    }
    const known = models.map((model) => model.name);
    const unknown = Object.keys(placements).find((model) => !known.includes(model));
    if (unknown === undefined) return { name, placements };
    throw new ConchError("REQUEST_INVALID", `The set of placements '${name}' places '${unknown}', which is no step: expected one of ${known.join(", ")}`, {
      data: { found: unknown, expected: known },
    });
  });
}
