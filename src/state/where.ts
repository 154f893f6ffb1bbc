import type { PlacementDecision } from "../plan/plan.ts";
import type { RepositoryView } from "./derived.ts";
import type { DispatchingState, DispatchingStore } from "./dispatching.ts";
import { reachedModels } from "./run-models.ts";

/** How a run of a model goes by the user's choice: here, as a whole on a server, or some of its steps on servers. */
export type Whereabouts = { readonly kind: "browser" } | { readonly kind: "steps" } | { readonly kind: "server"; readonly id: string };

/** What of a repository a choice of servers is about. */
export interface Choosable {
  readonly target: string;
  readonly isEnsemble: boolean;
  /** The models of its steps, those of nested ensembles included; empty for a model that is no ensemble. */
  readonly steps: readonly string[];
  /** Ensemble → the models of its own steps, of the target and all ensembles within. */
  readonly ensembles: ReadonlyMap<string, readonly string[]>;
}

/** A model by what can be chosen for it; undefined where the repository has none of that name. */
export function choosable(view: RepositoryView, target: string): Choosable | undefined {
  const model = view.models.get(target);
  const reached = reachedModels(view, target);
  const ensembles = reached.flatMap((name) => {
    const steps = view.models.get(name)?.config.ensemble_scheduling?.step;
    return steps === undefined ? [] : [[name, steps.map(({ model_name }) => model_name)] as const];
  });
  return model && { target, isEnsemble: model.isEnsemble, steps: reached.filter((name) => name !== target), ensembles: new Map(ensembles) };
}

/** Where a run of it goes now. */
export function whereaboutsOf({ target, isEnsemble, steps }: Choosable, { models, targets }: DispatchingState): Whereabouts {
  const chosen = targets[target];
  if (chosen === "browser") return { kind: "browser" };
  const whole = chosen?.whole ?? models[target];
  if (whole !== undefined) return { kind: "server", id: whole };
  return isEnsemble && steps.some((name) => models[name] !== undefined) ? { kind: "steps" } : { kind: "browser" };
}

/** Makes a run of it go there from now on. "steps" is whatever was chosen for each of them. */
export function choose({ target, isEnsemble }: Choosable, where: Whereabouts, dispatching: DispatchingStore): void {
  if (!isEnsemble) {
    dispatching.chooseModel(target, where.kind === "server" ? where.id : undefined);
    return;
  }
  dispatching.chooseModel(target, undefined);
  dispatching.chooseTarget(target, where.kind === "server" ? { whole: where.id } : where.kind === "browser" ? "browser" : undefined);
}

/** Models of a run that nothing here runs, and that no server was chosen for: neither for them nor for an ensemble around them. */
export function stranded({ target, ensembles }: Choosable, placements: Readonly<Record<string, PlacementDecision | undefined>>): readonly string[] {
  const reached = new Set([target]);
  const found: string[] = [];
  for (const name of reached) {
    const kind = placements[name]?.kind;
    if (kind === "server") continue;
    const steps = ensembles.get(name);
    if (steps === undefined && kind === "none") found.push(name);
    for (const step of steps ?? []) reached.add(step);
  }
  return found;
}

/** The decision about a step's model as the open ensemble runs it: what goes to a server as a whole takes its steps along. */
export function decisionWithin(placements: Readonly<Record<string, PlacementDecision | undefined>>, open: string, model: string): PlacementDecision | undefined {
  const whole = placements[open];
  return whole?.kind === "server" ? whole : placements[model];
}
