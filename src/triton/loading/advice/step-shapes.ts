import { contradiction, dimsMatch, fullDims, type TensorDescription } from "../../ensemble/consistency.ts";
import type { Finding } from "../../findings.ts";
import type { Path } from "../../pbtxt/path.ts";
import { type AdviceCase, advise } from "./report.ts";

/** One model's tensor that an ensemble tensor is mapped to. */
interface Use {
  readonly step: number;
  readonly map: "input_map" | "output_map";
  readonly port: string;
  readonly description: TensorDescription;
}

const pathOf = ({ step, map, port }: Use): Path => ["ensemble_scheduling", "step", step, map, port];

interface Uses {
  producer?: Use;
  readonly consumers: Use[];
}

/** Of the ensembles that were looked at last: more than one piece of advice asks. */
const known = new WeakMap<AdviceCase, ReadonlyMap<string, Uses>>();

function usesOf(one: AdviceCase): ReadonlyMap<string, Uses> {
  const before = known.get(one);
  if (before !== undefined) return before;
  const found = findUses(one);
  known.set(one, found);
  return found;
}

function findUses({ model, models }: AdviceCase): Map<string, Uses> {
  const all = new Map<string, Uses>();
  const of = (tensor: string): Uses => {
    const uses = all.get(tensor) ?? { consumers: [] };
    all.set(tensor, uses);
    return uses;
  };
  for (const [step, { model_name, input_map, output_map }] of (model.config.ensemble_scheduling?.step ?? []).entries()) {
    const config = models.get(model_name)?.config;
    if (config === undefined) continue;
    const batching = config.max_batch_size > 0;
    for (const [map, entries, ports] of [["input_map", input_map, config.input], ["output_map", output_map, config.output]] as const) {
      for (const [port, tensor] of Object.entries(entries)) {
        const declared = ports.find(({ name }) => name === port);
        if (declared === undefined) continue;
        const description = { model: model_name, dataType: declared.data_type, dims: declared.dims, batching };
        const use: Use = { step, map, port, description };
        if (map === "output_map") of(tensor).producer ??= use;
        else of(tensor).consumers.push(use);
      }
    }
  }
  return all;
}

/**
 * Whether no tensor fits both. Of models that differ in rank or batching nothing is said: Triton adds and drops a batch of 1 between
 * those.
 */
function excludes(a: TensorDescription, b: TensorDescription): boolean {
  return a.batching === b.batching && a.dims.length === b.dims.length && !dimsMatch(a.dims, b.dims);
}

const shape = (one: TensorDescription): string => `[${fullDims(one).join(",")}]`;

/**
 * The server compares every use of a tensor with its first definition alone, so a -1 there lets later uses contradict each other:
 * whatever the tensor's shape is, one of its models refuses it when a request runs.
 */
export function hiddenContradictions(one: AdviceCase): Finding[] {
  const { name, config } = one.model;
  const batching = config.max_batch_size > 0;
  const declared = new Map<string, TensorDescription>();
  for (const { name: tensor, data_type, dims, reshape } of [...config.output, ...config.input]) {
    declared.set(tensor, { model: name, dataType: data_type, dims: reshape?.shape ?? dims, batching });
  }
  const findings: Finding[] = [];
  for (const [tensor, { producer, consumers }] of usesOf(one)) {
    // Two uses contradict each other beside a third definition only.
    if (consumers.length + (producer === undefined ? 0 : 1) + (declared.has(tensor) ? 1 : 0) < 3) continue;
    // The ensemble's own declarations come first, then the steps in the order of the file.
    const uses = [...(producer === undefined ? [] : [producer]), ...consumers].sort((a, b) => a.step - b.step);
    const first = declared.get(tensor) ?? uses[0]?.description;
    if (first === undefined) continue;
    // What contradicts the first definition is an error already.
    const passed = uses.filter(({ description }) => contradiction(first, description) === undefined);
    const pairs = passed.flatMap((a, index) => passed.slice(index + 1).map((b) => [a, b] as const));
    const pair = pairs.find(([a, b]) => excludes(a.description, b.description));
    if (pair === undefined) continue;
    const [a, b] = pair;
    findings.push(
      advise(one, {
        code: "ADVICE_HIDDEN_SHAPE",
        severity: "warning",
        message: `ensemble tensor '${tensor}' is ${shape(a.description)} in model '${a.description.model}' and ${shape(b.description)} in model '${b.description.model}': Triton compares both with ${shape(first)} alone, and requests fail`,
        hint: "Give the models the same dims, or each a tensor of its own.",
        at: [pathOf(b)],
        subject: { step: b.step, port: b.port, tensor },
      }),
    );
  }
  return findings;
}

/**
 * A model without batch dimension inside an ensemble with one: Triton takes a batch of 1 off before the step, and passes any larger
 * batch on unchanged, as a shape with one dimension too many.
 */
export function unbatchedSteps(one: AdviceCase): Finding[] {
  const { config } = one.model;
  if (config.max_batch_size < 2) return [];
  const inputs = new Map(config.input.map(({ name, dims, data_type }) => [name, { model: one.model.name, dataType: data_type, dims, batching: true }]));
  const found = new Map<number, Finding>();
  for (const [tensor, { producer, consumers }] of usesOf(one)) {
    const source: TensorDescription | undefined = producer?.description ?? inputs.get(tensor);
    if (source?.batching !== true) continue;
    for (const use of consumers) {
      const { step, port, description } = use;
      if (found.has(step) || description.batching || dimsMatch(fullDims(source), description.dims) || !dimsMatch(source.dims, description.dims)) continue;
      const finding = advise(one, {
        code: "ADVICE_UNBATCHED_STEP",
        severity: "warning",
        message: `requests with a batch above 1 fail at step ${step}: '${description.model}' has max_batch_size 0 and takes '${port}' as ${shape(description)}, while the ensemble allows batches of ${config.max_batch_size}`,
        hint: "Set max_batch_size of the model, or lower the ensemble's to 1.",
        at: [pathOf(use)],
        subject: { step, port, tensor },
      });
      found.set(step, finding);
    }
  }
  return [...found.entries()].sort(([a], [b]) => a - b).map(([, finding]) => finding);
}
