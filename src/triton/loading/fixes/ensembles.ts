import type { Fix } from "../../../base/diagnostic.ts";
import { freshTensorName, type NewTerminal } from "../../ensemble/edit.ts";
import { terminalFor } from "../../ensemble/exposed-ports.ts";
import { mapPath } from "../../ensemble/scheduling-rules.ts";
import { nearest } from "../../nearest.ts";
import { addValue, renameKey } from "../../pbtxt/edit.ts";
import { type Change, removing, setting } from "../../ensemble/changes.ts";
import { changing, editing, type FixCase, type FixRule, removal } from "./fix-case.ts";
import { portFacts, portsAgree, stepsOf, tensorsBefore, unread, unwritten } from "./ensemble-ports.ts";

/** Another input or output of the ensemble. */
const declaring =
  (side: "input" | "output", { name, dataType, dims }: NewTerminal): Change =>
  (tree) =>
    addValue(tree, [side], { name, data_type: dataType, dims });

const latestVersion: FixRule = (one) => {
  const { step } = one.finding.subject ?? {};
  return step === undefined ? undefined : changing(one, "Set model_version to -1", setting(["ensemble_scheduling", "step", step, "model_version"], -1));
};

/** What the step that takes the smallest batches takes. */
const smallestBatch: FixRule = (one) => {
  const sizes = stepsOf(one).map(({ model_name }) => one.models.get(model_name)?.config.max_batch_size ?? 0);
  const smallest = Math.min(...sizes.filter((size) => size > 0));
  return Number.isFinite(smallest) ? changing(one, `Lower max_batch_size to ${smallest}`, setting(["max_batch_size"], smallest)) : undefined;
};

interface Mapping {
  readonly title: string;
  readonly changes: readonly Change[];
}

/**
 * From the tensor that has the input's name, or the one that fits and nothing reads, or the one that another step reads at an input of that
 * name, or one of a similar name; else from a new ensemble input.
 */
function mappingOf(one: FixCase, step: number, port: string): Mapping | undefined {
  const facts = portFacts(one.models, stepsOf(one)[step], "input", port);
  if (facts === undefined) return undefined;
  const fitting = [...tensorsBefore(one, step)].filter(([, source]) => portsAgree(source, facts)).map(([name]) => name);
  const spare = unread(one);
  const [unused, ...others] = fitting.filter((name) => spare.has(name));
  const alike = fitting.filter((name) => stepsOf(one).some(({ input_map }, other) => other !== step && Object.hasOwn(input_map, port) && input_map[port] === name));
  const source = fitting.find((name) => name === port) ?? (others.length === 0 ? unused : undefined) ?? (alike.length === 1 ? alike[0] : undefined) ?? nearest(port, fitting);
  const path = mapPath(step, "input_map", port);
  if (source !== undefined) return { title: `Map ${port} to ${source}`, changes: [setting(path, source)] };
  const name = freshTensorName(one.parsed.config, port, stepsOf(one)[step]?.model_name);
  return { title: `Map ${port} to a new ensemble input ${name}`, changes: [setting(path, name), declaring("input", terminalFor(name, facts, one.parsed.config))] };
}

const mapInput: FixRule = (one) => {
  const { step = -1, port = "" } = one.finding.subject ?? {};
  const mapping = mappingOf(one, step, port);
  return mapping && changing(one, mapping.title, ...mapping.changes);
};

/** All required inputs of a step that has no input_map; of one without output_map, the output that something waits for. */
const mapStep: FixRule = (one) => {
  const { step = -1 } = one.finding.subject ?? {};
  const written = stepsOf(one)[step];
  const config = one.models.get(written?.model_name ?? "")?.config;
  if (written === undefined || config === undefined) return undefined;
  if (one.finding.message.includes("'input_map'")) {
    const required = config.input.filter(({ optional }) => !optional).map(({ name }) => name);
    // The same new input cannot serve two of them.
    const mappings = required.map((port) => mappingOf(one, step, port)).filter((mapping) => mapping !== undefined);
    if (mappings.length === 0 || mappings.length < required.length) return undefined;
    return changing(one, mappings.map(({ title }) => title).join(", "), ...mappings.flatMap(({ changes }) => changes));
  }
  if (!one.finding.message.includes("'output_map'")) return undefined;
  const waited = waitedFor(one);
  const outputs = config.output.map(({ name }) => name);
  const [only] = outputs;
  const pairs = outputs.length === 1 && waited.length === 1 ? [[only, waited[0]] as const] : outputs.map((name) => [name, waited.includes(name) ? name : undefined] as const);
  const changes = pairs.flatMap(([port, tensor]) => (port === undefined || tensor === undefined ? [] : [setting(mapPath(step, "output_map", port), tensor)]));
  return changes.length === 0 ? undefined : changing(one, "Map the outputs that are waited for", ...changes);
};

