import type { EnsembleStep } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";
import { nearest } from "../nearest.ts";
import type { Reporter } from "./reporter.ts";

const SCHEDULING = "ensemble_scheduling";

/** The path of an entry of a step's map. */
export function mapPath(step: number, map: "input_map" | "output_map", key: string): Path {
  return [SCHEDULING, "step", step, map, key];
}

/**
 * What Triton checks of an ensemble without looking at other models, while it reads the directory: ValidateEnsembleSchedulingConfig
 * of its model_config_utils. Messages, and their missing quotes, are Triton's.
 */
export function schedulingFindings(reporter: Reporter): void {
  const { config } = reporter;
  const name = config.name === "" ? reporter.model.name : config.name;
  const scheduling = config.ensemble_scheduling;
  if (scheduling === undefined) {
    reporter.add("ENSEMBLE_NO_SCHEDULING", `ensemble scheduling must be set for ensemble ${name} whose platform is ensemble`, ["platform"], {
      hint: "Write ensemble_scheduling with its steps.",
    });
    return;
  }
  if (config.platform !== "ensemble") {
    reporter.add("ENSEMBLE_PLATFORM", `ensemble scheduling cannot be set for model '${name}' whose platform is not ensemble`, [SCHEDULING], {
      hint: 'Set platform: "ensemble".',
    });
    return;
  }
  if (config.instance_group.length > 0) {
    reporter.add("ENSEMBLE_INSTANCE_GROUP", `instance group should not be specified for ensemble '${name}'`, ["instance_group"], { hint: "Remove instance_group: the models of the steps have theirs." });
  }
  if (config.optimization !== undefined) {
    reporter.add("ENSEMBLE_OPTIMIZATION", `optimization should not be specified for ensemble '${name}'`, ["optimization"], { hint: "Remove optimization." });
  }
  if (config.model_warmup.length > 0) {
    reporter.add("ENSEMBLE_WARMUP", `model_warmup can not be specified for ensemble '${name}'`, ["model_warmup"], { hint: "Remove model_warmup: warm up the models of the steps." });
  }
  if (scheduling.step.length === 0) {
    reporter.add("ENSEMBLE_NO_STEP", `must specify 'step' for ensemble '${name}'`, [SCHEDULING], { hint: "Add a step." });
    return;
  }
  stepFindings(reporter, name, scheduling.step);
  connectionFindings(reporter, name, scheduling.step);
}

function stepFindings(reporter: Reporter, name: string, steps: readonly EnsembleStep[]): void {
  const written = new Set<string>();
  for (const [index, step] of steps.entries()) {
    const missing = (field: string): void =>
      reporter.add("ENSEMBLE_STEP_FIELD", `must specify '${field}' in step ${index} of ensemble '${name}'`, [SCHEDULING, "step", index], {
        subject: { step: index },
        hint: field === "model_name" ? "Name the model that the step runs." : `Connect ${field === "input_map" ? "an input" : "an output"} of the model.`,
      });
    if (step.model_name === "") missing("model_name");
    if (Object.keys(step.input_map).length === 0) missing("input_map");
    if (Object.keys(step.output_map).length === 0) missing("output_map");
    for (const [port, tensor] of Object.entries(step.output_map)) {
      if (written.has(tensor)) {
        reporter.add(
          "ENSEMBLE_TWO_PRODUCERS",
          `ensemble tensor '${tensor}' can appear in an output map only once for ensemble '${name}' step ${index}`,
          mapPath(index, "output_map", port),
          { subject: { step: index, port, tensor }, hint: "Give this output a tensor name of its own." },
        );
      }
      written.add(tensor);
    }
  }
}

interface TensorUse {
  /** The step whose output_map names it. */
  writer?: number;
  readers: { step: number; port: string }[];
  port?: string;
}

