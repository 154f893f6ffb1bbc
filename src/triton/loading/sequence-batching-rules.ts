import type { Reporter } from "../ensemble/reporter.ts";
import type { DataType } from "../../tensor/data-type.ts";
import type { ModelSequenceBatching, SequenceControl } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";

const FIELD = "sequence_batching";
const CORRID = "CONTROL_SEQUENCE_CORRID";
/** In the order in which Triton looks at them. */
const BOOLEAN_CONTROLS: readonly SequenceControl["kind"][] = ["CONTROL_SEQUENCE_START", "CONTROL_SEQUENCE_END", "CONTROL_SEQUENCE_READY"];
const CORRELATION_TYPES: readonly DataType[] = ["TYPE_UINT64", "TYPE_INT64", "TYPE_UINT32", "TYPE_INT32", "TYPE_STRING"];
const VALUES = ["int32_false_true", "fp32_false_true", "bool_false_true"] as const;
const VALUE_NAMES = "'int32_false_true', 'fp32_false_true' or 'bool_false_true'";

type Refuse = (code: string, message: string, path: Path, hint: string) => void;

/** What Triton checks of the sequence batcher's settings before it looks at states. */
export function sequenceBatchingFindings(reporter: Reporter): void {
  const { name, max_batch_size, response_cache, sequence_batching: batching } = reporter.config;
  if (batching === undefined) return;
  if (response_cache?.enable === true) {
    const message = `Response Cache does not currently support model ${name} with sequence batching scheduler. Please disable the response cache.`;
    reporter.add("SEQUENCE_CACHE", message, ["response_cache"], { hint: "Remove response_cache." });
  }
  const refuse: Refuse = (code, message, path, hint) => reporter.add(code, message, [FIELD, ...path], { hint });
  controlFindings(refuse, name, batching);
  for (const [index, size] of (batching.oldest?.preferred_batch_size ?? []).entries()) {
    const path: Path = ["oldest", "preferred_batch_size", index];
    if (size <= 0) refuse("SEQUENCE_PREFERRED_SIZE", `sequence batching preferred batch size must be positive for ${name}`, path, "Write a size of at least 1.");
    else if (size > max_batch_size) {
      refuse("SEQUENCE_PREFERRED_SIZE", `sequence batching preferred batch size must be <= max batch size for ${name}`, path, `max_batch_size is ${max_batch_size}.`);
    }
  }
  const utilization = batching.direct?.minimum_slot_utilization ?? 0;
  // Not a number is in no range and passes, as it does in the server.
  if (utilization < 0 || utilization > 1) {
    const message = `sequence batching minimum slot utilization must be in range (0.0, 1.0] for ${name}`;
    refuse("SEQUENCE_SLOTS", message, ["direct", "minimum_slot_utilization"], "Write a fraction of 1.");
  }
}

/** Triton looks through all control inputs once per kind; at their names only the first time. */
function controlFindings(refuse: Refuse, name: string, batching: ModelSequenceBatching): void {
  for (const kind of [...BOOLEAN_CONTROLS, CORRID] as const) {
    let found = false;
    for (const [index, input] of batching.control_input.entries()) {
      if (kind === BOOLEAN_CONTROLS[0]) nameFindings(refuse, name, batching, index);
      for (const [position, control] of input.control.entries()) {
        if (control.kind !== kind) continue;
        const path: Path = ["control_input", index, "control", position];
        if (found) refuse("SEQUENCE_CONTROL_KIND", `sequence batching specifies multiple ${kind} tensors for ${name}`, path, "Remove one of the two.");
        else if (kind === CORRID) correlationFindings(refuse, name, control, path);
        else booleanFindings(refuse, name, control, path);
        found = true;
      }
    }
  }
}

function nameFindings(refuse: Refuse, model: string, { control_input }: ModelSequenceBatching, index: number): void {
  const name = control_input[index]?.name ?? "";
  if (name === "") {
    refuse("SEQUENCE_CONTROL_NAME", `sequence batching control tensor must have a name for ${model}`, ["control_input", index], "Name the model's input that takes the control.");
  } else if (control_input.findIndex((input) => input.name === name) < index) {
    const message = `sequence batching control tensor '${name}' is specified for multiple control kinds for ${model}`;
    refuse("SEQUENCE_CONTROL_TENSOR", message, ["control_input", index, "name"], "Give each control a tensor of its own.");
  }
}

function booleanFindings(refuse: Refuse, name: string, control: SequenceControl, path: Path): void {
  const set = VALUES.filter((field) => control[field].length > 0);
  const [field] = set;
  if (field === undefined) {
    refuse("SEQUENCE_CONTROL_VALUES", `sequence batching must specify either ${VALUE_NAMES} for ${control.kind} for ${name}`, path, "Write int32_false_true: [ 0, 1 ].");
  } else if (set.length > 1) {
    const message = `sequence batching specifies more than one from 'int32_false_true', 'fp32_false_true' and 'bool_false_true' for ${control.kind} for ${name}`;
    refuse("SEQUENCE_CONTROL_VALUES", message, path, "Keep one of them.");
  } else if (control[field].length !== 2) {
    const message = `sequence batching control '${field}' must have exactly 2 entries for ${control.kind} for ${name}`;
    refuse("SEQUENCE_CONTROL_VALUES", message, [...path, field], "Write the value for false, then the value for true.");
  }
}

function correlationFindings(refuse: Refuse, name: string, control: SequenceControl, path: Path): void {
  const [field] = VALUES.filter((one) => control[one].length > 0);
  if (field !== undefined) {
    const message = `sequence batching must not specify either ${VALUE_NAMES} for ${CORRID} for ${name}`;
    refuse("SEQUENCE_CONTROL_VALUES", message, [...path, field], "Write a data_type instead.");
  } else if (!CORRELATION_TYPES.includes(control.data_type)) {
    const message = `unexpected data type for control ${CORRID} for ${name}. Allowed data types are TYPE_UINT64, TYPE_INT64, TYPE_UINT32, TYPE_INT32 and TYPE_STRING`;
    refuse("SEQUENCE_CORRELATION_TYPE", message, [...path, "data_type"], "Write data_type: TYPE_UINT64.");
  }
}
