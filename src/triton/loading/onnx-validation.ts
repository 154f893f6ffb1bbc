import { DATA_TYPES, type DataType } from "../../tensor/data-type.ts";
import type { ModelConfig, SequenceControl } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";
import type { Refusal } from "./completion.ts";
import { backendTypeName, type OnnxSignature, type OnnxTensorInfo, shapeText } from "./onnx-tensors.ts";

/** One check of a configuration against a model, with what it has found so far. */
export interface OnnxValidation {
  /** Name, for the messages. */
  readonly model: string;
  readonly config: ModelConfig;
  readonly signature: OnnxSignature;
  /** In the server's order. */
  readonly refusals: Refusal[];
}

type Refuse = (code: string, message: string, path: Path, hint: string) => undefined;

function refuser({ refusals }: OnnxValidation): Refuse {
  return (code, message, path, hint) => {
    refusals.push({ code, message, path, hint });
    return undefined;
  };
}

/** Checks the sequence controls. Returns how many inputs the configuration counts on, controls and states included. */
export function validateControls(validation: OnnxValidation): number {
  const { config } = validation;
  const batching = config.sequence_batching;
  const expected = config.input.filter(({ optional }) => !optional).length + config.batch_input.length;
  if (batching === undefined) return expected;
  let controls = 0;
  for (const kind of ["CONTROL_SEQUENCE_START", "CONTROL_SEQUENCE_END", "CONTROL_SEQUENCE_READY", "CONTROL_SEQUENCE_CORRID"] as const) {
    for (const [at, { name, control }] of batching.control_input.entries()) {
      const found = control.find((each) => each.kind === kind);
      if (found === undefined) continue;
      controls++;
      validateControl(validation, name, controlType(found), ["sequence_batching", "control_input", at, "name"]);
      break;
    }
  }
  return expected + controls + batching.state.length;
}

function controlType(control: SequenceControl): DataType {
  if (control.kind === "CONTROL_SEQUENCE_CORRID") return control.data_type;
  if (control.int32_false_true.length > 0) return "TYPE_INT32";
  return control.fp32_false_true.length > 0 ? "TYPE_FP32" : "TYPE_BOOL";
}

/** ONNX's names of element types, in the messages about controls. */
const ONNX_NAMES: Readonly<Partial<Record<DataType, string>>> = {
  TYPE_FP32: "FLOAT",
  TYPE_FP16: "FLOAT16",
  TYPE_FP64: "DOUBLE",
  TYPE_INVALID: "UNDEFINED",
};

function validateControl(validation: OnnxValidation, name: string, type: DataType, path: Path): void {
  const refuse = refuser(validation);
  const { model, config, signature } = validation;
  const info = signature.inputs.get(name);
  if (info === undefined) {
    const message = `Internal: configuration specified sequence control '${name}', but model does not provide that input`;
    return refuse("ONNX_CONTROL", message, path, "Name an input of the model.");
  }
  const shape = config.max_batch_size > 0 ? info.shape.slice(1) : info.shape;
  const subject = `Invalid argument: unable to load model '${model}', sequence control '${name}'`;
  if (shape.length !== 1 || shape[0] !== 1) {
    return refuse("ONNX_CONTROL", `${subject} in model has dims ${shapeText(shape)} but dims [1] is expected`, path, "A control tensor holds one value.");
  }
  if (type !== info.type) {
    const found = ONNX_NAMES[info.type] ?? info.type.slice("TYPE_".length);
    const message = `${subject}, the model expects data-type ${found} but the model configuration specifies data-type ${type}`;
    return refuse("ONNX_CONTROL", message, path, `Use the values of the model's type, ${info.type}.`);
  }
}

/** Checks the inputs, of which the configuration counts on `expected`. */
export function validateInputs(validation: OnnxValidation, expected: number): void {
  const refuse = refuser(validation);
  const { model, config, signature } = validation;
  const subject = `Invalid argument: unable to load model '${model}'`;
  const provided = signature.inputs.size;
  if (expected !== provided) {
    const names = [...signature.inputs.keys()].join(", ");
    refuse("ONNX_INPUT_COUNT", `${subject}, configuration expects ${expected} inputs, model provides ${provided}`, ["input"], `The model's inputs: ${names}.`);
  }
  const known = new Map([...signature.inputs, ...signature.overridable]);
  for (const [index, input] of config.input.entries()) {
    const { name, data_type: type, optional, allow_ragged_batch: ragged } = input;
    const path = ["input", index];
    if (optional && config.max_batch_size !== 0) {
      const message = `${subject}, optional input '${name}' is not supported for models that support batching`;
      refuse("ONNX_OPTIONAL", message, [...path, "optional"], "Remove optional, or write max_batch_size: 0.");
      continue;
    }
    const info = known.get(name);
    if (info === undefined) {
      const allowed = [...known.keys()].sort(byBytes).join(", ");
      refuse("ONNX_UNKNOWN_INPUT", `Invalid argument: unexpected inference input '${name}', allowed inputs are: ${allowed}`, [...path, "name"], "Name an input of the model.");
      continue;
    }
    if (!validateType(validation, info, type, "input", [...path, "data_type"])) continue;
    if (ragged) validateRagged(validation, info, optional, [...path, "allow_ragged_batch"]);
    else validateShape(validation, info, input, path, false);
  }
}

/** Checks the outputs that the configuration names; they need not be all. */
export function validateOutputs(validation: OnnxValidation): void {
  const { config, signature } = validation;
  const scattered = new Set(config.batch_output.flatMap(({ target_name }) => target_name));
  for (const [index, output] of config.output.entries()) {
    const path = ["output", index];
    const info = knownOutput(validation, output.name, [...path, "name"]);
    if (info === undefined || !validateType(validation, info, output.data_type, "output", [...path, "data_type"])) continue;
    if (!scattered.has(output.name)) validateShape(validation, signature.outputs.get(output.name) ?? info, output, path, true);
  }
}

