import { applyEdits, type TextEdit } from "../../base/text-edit.ts";
import { type ParsedConfig, parseConfig } from "../model-config/decode.ts";
import type { EnsembleStep, ModelConfig } from "../model-config/model-config.ts";
import { addingSteps, type NewStep } from "./edit.ts";
import { impossible } from "./changes.ts";
import { freshName, stepsOf, tensorNames } from "./tensor-uses.ts";

/** Steps with the wires between them as text of a configuration, to be pasted into any ensemble, or into an editor. */
export function copySteps({ config }: ParsedConfig, steps: readonly number[]): string {
  const all = stepsOf(config);
  const chosen = [...new Set(steps)].sort((a, b) => a - b).flatMap((index) => all[index] ?? []);
  return applyEdits("", addingSteps(chosen.map((step) => newStep(step)))(parseConfig("", "").tree));
}

/**
 * Adds copied steps behind the others. Wires between them are kept, under fresh names where the ensemble has theirs. They read the
 * ensemble's tensors of the same names, and write those that it waits for; ports without a wire are left out of the maps, as Triton refuses tensors
 * that nobody writes or reads. Throws EDIT_IMPOSSIBLE for a text that holds no steps.
 */
export function pasteSteps(ensemble: ParsedConfig, fragment: string): TextEdit[] {
  const parsed = parseConfig(fragment, "");
  const steps = stepsOf(parsed.config);
  if (!parsed.valid || steps.length === 0) throw impossible("The text holds no steps of an ensemble");
  const names = namesFor(steps, ensemble.config);
  return addingSteps(steps.map((step) => newStep(step, names)))(ensemble.tree);
}

/** Adds copies of steps behind the others: they read what the originals read, and nothing reads them yet. */
export function duplicateSteps(ensemble: ParsedConfig, steps: readonly number[]): TextEdit[] {
  return pasteSteps(ensemble, copySteps(ensemble, steps));
}

/** What the tensors of pasted steps are called; none for one that would have one end only. */
function namesFor(steps: readonly EnsembleStep[], target: ModelConfig): ReadonlyMap<string, string> {
  const written = tensorsOf(steps, "output_map");
  const read = tensorsOf(steps, "input_map");
  const brought = new Set([...target.input.map(({ name }) => name), ...tensorsOf(stepsOf(target), "output_map")]);
  const awaited = new Set([...target.output.map(({ name }) => name), ...tensorsOf(stepsOf(target), "input_map")].filter((name) => !brought.has(name)));
  const taken = tensorNames(target);
  const names = new Map<string, string>();
  for (const tensor of read) if (!written.has(tensor) && brought.has(tensor)) names.set(tensor, tensor);
  for (const tensor of written) {
    if (!read.has(tensor) && !awaited.has(tensor)) continue;
    const name = awaited.has(tensor) ? tensor : freshName(taken, tensor);
    taken.add(name);
    names.set(tensor, name);
  }
  return names;
}

function tensorsOf(steps: readonly EnsembleStep[], map: "input_map" | "output_map"): Set<string> {
  return new Set(steps.flatMap((step) => Object.values(step[map])));
}

function newStep(step: EnsembleStep, names?: ReadonlyMap<string, string>): NewStep {
  const wired = (map: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(map).flatMap(([port, tensor]) => {
      const name = names === undefined ? tensor : names.get(tensor);
      return name === undefined ? [] : [[port, name]];
    }));
  return { modelName: step.model_name, modelVersion: step.model_version, modelNamespace: step.model_namespace, inputMap: wired(step.input_map), outputMap: wired(step.output_map) };
}