/** Outputs of the ensemble and tensors of steps that nothing writes. */
function waitedFor(one: FixCase): string[] {
  const written = new Set(stepsOf(one).flatMap(({ output_map }) => Object.values(output_map)));
  const outputs = one.parsed.config.output.map(({ name }) => name).filter((name) => name !== "" && !written.has(name));
  return [...new Set([...outputs, ...unwritten(one)])];
}

/** The one tensor of the model that is not mapped yet, or none. */
function unknownPort(map: "input_map" | "output_map"): FixRule {
  return (one) => {
    const { step = -1, port = "" } = one.finding.subject ?? {};
    const entries = stepsOf(one)[step]?.[map] ?? {};
    const declared = one.models.get(stepsOf(one)[step]?.model_name ?? "")?.config[map === "input_map" ? "input" : "output"] ?? [];
    const free = declared.map(({ name }) => name).filter((name) => !Object.hasOwn(entries, name));
    const [only, ...others] = free;
    const path = mapPath(step, map, port);
    if (only !== undefined && others.length === 0) return editing(one, `Change to ${only}`, renameKey(one.parsed.tree, path, only));
    return Object.keys(entries).length > 1 ? changing(one, `Remove ${port}`, removing(path)) : undefined;
  };
}

/** Lets the ensemble's own declaration follow the model's, or removes it where the step's port has none. */
function declareAs(what: "type" | "shape"): FixRule {
  return (one) => {
    const { step = -1, port = "", tensor = "" } = one.finding.subject ?? {};
    const { config } = one.parsed;
    const side = config.input.some(({ name }) => name === tensor) ? "input" : "output";
    const index = config[side].findIndex(({ name }) => name === tensor);
    const written = Object.entries(stepsOf(one)[step]?.output_map ?? {}).some(([key, value]) => key === port && value === tensor);
    const facts = portFacts(one.models, stepsOf(one)[step], written ? "output" : "input", port);
    if (index < 0 || facts === undefined) return undefined;
    const { dataType, dims } = terminalFor(tensor, facts, config);
    if (what === "type") return changing(one, `Change ${tensor} to ${dataType}`, setting([side, index, "data_type"], dataType));
    if (dims.length === 0) return undefined;
    return changing(one, `Change dims of ${tensor} to [ ${dims.join(", ")} ]`, setting([side, index, "dims"], [...dims]), removing([side, index, "reshape"]));
  };
}

/** What nothing reads leaves its map; where that would empty the map, it becomes an output. What nothing writes becomes an input. */
const unusedTensor: FixRule = (one) => {
  const { step = -1, port = "", tensor = "" } = one.finding.subject ?? {};
  const entries = stepsOf(one)[step];
  if (entries === undefined) return undefined;
  if (unwritten(one).has(tensor)) return bring(one, [tensor]);
  if (!unread(one).has(tensor)) return undefined;
  const expected = nearest(tensor, waitedFor(one));
  const path = mapPath(step, "output_map", port);
  if (expected !== undefined) return changing(one, `Change to ${expected}`, setting(path, expected));
  if (Object.keys(entries.output_map).length > 1) return changing(one, `Remove ${port} from the output_map`, removing(path));
  const facts = portFacts(one.models, entries, "output", port);
  return facts && changing(one, `Make ${tensor} an output of the ensemble`, declaring("output", terminalFor(tensor, facts, one.parsed.config)));
};

/** Tensors that steps wait for: each becomes one of those that are written where its name is like it, else an input of the ensemble. */
function bring(one: FixCase, tensors: readonly string[]): Fix | undefined {
  const spare = unread(one);
  const changes: Change[] = [];
  const titles: string[] = [];
  for (const tensor of tensors) {
    const readers = stepsOf(one).flatMap((step, index) =>
      Object.entries(step.input_map)
        .filter(([, value]) => value === tensor)
        .map(([port]) => ({ index, port, facts: portFacts(one.models, step, "input", port) })),
    );
    const [reader] = readers;
    const meant = nearest(tensor, spare);
    if (meant !== undefined) {
      changes.push(...readers.map(({ index, port }) => setting(mapPath(index, "input_map", port), meant)));
      titles.push(`Change ${tensor} to ${meant}`);
      continue;
    }
    if (reader?.facts === undefined) return undefined;
    const terminal = terminalFor(tensor, reader.facts, one.parsed.config);
    changes.push(declaring("input", terminal));
    titles.push(`Make ${tensor} an input of the ensemble`);
  }
  const [title = ""] = titles;
  return changing(one, titles.length === 1 ? title : `${title}, and ${titles.length - 1} more`, ...changes);
}

