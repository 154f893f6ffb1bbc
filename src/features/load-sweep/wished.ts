import { listInputs } from "../../plan/item-inputs.ts";
import { batchLimit, type BatchLimit } from "../../state/comparison-protocol.ts";
import { CONCURRENCIES, type LoadProtocol } from "../../state/load-sweep.ts";
import type { RunModel } from "../../state/run-models.ts";
import type { LoadWishes } from "../../state/sweeping.ts";
import { wholeNumbers } from "../../ui/whole-numbers.ts";

/** Clients that a page can have at once and still measure them and not itself. */
export const MOST_CLIENTS = 256;

/** What the fields ask for. */
export interface Choice {
  /** The largest batch here, and the model that sets it. */
  readonly limit: BatchLimit;
  /** The lists of texts or files whose elements are the items of a request, where the model has no batch dimension. */
  readonly lists: readonly string[];
  readonly concurrenciesText: string;
  readonly concurrencies: readonly number[] | null;
  readonly batches: readonly number[] | null;
  /** null where a field holds something else than numbers. */
  readonly protocol: LoadProtocol | null;
}

/** The choice for a target, of the models that it reaches. */
export function choiceOf(target: string, reachable: ReadonlyMap<string, RunModel>, wishes: LoadWishes): Choice {
  const concurrenciesText = wishes.concurrencies ?? CONCURRENCIES.join(", ");
  const concurrencies = wholeNumbers(concurrenciesText);
  const batches = wholeNumbers(wishes.batches);
  const usable = concurrencies !== null && batches !== null && concurrencies.every((count) => count <= MOST_CLIENTS);
  const end = (seconds: number): number | null => (seconds === 0 ? null : seconds * 1000);
  const config = reachable.get(target)?.config;
  return {
    lists: config === undefined ? [] : listInputs(config),
    limit: batchLimit(target, new Map([...reachable].map(([name, { config }]) => [name, config]))),
    concurrenciesText,
    concurrencies,
    batches,
    protocol: usable ? { concurrencies, batches, requests: wishes.requests, warmup: wishes.warmup, milliseconds: end(wishes.seconds), budget: end(wishes.budget) } : null,
  };
}
