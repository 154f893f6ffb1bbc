import type { FindingMore } from "../../ensemble/reporter.ts";
import { FOREST_MODEL_TYPES } from "../../repository/backend.ts";
import type { ModelConfig } from "../../model-config/model-config.ts";

/** What the Forest Inference Library's `parameters` ask for, as far as they decide what a model answers. */
export interface FilParameters {
  /** One of FOREST_MODEL_TYPES. */
  readonly modelType: string;
  readonly classifier: boolean;
  readonly predictProba: boolean;
  /** Of a binary classifier, between the classes. */
  readonly threshold: number;
}

/** What is wrong with a parameter. */
export interface FilProblem {
  /** Undefined for one that is not there. */
  readonly parameter: string | undefined;
  readonly code: string;
  readonly message: string;
  readonly more: FindingMore;
}

const CLASSIFIER = ["output_class", "is_classifier"];
const SWITCHES = [...CLASSIFIER, "predict_proba", "use_experimental_optimizations", "xgboost_allow_unknown_field"];
/** Values that the backend knows, by parameter; releases that have no such parameter look at none. */
const CHOICES: Readonly<Record<string, { readonly title: string; readonly values: readonly string[] }>> = {
  algo: { title: "algorithm", values: ["ALGO_AUTO", "NAIVE", "TREE_REORG", "BATCH_TREE_REORG"] },
  storage_type: { title: "storage type", values: ["AUTO", "DENSE", "SPARSE", "SPARSE8"] },
  layout: { title: "layout", values: ["depth_first", "breadth_first", "layered"] },
};
const WHOLE_NUMBERS = ["blocks_per_sm", "threads_per_tree", "transfer_threshold", "cpu_nthread", "chunk_size"];
const KNOWN: ReadonlySet<string> = new Set(["model_type", "threshold", ...SWITCHES, ...Object.keys(CHOICES), ...WHOLE_NUMBERS]);

/** The parameters of a model and what is wrong with them; where something is, its default stands. */
export function readFilParameters({ parameters }: Pick<ModelConfig, "parameters">): { readonly values: FilParameters; readonly problems: readonly FilProblem[] } {
  const problems: FilProblem[] = [];
  const text = (name: string): string | undefined => (Object.hasOwn(parameters, name) ? (parameters[name]?.string_value ?? "") : undefined);
  const problem = (parameter: string | undefined, code: string, message: string, more: FindingMore): void => void problems.push({ parameter, code, message, more });

  const switches = new Map<string, boolean>();
  for (const name of SWITCHES) {
    const value = text(name);
    if (value === undefined) continue;
    if (value !== "true" && value !== "false") {
      problem(name, "FIL_PARAMETER_VALUE", `Expected 'true' or 'false' for parameter '${name}', got: '${value}'`, { status: "Internal", hint: 'Write "true" or "false".' });
    } else switches.set(name, value === "true");
  }
  if (CLASSIFIER.every((name) => text(name) === undefined)) {
    problem(undefined, "FIL_PARAMETER_MISSING", "Required parameter output_class not found in config", {
      hint: 'Add output_class, "true" for a classifier and "false" for a regressor; later releases call it is_classifier.',
    });
  }
  const modelType = text("model_type") ?? "xgboost";
  if (!FOREST_MODEL_TYPES.includes(modelType)) {
    problem("model_type", "FIL_MODEL_TYPE", `${modelType} not recognized as a valid serialization format.`, { status: "Unsupported", hint: `Write one of ${FOREST_MODEL_TYPES.join(", ")}.` });
  }
  for (const [name, { title, values }] of Object.entries(CHOICES)) {
    const value = text(name);
    if (value === undefined || values.includes(value)) continue;
    problem(name, "FIL_PARAMETER_VALUE", `Unknown FIL ${title} name: ${value}`, { severity: "warning", hint: `Write one of ${values.join(", ")}; a release that reads the parameter refuses any other.` });
  }
  for (const name of WHOLE_NUMBERS) {
    const value = text(name);
    if (value === undefined || leadingNumber(value) !== undefined) continue;
    problem(name, "FIL_PARAMETER_VALUE", `parameter ${name} is no number: '${value}'`, { severity: "warning", hint: "The default counts in its place." });
  }
  const classifier = CLASSIFIER.some((name) => switches.get(name) === true);
  const written = text("threshold");
  const threshold = written === undefined ? 0.5 : leadingNumber(written);
  if (threshold === undefined && classifier) {
    problem("threshold", "FIL_PARAMETER_VALUE", "Bad input for parameter threshold", { hint: "Write a number between 0 and 1." });
  }
  for (const name of Object.keys(parameters)) {
    if (KNOWN.has(name)) continue;
    problem(name, "FIL_PARAMETER_UNKNOWN", `parameter ${name} is none of the Forest Inference Library's`, { severity: "info", hint: `It has: ${[...KNOWN].sort().join(", ")}.` });
  }
  return { values: { modelType, classifier, predictProba: switches.get("predict_proba") ?? false, threshold: threshold ?? 0.5 }, problems };
}

/** The number that a text begins with, as a C++ stream reads one; undefined where it begins otherwise. */
function leadingNumber(text: string): number | undefined {
  const [found] = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/i.exec(text) ?? [];
  return found === undefined ? undefined : Number(found);
}
