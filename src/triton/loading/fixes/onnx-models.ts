import { nearest } from "../../nearest.ts";
import { addValue } from "../../pbtxt/edit.ts";
import { onnxFile } from "../onnx-session.ts";
import { type OnnxSignature, onnxSignature, type OnnxTensorInfo } from "../onnx-tensors.ts";
import { type Change, removing, setting } from "../../ensemble/changes.ts";
import { changing, type FixCase, type FixRule } from "./fix-case.ts";

/** What the model that the newest version opens has to offer. */
function signatureOf({ content, model, directory }: FixCase): OnnxSignature | undefined {
  const version = directory.versions.findLast(({ number }) => model.versions?.includes(number) ?? true) ?? directory.versions.at(-1);
  const header = version && onnxFile(content, model.name, version, model.config).header;
  return header === undefined || header instanceof Error ? undefined : onnxSignature(header);
}

interface Place {
  side: "input" | "output";
  index: number;
  name: string;
  /** Absent where the model has no tensor of the name. */
  info?: OnnxTensorInfo;
}

/** The input or output of the text that the finding marks. */
function placeOf(one: FixCase, signature: OnnxSignature): Place | undefined {
  const [side, index] = one.path;
  if ((side !== "input" && side !== "output") || typeof index !== "number") return undefined;
  const name = one.parsed.config[side][index]?.name;
  if (name === undefined) return undefined;
  const info = (side === "input" ? signature.inputs.get(name) : undefined) ?? signature.overridable.get(name) ?? signature.outputs.get(name);
  return { side, index, name, ...(info === undefined ? {} : { info }) };
}

const dataType: FixRule = (one) => {
  const signature = signatureOf(one);
  const place = signature && placeOf(one, signature);
  const type = place?.info?.type;
  if (place === undefined || type === undefined || type === "TYPE_INVALID") return undefined;
  return changing(one, `Change to ${type}`, setting([place.side, place.index, "data_type"], type));
};

/** Dims as a configuration has them; a scalar is one element. */
function dimsOf({ shape }: OnnxTensorInfo, batches: boolean): number[] {
  const dims = batches ? shape.slice(1) : [...shape];
  return dims.length === 0 ? [1] : dims;
}

/** The model's dims: without the batch dimension where there is one, and all of them where the model has none to offer. */
const modelDims: FixRule = (one) => {
  const signature = signatureOf(one);
  if (signature === undefined) return undefined;
  const batches = one.model.config.max_batch_size > 0;
  const declared = [...one.parsed.config.input, ...one.parsed.config.output].map(({ name }) => signature.inputs.get(name) ?? signature.outputs.get(name));
  if (batches && declared.some((info) => info?.shape[0] !== -1)) return withoutBatches(one, signature);
  const place = placeOf(one, signature);
  if (place?.info === undefined) return undefined;
  const { side, index, info } = place;
  const dims = dimsOf(info, batches);
  return changing(one, `Change dims to [ ${dims.join(", ")} ]`, setting([side, index, "dims"], dims), removing([side, index, "reshape"]));
};

/** max_batch_size 0, and every tensor in full. */
function withoutBatches(one: FixCase, signature: OnnxSignature): ReturnType<FixRule> {
  const changes: Change[] = [setting(["max_batch_size"], 0)];
  for (const side of ["input", "output"] as const) {
    for (const [index, { name }] of one.parsed.config[side].entries()) {
      const info = signature[side === "input" ? "inputs" : "outputs"].get(name);
      if (info !== undefined) changes.push(setting([side, index, "dims"], dimsOf(info, false)), removing([side, index, "reshape"]));
    }
  }
  return changing(one, "Set max_batch_size to 0 and take the model's dims", ...changes);
}

/** The model's name for it, or nothing where the model has no tensor to spare. */
const unknownTensor: FixRule = (one) => {
  const signature = signatureOf(one);
  const place = signature && placeOf(one, signature);
  if (place === undefined || signature === undefined) return undefined;
  const { side, index, name } = place;
  const written = new Set(one.parsed.config[side].map((tensor) => tensor.name));
  const free = [...signature[side === "input" ? "inputs" : "outputs"].keys()].filter((candidate) => !written.has(candidate));
  const meant = nearest(name, free) ?? (free.length === 1 ? free[0] : undefined);
  if (meant !== undefined) return changing(one, `Rename to ${meant}`, setting([side, index, "name"], meant));
  return one.parsed.config[side].length > 1 ? changing(one, `Remove ${side} ${name}`, removing([side, index])) : undefined;
};

/** Inputs that the model has and the text does not. */
const missingInputs: FixRule = (one) => {
  const signature = signatureOf(one);
  if (signature === undefined) return undefined;
  const written = new Set(one.parsed.config.input.map(({ name }) => name));
  const unknown = one.parsed.config.input.some(({ name }) => !signature.inputs.has(name) && !signature.overridable.has(name));
  const missing = [...signature.inputs.values()].filter(({ name, type }) => !written.has(name) && type !== "TYPE_INVALID");
  // A name that the model does not have stands for one of these.
  if (unknown || missing.length === 0) return undefined;
  const batches = one.model.config.max_batch_size > 0;
  const changes = missing.map(
    (info): Change =>
      (tree) =>
        addValue(tree, ["input"], { name: info.name, data_type: info.type, dims: dimsOf(info, batches) }),
  );
  return changing(one, `Add ${missing.map(({ name }) => name).join(", ")}`, ...changes);
};

/** The one model file that is there. */
const modelFile: FixRule = (one) => {
  const files = one.directory.versions.flatMap(({ path, files: inside }) => inside.map((file) => file.slice(path.length + 1)));
  const models = [...new Set(files.filter((file) => file.endsWith(".onnx") && !file.includes("/")))];
  const [file] = models;
  if (file === undefined || models.length > 1) return undefined;
  return file === "model.onnx"
    ? changing(one, "Open model.onnx", removing(["default_model_filename"]))
    : changing(one, `Open ${file}`, setting(["default_model_filename"], file));
};

const inputField =
  (field: string): FixRule =>
  (one) =>
    typeof one.path[1] === "number" ? changing(one, `Remove ${field}`, removing(["input", one.path[1], field])) : undefined;

/** What an ONNX model and its configuration disagree about. */
export const ONNX_FIXES: Readonly<Record<string, FixRule>> = {
  ONNX_TYPE: dataType,
  ONNX_SHAPE: modelDims,
  ONNX_UNKNOWN_INPUT: unknownTensor,
  ONNX_UNKNOWN_OUTPUT: unknownTensor,
  ONNX_INPUT_COUNT: missingInputs,
  ONNX_NO_BATCHING: (one) => changing(one, "Set max_batch_size to 0", setting(["max_batch_size"], 0)),
  ONNX_OPTIONAL: inputField("optional"),
  ONNX_RAGGED: inputField("allow_ragged_batch"),
  ONNX_FILE_MISSING: modelFile,
  ONNX_PARAMETER: (one) => (one.path[0] === "parameters" && one.path[1] !== undefined ? changing(one, `Remove parameter ${one.path[1]}`, removing(one.path.slice(0, 2))) : undefined),
  ONNX_ACCELERATOR: (one) => changing(one, "Remove the accelerators", removing(["optimization", "execution_accelerators"])),
  IO_DATA_TYPE: dataType,
  IO_DIMS: modelDims,
};
