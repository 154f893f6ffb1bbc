import { listInputs } from "../../plan/item-inputs.ts";
import { BATCHES, type ComparisonProtocol } from "../../state/comparison.ts";
import { batchLimit, type BatchLimit } from "../../state/comparison-protocol.ts";
import type { ComparisonWishes } from "../../state/comparing.ts";
import { BUILT_IN_SETS, builtInSet, distinctSets, placedModels, type PlacedModel, type PlacementSet } from "../../state/placement-sets.ts";
import type { RunModel } from "../../state/run-models.ts";
import { wholeNumbers } from "../../ui/whole-numbers.ts";

/** What can be compared of a model, and what the user has chosen of it. */
export interface Choice {
  readonly models: readonly PlacedModel[];
  /** Sets to choose from, the built-in ones first. */
  readonly offered: readonly PlacementSet[];
  readonly chosen: readonly PlacementSet[];
  /** The lists of texts or files whose elements are the items of a request, where the model has no batch dimension. */
  readonly lists: readonly string[];
  /** The largest batch, and the model that sets it. */
  readonly limit: BatchLimit;
  /** As in the field. */
  readonly batchesText: string;
  /** null where the field holds something else than sizes. */
  readonly protocol: ComparisonProtocol | null;
}

/** The choice for a target, of the models that it reaches. */
export function choiceOf(target: string, reachable: ReadonlyMap<string, RunModel>, own: readonly PlacementSet[], wishes: ComparisonWishes): Choice {
  const models = placedModels(reachable);
  const limit = batchLimit(target, new Map([...reachable].map(([name, { config }]) => [name, config])));
  const offered = [...BUILT_IN_SETS.map((name) => builtInSet(name, models)), ...own];
  const names = wishes.sets ?? [...distinctSets(models), ...own].map(({ name }) => name);
  const possible = BATCHES.filter((batch) => batch <= limit.limit);
  const batchesText = wishes.batches ?? possible.join(", ");
  const batches = wholeNumbers(batchesText);
  const config = reachable.get(target)?.config;
  return {
    models,
    lists: config === undefined ? [] : listInputs(config),
    offered,
    chosen: offered.filter(({ name }) => names.includes(name)),
    limit,
    batchesText,
    protocol: batches === null ? null : { batches, runs: wishes.runs, warmup: wishes.warmup, budget: wishes.budget === 0 ? null : wishes.budget * 1000 },
  };
}
