import type { Reporter } from "../ensemble/reporter.ts";
import type { SequenceState } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";
import type { RepositoryContent } from "./content.ts";
import { elementCount, elementSize, VARIABLE } from "./element-count.ts";

/** Folder of a model that holds the initial values of its implicit states. */
const FOLDER = "initial_state";

/**
 * What Triton checks when it makes a model's scheduler, after everything else: that element counts fit an int64, and the initial values of
 * implicit states (its SequenceBatchScheduler).
 */
export function schedulerFindings(reporter: Reporter, content: RepositoryContent): void {
  const { input, sequence_batching } = reporter.config;
  for (const [index, tensor] of input.entries()) {
    if (tensor.is_shape_tensor || tensor.allow_ragged_batch || elementCount(tensor) !== undefined) continue;
    reporter.add("IO_ELEMENT_COUNT", `element count for tensor '${tensor.name}' exceeds maximum size of 9223372036854775807`, ["input", index, "dims"], {
      hint: "Write smaller sizes.",
      subject: { port: tensor.name },
    });
  }
  const named = new Set<string>();
  for (const [index, state] of (sequence_batching?.state ?? []).entries()) {
    initialStateFindings(reporter, content, index, state, named);
    if (state.initial_state.length === 1) named.add(state.input_name);
  }
}

function initialStateFindings(reporter: Reporter, content: RepositoryContent, index: number, state: SequenceState, named: ReadonlySet<string>): void {
  const path: Path = ["sequence_batching", "state", index];
  const refuse = (message: string, field: string | undefined, hint: string, status?: "Internal"): void =>
    reporter.add("SEQUENCE_INITIAL_STATE", message, [...path, "initial_state", 0, ...(field === undefined ? [] : [field])], { hint, ...(status && { status }) });
  const count = state.initial_state.length;
  if (count > 1) {
    const message = `initial_state field for state input '${state.input_name}' must contain exactly one or zero element. Found '${count}' elements.`;
    reporter.add("SEQUENCE_INITIAL_STATE", message, [...path, "initial_state", 1], { hint: "Keep one initial_state." });
  }
  const [initial] = state.initial_state;
  if (count !== 1 || initial === undefined) return;
  const input = `'${state.input_name}'`;
  if (initial.data_type !== state.data_type) {
    refuse(`The data type used for 'initial_state' field of state ${input} does not match the state data type.`, "data_type", `The state has ${state.data_type}.`);
  }
  if (initial.name === "") refuse(`Field 'name' must be set when using initial_state for state input ${input}.`, undefined, "Give the initial state a name.");
  if (named.has(state.input_name)) {
    reporter.add("SEQUENCE_STATE_TWICE", `State input name ${input} specified more than once.`, [...path, "input_name"], { hint: "Only one state may be an input's initial state." });
  }
  if (initial.dims.length !== state.dims.length) {
    const counts = `${initial.dims.length} != ${state.dims.length}`;
    refuse(`Number of dimensions in 'initial_state' doesn't match the size of 'state' dimensions for state input ${input}. ${counts}`, "dims", "Write the state's dims.");
    return;
  }
  const wrong = initial.dims.findIndex((size, axis) => size === VARIABLE || (state.dims[axis] !== VARIABLE && size !== state.dims[axis]));
  if (wrong >= 0) {
    const size = initial.dims[wrong];
    if (size === VARIABLE) refuse(`'initial_state' field for state input name ${input} contains variable dimensions.`, "dims", "An initial value has a fixed shape.");
    else refuse(`'initial_state' dim for input name ${input} doesn't match 'state' dim description. ${size} != ${state.dims[wrong]}`, "dims", "Write the state's dims.");
    return;
  }
  if (initial.data_file !== undefined) {
    const file = `${reporter.model.name}/${FOLDER}/${initial.data_file}`;
    const size = content.size(file);
    const expected = Number(elementCount(initial) ?? 0n) * elementSize(initial.data_type);
    if (size === undefined) refuse(`failed to open text file for read ${file}: No such file or directory`, "data_file", `Put the file into ${reporter.model.name}/${FOLDER}.`, "Internal");
    else if (size < expected) {
      // The missing space is the server's.
      refuse(`initial_state setting expects ${expected} bytes, but the data provided from ${initial.data_file}only has ${size} bytes.`, "data_file", "The file is too short.");
    }
  } else if (initial.zero_data === undefined) refuse(`initial_state setting expects state${input} to have state_data set`, undefined, "Write zero_data: true.");
}
