import type { GraphModel } from "../ensemble/graph-model.ts";
import type { Reporter } from "../ensemble/reporter.ts";
import type { EnsembleStep } from "../model-config/model-config.ts";
import { exactInteger } from "../model-config/exact.ts";
import { nearest } from "../nearest.ts";
import type { Path } from "../pbtxt/path.ts";
import type { PolledModel } from "./poll.ts";

/** What became of a model that an ensemble needs. */
export interface DependencyState {
  /** With its completed configuration. */
  readonly graph: GraphModel;
  /** Why it may not be loaded at all, because of other models. */
  readonly invalid?: string | undefined;
  /** Why none of its versions could be loaded. */
  readonly unloaded?: string | undefined;
}

/** The other models of the repository, as an ensemble needs them. */
export interface Dependencies {
  /** As its directory reads; undefined where there is none. */
  polled(name: string): PolledModel | undefined;
  /** Once it is loaded. Not to be asked by a model that is part of a circle. */
  load(name: string): DependencyState | undefined;
  readonly names: readonly string[];
}

function stepPath(step: number, field: string): Path {
  return ["ensemble_scheduling", "step", step, field];
}

/**
 * What the repository manager refuses about an ensemble because of the models of its steps, before it compares any tensor: models that are
 * missing or were passed over, circles, models that do not load, versions that are not loaded.
 */
export function dependencyFindings(reporter: Reporter, others: Dependencies): { circular: boolean } {
  missingFindings(reporter, others);
  const { name } = reporter.model;
  if (circleFinding(reporter, others)) return { circular: true };
  const steps = reporter.config.ensemble_scheduling?.step ?? [];
  const wanting: { step: number; version: bigint }[] = [];
  for (const [step, wanted] of steps.entries()) {
    const { model_name, model_version } = wanted;
    const model = others.polled(model_name)?.refused === false ? others.load(model_name) : undefined;
    if (model === undefined) continue;
    const subject = { step };
    if (model.invalid !== undefined) {
      const message = `ensemble '${name}' depends on '${model_name}' which is not valid. Model '${model_name}' failed with error: ${model.invalid}`;
      reporter.add("ENSEMBLE_INVALID_STEP", message, stepPath(step, "model_name"), { subject, hint: `Mend ${model_name} first.` });
    } else if (model.unloaded !== undefined) {
      const message = `ensemble '${name}' depends on '${model_name}' which has no loaded version. Model '${model_name}' loading failed with error: ${model.unloaded}`;
      reporter.add("ENSEMBLE_STEP_NO_VERSION", message, stepPath(step, "model_name"), { subject, hint: `Mend ${model_name} first.` });
    } else if (model_version !== -1 && model.graph.versions?.includes(model_version) === false) wanting.push({ step, version: exactInteger(wanted, "model_version", model_version) });
  }
  // Of several versions of a model the server names the highest.
  for (const { step, version } of wanting.sort((a, b) => (a.version < b.version ? 1 : -1))) {
    const message = `ensemble '${name}' depends on '${steps[step]?.model_name}' whose required version ${version} is not loaded.`;
    reporter.add("ENSEMBLE_STEP_VERSION", message, stepPath(step, "model_version"), {
      subject: { step },
      hint: "Write model_version: -1 for the latest version; left out, it means version 0.",
    });
  }
  return { circular: false };
}

function missingFindings(reporter: Reporter, { polled, names }: Dependencies): void {
  for (const [step, { model_name }] of (reporter.config.ensemble_scheduling?.step ?? []).entries()) {
    const model = polled(model_name);
    if (model_name === "" || model?.refused === false) continue;
    const path = stepPath(step, "model_name");
    // An ensemble is no step of its own.
    const close = model === undefined ? nearest(model_name, names.filter((name) => name !== reporter.model.name)) : undefined;
    reporter.add("ENSEMBLE_MISSING_MODEL", `ensemble ${reporter.model.name} contains models that are not available or ambiguous: ${model_name}`, path, {
      subject: { step },
      hint: model === undefined ? "The repository has no such model." : "Triton refuses this model's own configuration.",
      ...reporter.replacement(reporter.model.parsed?.rangeOf(path), close),
    });
  }
}

/** The server names the circle from one of its members; which one, depends on the order of its hash table. */
function circleFinding(reporter: Reporter, { polled }: Dependencies): boolean {
  const { name } = reporter.model;
  const circle = circleOf(name, polled);
  if (circle === undefined) return false;
  reporter.add("ENSEMBLE_CYCLE", `circular dependency between ensembles: ${name} -> ... -> ${circle.last} -> ${name}`, stepPath(circle.step, "model_name"), {
    subject: { step: circle.step },
    hint: "An ensemble cannot wait for itself: remove the step.",
  });
  return true;
}

/** The step by which an ensemble comes to need itself, and the model before it on the way round; undefined where it does not. */
export function circleOf(name: string, polled: Dependencies["polled"]): { readonly step: number; readonly last: string } | undefined {
  const stepsOf = (model: string): readonly EnsembleStep[] => {
    const read = polled(model);
    return read === undefined || (read.refused && model !== name) ? [] : (read.config.ensemble_scheduling?.step ?? []);
  };
  const seen = new Set<string>();
  const wayBack = (from: string): string | undefined => {
    if (seen.has(from)) return undefined;
    seen.add(from);
    const steps = stepsOf(from);
    if (steps.some(({ model_name }) => model_name === name)) return from;
    for (const { model_name } of steps) {
      const last = wayBack(model_name);
      if (last !== undefined) return last;
    }
    return undefined;
  };
  for (const [step, { model_name }] of stepsOf(name).entries()) {
    const last = model_name === name ? name : wayBack(model_name);
    if (last !== undefined) return { step, last };
  }
  return undefined;
}