/** Checks the outputs that implicit states name. */
export function validateStates(validation: OnnxValidation): void {
  for (const [index, state] of (validation.config.sequence_batching?.state ?? []).entries()) {
    const path = ["sequence_batching", "state", index];
    const info = knownOutput(validation, state.output_name, [...path, "output_name"]);
    if (info !== undefined) validateType(validation, info, state.data_type, "output state", [...path, "data_type"]);
  }
}

function knownOutput(validation: OnnxValidation, name: string, path: Path): OnnxTensorInfo | undefined {
  const { outputs } = validation.signature;
  const allowed = [...outputs.keys()].sort(byBytes).join(", ");
  const message = `Invalid argument: unexpected inference output '${name}', allowed outputs are: ${allowed}`;
  return outputs.get(name) ?? refuser(validation)("ONNX_UNKNOWN_OUTPUT", message, path, "Name an output of the model.");
}

/** The order of std::set<std::string>. */
function byBytes(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text));
  for (let at = 0; at < Math.min(left?.length ?? 0, right?.length ?? 0); at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return (left?.length ?? 0) - (right?.length ?? 0);
}

/** Types that the backend can hand to ONNX Runtime. */
const SUPPORTED: ReadonlySet<unknown> = new Set(DATA_TYPES.filter((type) => type !== "TYPE_INVALID"));

function validateType(validation: OnnxValidation, info: OnnxTensorInfo, type: DataType, what: string, path: Path): boolean {
  const refuse = refuser(validation);
  if (!SUPPORTED.has(type)) {
    const message = `Internal: unsupported datatype ${type} for ${what} '${info.name}' for model '${validation.model}'`;
    refuse("ONNX_TYPE", message, path, "The ONNX Runtime backend carries no tensors of this type.");
    return false;
  }
  if (type === info.type) return true;
  const found = backendTypeName(info.type);
  const message = `Invalid argument: unable to load model '${validation.model}', configuration expects datatype ${type} for ${what} '${info.name}', model provides ${found}`;
  refuse("ONNX_TYPE", message, path, info.type === "TYPE_INVALID" ? "The backend does not carry the model's type." : `Write data_type: ${info.type}.`);
  return false;
}

function validateRagged(validation: OnnxValidation, info: OnnxTensorInfo, optional: boolean, path: Path): void {
  const refuse = refuser(validation);
  const subject = `Invalid argument: unable to load model '${validation.model}', configuration expects model provides input with shape [-1]`;
  if (optional) {
    const message = `${subject} for ragged input '${info.name}', which is not supported for optional input`;
    refuse("ONNX_RAGGED", message, path, "Remove allow_ragged_batch or optional.");
  } else if (info.shape.length !== 1 || info.shape[0] !== -1) {
    const message = `${subject}  for ragged input '${info.name}', model provides ${shapeText(info.shape)}`;
    refuse("ONNX_RAGGED", message, path, "Remove allow_ragged_batch: requests can be joined along one open dimension only.");
  }
}

/** A tensor's dims in a configuration. */
interface ConfiguredShape {
  readonly name: string;
  readonly dims: readonly number[];
  readonly reshape?: { readonly shape: readonly number[] };
}

/** What the model has must be what the configuration says, batch dimension included. Only an input of the model may be more open. */
function validateShape(validation: OnnxValidation, info: OnnxTensorInfo, { name, dims, reshape }: ConfiguredShape, path: Path, exact: boolean): void {
  const refuse = refuser(validation);
  const { model, config } = validation;
  const shape = reshape?.shape ?? dims;
  const at: Path = reshape === undefined ? [...path, "dims"] : [...path, "reshape", "shape"];
  if (info.shape.length === 0) {
    if (shape.every((size) => size === 1)) return;
    const message =
      `Invalid argument: unable to load model '${model}', scalar tensor '${name}', should only provide 1 in the model configuration when the model ` +
      `doesn't support batching. Model configuration provided: ${shapeText(shape)}.`;
    refuse("ONNX_SHAPE", message, at, "Write dims: [ 1 ].");
    return;
  }
  const batches = config.max_batch_size > 0;
  const subject = `Invalid argument: model '${model}', tensor '${name}':`;
  if (batches && info.shape[0] !== -1) {
    const message =
      `${subject} for the model to support batching the shape should have at least 1 dimension and the first dimension must be -1; ` +
      `but shape expected by the model is ${shapeText(info.shape)}`;
    refuse("ONNX_SHAPE", message, ["max_batch_size"], "Write max_batch_size: 0 and the whole shape as dims, or export the model with an open first dimension.");
    return;
  }
  const full = batches ? [-1, ...shape] : shape;
  const same = full.length === info.shape.length && info.shape.every((size, axis) => size === full[axis] || (!exact && size === -1));
  if (same) return;
  const written = batches
    ? `${full.length} dimensions (an initial batch dimension because max_batch_size > 0 followed by the explicit tensor shape, making complete shape ${shapeText(full)})`
    : `${full.length} dimensions (shape ${shapeText(full)})`;
  const message = `${subject} the model expects ${info.shape.length} dimensions (shape ${shapeText(info.shape)}) but the model configuration specifies ${written}`;
  const wanted = (batches ? info.shape.slice(1) : info.shape).join(", ");
  refuse("ONNX_SHAPE", message, at, `Write dims: [ ${wanted} ].`);
}