/** An input that no step reads: a step may wait for a name like it. */
const unusedInput: FixRule = (one) => {
  const { tensor = "" } = one.finding.subject ?? {};
  const index = one.parsed.config.input.findIndex(({ name }) => name === tensor);
  const meant = nearest(tensor, unwritten(one));
  if (meant !== undefined) return changing(one, `Rename to ${meant}`, setting(["input", index, "name"], meant));
  return changing(one, `Remove input ${tensor}`, removing(["input", index]));
};

const unusedOutput: FixRule = (one) => {
  const { tensor = "" } = one.finding.subject ?? {};
  const index = one.parsed.config.output.findIndex(({ name }) => name === tensor);
  const spare = unread(one);
  const [only, ...others] = spare;
  const meant = nearest(tensor, spare) ?? (others.length === 0 ? only : undefined);
  if (meant !== undefined) return changing(one, `Rename to ${meant}`, setting(["output", index, "name"], meant));
  return one.parsed.config.output.length > 1 ? changing(one, `Remove output ${tensor}`, removing(["output", index])) : undefined;
};

/** An output that waits for tensors which nobody brings. */
const unwrittenOutput: FixRule = (one) => {
  const { tensor = "" } = one.finding.subject ?? {};
  const missing = unwritten(one);
  // Read by a step and declared as output, yet written by none.
  if (missing.has(tensor)) return unusedOutput(one);
  return missing.size === 0 ? undefined : bring(one, [...missing]);
};

/** The second of two writers: the tensor that something waits for in vain, or none where the step writes others. */
const secondProducer: FixRule = (one) => {
  const { step = -1, port = "", tensor = "" } = one.finding.subject ?? {};
  const path = mapPath(step, "output_map", port);
  const waited = waitedFor(one);
  const [only, ...others] = waited;
  const meant = nearest(tensor, waited) ?? (others.length === 0 ? only : undefined);
  if (meant !== undefined) return changing(one, `Change to ${meant}`, setting(path, meant));
  return Object.keys(stepsOf(one)[step]?.output_map ?? {}).length > 1 ? changing(one, `Remove ${port} from the output_map`, removing(path)) : undefined;
};

const requireInput: FixRule = (one) => {
  const index = one.parsed.config.input.findIndex(({ name }) => name === one.finding.subject?.tensor);
  return index < 0 ? undefined : changing(one, "Make the input required", removing(["input", index, "optional"]));
};

/** Steps, maps and tensors of ensembles. */
export const ENSEMBLE_FIXES: Readonly<Record<string, FixRule>> = {
  ENSEMBLE_STEP_VERSION: latestVersion,
  ADVICE_MODEL_VERSION: latestVersion,
  ENSEMBLE_BATCH_SIZE: smallestBatch,
  ENSEMBLE_UNMAPPED_INPUT: mapInput,
  ENSEMBLE_STEP_FIELD: mapStep,
  ENSEMBLE_UNKNOWN_INPUT: unknownPort("input_map"),
  ENSEMBLE_UNKNOWN_OUTPUT: unknownPort("output_map"),
  ENSEMBLE_DATA_TYPE: declareAs("type"),
  ENSEMBLE_SHAPE: declareAs("shape"),
  ENSEMBLE_TENSOR_UNUSED: unusedTensor,
  ENSEMBLE_INPUT_UNUSED: unusedInput,
  ENSEMBLE_OUTPUT_UNUSED: unusedOutput,
  ENSEMBLE_OUTPUT_NOT_WRITTEN: unwrittenOutput,
  ENSEMBLE_TWO_PRODUCERS: secondProducer,
  ENSEMBLE_BACKEND: removal("backend"),
  ENSEMBLE_INSTANCE_GROUP: removal("instance_group"),
  ENSEMBLE_OPTIMIZATION: removal("optimization"),
  ENSEMBLE_WARMUP: removal("model_warmup"),
  ENSEMBLE_CACHE_DECOUPLED: removal("response_cache"),
  ADVICE_OPTIONAL_INPUT: requireInput,
};