function connectionFindings(reporter: Reporter, name: string, steps: readonly EnsembleStep[]): void {
  const { input, output } = reporter.config;
  const uses = new Map<string, TensorUse>();
  const use = (tensor: string): TensorUse => {
    const existing = uses.get(tensor);
    if (existing !== undefined) return existing;
    const created: TensorUse = { readers: [] };
    uses.set(tensor, created);
    return created;
  };
  for (const [index, step] of steps.entries()) {
    for (const [port, tensor] of Object.entries(step.input_map)) use(tensor).readers.push({ step: index, port });
    for (const [port, tensor] of Object.entries(step.output_map)) Object.assign(use(tensor), { writer: index, port });
  }
  const inputs = new Set(input.map(({ name }) => name));
  const outputs = new Set(output.map(({ name }) => name));
  for (const [index, { name: tensor }] of input.entries()) {
    if (uses.has(tensor)) continue;
    reporter.add("ENSEMBLE_INPUT_UNUSED", `ensemble input '${tensor}' for ensemble ${name}' is not used`, ["input", index], {
      subject: { tensor },
      hint: "Connect it to a step, or remove it.",
    });
  }
  for (const [index, { name: tensor }] of output.entries()) {
    if (uses.has(tensor)) continue;
    const close = nearest(tensor, [...uses.keys()].filter((one) => uses.get(one)?.writer !== undefined));
    reporter.add("ENSEMBLE_OUTPUT_UNUSED", `ensemble output '${tensor}' for ensemble ${name}' is not used`, ["output", index], {
      subject: { tensor },
      hint: close === undefined ? "Connect a step's output to it, or remove it." : `Did you mean ${close}?`,
    });
  }

  const ready = readyTensors(inputs, steps);
  for (const [index, { name: tensor }] of output.entries()) {
    if (ready.has(tensor) || !uses.has(tensor)) continue;
    const origin = unconnectedOrigin(tensor, steps, uses, ready);
    const because = origin === tensor ? "" : `: at least one of its depending tensors, '${origin}', is not connected`;
    reporter.add("ENSEMBLE_OUTPUT_NOT_WRITTEN", `output '${tensor}' for ensemble '${name}' is not written${because}`, ["output", index], {
      subject: { tensor },
      hint: hintFor(origin, uses),
    });
  }
  const written = [...inputs, ...[...uses].filter(([, { writer }]) => writer !== undefined).map(([tensor]) => tensor)];
  for (const [tensor, { writer, readers, port }] of uses) {
    if (outputs.has(tensor) || (inputs.has(tensor) && ready.has(tensor) && readers.length > 0)) continue;
    if (ready.has(tensor) && readers.length > 0) continue;
    const [reader] = readers;
    const close = writer === undefined ? nearest(tensor, written) : undefined;
    const path = writer !== undefined && port !== undefined ? mapPath(writer, "output_map", port) : reader && mapPath(reader.step, "input_map", reader.port);
    const fix = reader === undefined || writer !== undefined ? undefined : reporter.replacement(reporter.model.parsed?.rangeOf(path ?? []), close);
    const subject = writer !== undefined && port !== undefined ? { step: writer, port, tensor } : { ...reader, tensor };
    reporter.add("ENSEMBLE_TENSOR_UNUSED", `ensemble tensor '${tensor}' is unused in ensemble '${name}'`, path, {
      subject,
      hint: readers.length === 0 ? "No step reads it: connect it, or remove it from the output_map." : hintFor(tensor, uses),
      ...fix,
    });
  }
}

function hintFor(tensor: string, uses: ReadonlyMap<string, TensorUse>): string {
  const writer = uses.get(tensor)?.writer;
  return writer === undefined
    ? `No step writes '${tensor}' and it is no input of the ensemble.`
    : `Step ${writer}, which writes '${tensor}', never gets all its inputs: it waits for a tensor that depends on its own output.`;
}

/** Tensors that will have a value: the inputs, and the outputs of steps all of whose inputs will. */
function readyTensors(inputs: ReadonlySet<string>, steps: readonly EnsembleStep[]): Set<string> {
  const ready = new Set(inputs);
  const waiting = new Set(steps);
  for (let before = -1; before !== waiting.size; ) {
    before = waiting.size;
    for (const step of waiting) {
      if (!Object.values(step.input_map).every((tensor) => ready.has(tensor))) continue;
      for (const tensor of Object.values(step.output_map)) ready.add(tensor);
      waiting.delete(step);
    }
  }
  return ready;
}

/** Walks from a tensor without value to the predecessor without value, as far as that goes; in a cycle, once around it. */
function unconnectedOrigin(
  tensor: string,
  steps: readonly EnsembleStep[],
  uses: ReadonlyMap<string, TensorUse>,
  ready: ReadonlySet<string>,
): string {
  const seen = new Set<string>();
  for (let current = tensor; ; ) {
    const writer = uses.get(current)?.writer;
    const previous = Object.values(steps[writer ?? -1]?.input_map ?? {}).find((one) => !ready.has(one) && !seen.has(one));
    if (previous === undefined) return current;
    seen.add(previous);
    current = previous;
  }
}
