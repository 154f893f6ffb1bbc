import { ConchError, fromErrorRecord } from "../base/errors.ts";
import { browserName } from "../state/browser-name.ts";
import { createComparing } from "../state/comparing.ts";
import { BATCHES } from "../state/comparison.ts";
import { comparisonCsv } from "../state/comparison-csv.ts";
import type { ComparisonProgress } from "../state/comparison-protocol.ts";
import { distinctSets, placedModels, resolveSets } from "../state/placement-sets.ts";
import type { SessionStore } from "../state/session.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { comparisonText } from "./headless-bench-text.ts";
import type { HeadlessBenchReport, HeadlessBenchRequest } from "./headless-request.ts";
import { giveInputs, openTarget } from "./headless-session.ts";

/** Compares placements of a target. Throws where nothing can be measured. */
export async function bench(request: HeadlessBenchRequest): Promise<HeadlessBenchReport> {
  const { model, sets, batches, runs, warmup, budget } = request;
  const { session, config } = await openTarget(request);
  const models = placedModels(session.reachable(model));
  const wanted = sets === undefined ? distinctSets(models) : resolveSets(sets, models);
  const warnings = [...(await giveInputs(session, request)), ...(await generateRest(session, model, config))];
  const comparing = createComparing(session);
  comparing.subscribe(({ progress }) => progress !== null && void window.conchProgress?.(lineOf(progress)));
  await comparing.start({ model, sets: wanted, protocol: { batches: batches ?? BATCHES, runs, warmup, budget }, browser: browserName(navigator.userAgent) });
  const { comparison, error } = comparing.getState();
  if (error !== null) throw fromErrorRecord(error);
  if (comparison === null) throw new ConchError("INTERNAL", `The comparison of '${model}' ended without a result`);
  return { comparison, warnings, text: comparisonText(comparison), csv: comparisonCsv(comparison) };
}

/** Makes up the inputs that no file was given for, where their configuration leaves nothing open; the others are left to the run, which names them. */
async function generateRest(session: SessionStore, model: string, { input }: ModelConfig): Promise<string[]> {
  const given = session.getState().inputs[model] ?? {};
  const open = input.filter(({ name, optional, data_type, dims }) => given[name] === undefined && !optional && data_type !== "TYPE_STRING" && !dims.includes(-1));
  for (const { name } of open) await session.setInput(model, name, { kind: "generated", fill: "uniform" });
  return open.map(({ name }) => `input ${name}: generated, uniform random numbers`);
}

function lineOf({ set, batch, warmup, run, of, fraction }: ComparisonProgress): string {
  return `${Math.floor(100 * fraction)} %  ${set}, batch ${batch}, ${warmup ? "warm-up" : "run"} ${run} of ${of}`;
}
