import { isJsonObject } from "../../base/exact-json.ts";
import { isAbort } from "../../base/errors.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { modelConfig } from "./metadata.ts";

/** Executions of one request that are followed; no ensemble that somebody wrote has as many. */
const MOST = 1000;

/**
 * Every model that one request of a model asks on its server, itself first, with the number of times, from the configurations as served. A step whose
 * configuration the server does not give is taken for a model without steps. Throws V2_… where the model's own is not given, or CANCELLED.
 */
export async function composingModels(connection: Connection, model: string, call: CallOptions = {}): Promise<ReadonlyMap<string, number>> {
  const steps = new Map<string, readonly string[]>([[model, await stepsOf(connection, model, call)]]);
  const times = new Map<string, number>();
  const queue: (readonly string[])[] = [[model]];
  // A server loads no ensemble that contains itself; an answer that says so is followed once.
  for (let trail = queue.shift(), followed = 0; trail !== undefined && followed < MOST; trail = queue.shift(), followed++) {
    const name = trail.at(-1) as string;
    times.set(name, (times.get(name) ?? 0) + 1);
    if (trail.indexOf(name) < trail.length - 1) continue;
    const found = steps.get(name) ?? (await optional(stepsOf(connection, name, call)));
    steps.set(name, found);
    for (const step of found) queue.push([...trail, step]);
  }
  return times;
}

async function stepsOf(connection: Connection, model: string, call: CallOptions): Promise<readonly string[]> {
  const { ensemble_scheduling: scheduling } = await modelConfig(connection, { model }, call);
  const steps = isJsonObject(scheduling) && Array.isArray(scheduling.step) ? scheduling.step : [];
  return steps.flatMap((step) => (isJsonObject(step) && typeof step.model_name === "string" ? [step.model_name] : []));
}

async function optional(steps: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await steps;
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    return [];
  }
}
