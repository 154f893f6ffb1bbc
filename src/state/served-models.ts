import { ConchError, toErrorRecord } from "../base/errors.ts";
import { leafSteps, type Plan, type PlanStep } from "../plan/plan.ts";
import { v2Failure } from "../triton/v2/failure.ts";
import { modelMetadata } from "../triton/v2/metadata.ts";
import type { ServersStore } from "./servers.ts";

/**
 * Asks each server of a plan whether it has its models ready, one request per model, all at once. Throws SERVER_WITHOUT_MODEL where it does not, and
 * V2_… where it does not answer; both name model and server.
 */
export async function checkServed(plan: Plan, servers: ServersStore, signal: AbortSignal): Promise<void> {
  const served = leafSteps(plan.root).filter(({ placement }) => placement.kind === "server");
  const asked = new Map(served.map((step) => [`${step.placement.server} ${step.model} ${step.serverVersion}`, step]));
  await Promise.all([...asked.values()].map((step) => checkStep(step, servers, signal)));
}

async function checkStep({ model, serverVersion, placement }: PlanStep, servers: ServersStore, signal: AbortSignal): Promise<void> {
  const connection = await servers.connection(placement.server ?? "");
  try {
    await modelMetadata(connection, { model, ...(serverVersion !== undefined && { version: serverVersion }) }, { signal });
  } catch (thrown) {
    const { code, message, data } = toErrorRecord(thrown);
    const failure = v2Failure(thrown);
    if (failure === undefined) throw thrown;
    const refused = code === "V2_REFUSED" && /unknown model|not found|not (?:at )?ready|unavailable/i.test(failure.message ?? "") && failure.status !== 502;
    throw new ConchError(refused ? "SERVER_WITHOUT_MODEL" : code, `model '${model}' on server '${placement.detail}': ${refused ? failure.message : message}`, {
      data: { ...data, model, on: placement.detail ?? "" },
      cause: thrown,
    });
  }
}
