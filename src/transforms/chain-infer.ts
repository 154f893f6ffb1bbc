// What a chain does to data types and shapes, before any data are seen, and whether that fits a config.
import type { Diagnostic } from "../base/diagnostic.ts";
import { ConchError, textOf } from "../base/errors.ts";
import type { ModelConfig, ModelInput, ModelOutput } from "../triton/model-config/model-config.ts";
import { affineOwner, AFFINE_SUFFIX, staysText, type ChainStep, type TransformChain } from "./chain.ts";
import { diagnosticOf, type ChainLocation, type Finding } from "./chain-finding.ts";
import { failed, shapeText } from "./dictionary.ts";
import { arrayTypeOf } from "./dtype-name.ts";
import type { ArrayType, Dimension, TransformSpec } from "./transform.ts";

/** What is known of a chain's run before it. Shapes in `dictionaries` are of one item; those of `outputs` include the batch dimension. */
export interface InferredChain {
  /** The dictionary before the first step and after each. */
  readonly dictionaries: readonly ReadonlyMap<string, ArrayType>[];
  /** Output tensor → its type. */
  readonly outputs: ReadonlyMap<string, ArrayType>;
}

/** Where a tensor of the config goes: the array of a key, or the affine of one. */
export interface Binding {
  readonly key: string;
  readonly tensor: string;
  /** The key whose affine this is. */
  readonly affineOf?: string;
}

/** The config's inputs by dictionary key. Throws TRANSFORMS_INVALID for a tensor that the config does not have. */
export function inputBindings(chain: TransformChain, config: ModelConfig): Binding[] {
  const names = config.input.map((input) => input.name);
  const map = chain.inputs ?? new Map(names.map((name) => [name, name]));
  const keys = [...map.keys()];
  return [...map].map(([key, tensor]) => {
    if (!names.includes(tensor)) throw unknownTensor("inputs", tensor, names);
    const owner = affineOwner(key, keys);
    return owner === undefined ? { key, tensor } : { key, tensor, affineOf: owner };
  });
}

/** The config's outputs by tensor, each with its dictionary key. Throws TRANSFORMS_INVALID for an output without key and a tensor without output. */
export function outputBindings(chain: TransformChain, config: ModelConfig): Binding[] {
  const names = config.output.map((output) => output.name);
  for (const tensor of chain.outputs?.keys() ?? []) if (!names.includes(tensor)) throw unknownTensor("outputs", tensor, names);
  return names.map((tensor) => {
    const key = chain.outputs === undefined ? tensor : chain.outputs.get(tensor);
    if (key === undefined) {
      throw new ConchError("TRANSFORMS_INVALID", `Output "${tensor}" of config.pbtxt has no key in outputs of transforms.json`, { data: { output: tensor } });
    }
    return { key, tensor };
  });
}

/** The shape that the model itself sees and gives: `reshape` where the config has one, else dims. Without batch dimension; -1 is any size. */
function modelDims(tensor: ModelInput | ModelOutput): readonly number[] {
  return tensor.reshape?.shape ?? tensor.dims;
}

/**
 * Types and shapes through the chain.
 * @param inputShapes input tensor → shape as in a request, batch dimension included; a tensor that is not there has its config's dims.
 * Throws TRANSFORMS_INVALID and TRANSFORM_FAILED; the latter's `data.path` is the step's JSON path.
 */
export function inferChain(chain: TransformChain, config: ModelConfig, inputShapes: ReadonlyMap<string, readonly Dimension[]> = new Map()): InferredChain {
  const batched = config.max_batch_size > 0;
  const start = new Map<string, ArrayType>();
  const bindings = inputBindings(chain, config);
  let batch: Dimension = null;
  for (const { key, tensor, affineOf } of bindings) {
    const input = config.input.find(({ name }) => name === tensor);
    if (input === undefined) continue;
    const given = inputShapes.get(tensor);
    if (batched && given !== undefined) batch = given[0] ?? null;
    const shape = given === undefined ? modelDims(input).map((size) => (size < 0 ? null : size)) : batched ? given.slice(1) : given;
    if (affineOf !== undefined) checkAffine(tensor, input.data_type, shape);
    else if (input.data_type === "TYPE_STRING") start.set(key, staysText(chain, key) ? textsEntry(tensor, shape, batched) : fileEntry(tensor, shape));
    else start.set(key, { dataType: arrayTypeOf(input.data_type, tensor), shape, affine: bindings.some((binding) => binding.affineOf === key) });
  }
  const dictionaries = [start];
  for (const step of chain.steps) dictionaries.push(inferStep(step, dictionaries.at(-1) ?? start));
  const end = dictionaries.at(-1) ?? start;
  const outputs = new Map<string, ArrayType>();
  for (const { key, tensor } of outputBindings(chain, config)) {
    const type = outputType(end, key, tensor);
    outputs.set(tensor, batched ? { ...type, shape: [batch, ...type.shape] } : type);
  }
  return { dictionaries, outputs };
}

/** The bytes of one file, for an opening transform. */
function fileEntry(tensor: string, shape: readonly Dimension[]): ArrayType {
  if (shape.every((size) => size === 1 || size === null)) return { dataType: "TYPE_STRING", shape: shape.map(() => 1), affine: false };
  throw new ConchError("TRANSFORMS_INVALID", `Input "${tensor}" is TYPE_STRING ${shapeText(shape)}; a chain takes the bytes of one file, TYPE_STRING [1]`, {
    data: { input: tensor, dataType: "TYPE_STRING" },
  });
}

/** The texts of a request, or the one of an item of a batch. */
function textsEntry(tensor: string, shape: readonly Dimension[], batched: boolean): ArrayType {
  if (shape.length === 1 && (!batched || shape[0] === 1 || shape[0] === null)) return { dataType: "TYPE_STRING", shape: batched ? [] : shape, affine: false };
  const expected = batched ? "[1]: one text per item of a batch" : "of one axis, the texts";
  throw new ConchError("TRANSFORMS_INVALID", `Input "${tensor}" is TYPE_STRING ${shapeText(shape)}; the chain opens texts, TYPE_STRING ${expected}`, {
    data: { input: tensor, dataType: "TYPE_STRING" },
  });
}

/** The dictionary after a step. Throws TRANSFORM_FAILED with the step's JSON path where it cannot be applied. */
export function inferStep(step: ChainStep, dictionary: ReadonlyMap<string, ArrayType>): Map<string, ArrayType> {
  checkKinds(step, dictionary);
  try {
    return step.spec.infer(step.parameters, presentKeys(step, dictionary), dictionary);
  } catch (thrown) {
    throw atStep(thrown, step);
  }
}

/** What tells the kinds of entries apart: files, images and arrays. */
type EntryKind = Pick<ArrayType, "dataType" | "shape" | "image">;

/** Throws TRANSFORM_FAILED, with the step's JSON path, where a transform does not take an entry of its kind. */
export function checkKinds(step: ChainStep, dictionary: ReadonlyMap<string, EntryKind>): void {
  try {
    for (const key of presentKeys(step, dictionary)) checkKind(step.spec, key, dictionary.get(key));
  } catch (thrown) {
    throw atStep(thrown, step);
  }
}

function checkKind({ name, opens, takesImages }: TransformSpec, key: string, entry: EntryKind | undefined): void {
  if (entry === undefined) return;
  if (opens !== undefined && entry.dataType !== "TYPE_STRING") {
    throw failed(name, key, `it opens ${opens === "file" ? "the bytes of a file, TYPE_STRING [1]" : "texts, TYPE_STRING"}, found ${kindText(entry)}`);
  }
  if (opens === undefined && entry.dataType === "TYPE_STRING") throw failed(name, key, `it holds ${BYTES_TEXT}`);
  if (takesImages !== true && entry.image !== undefined) throw failed(name, key, `it works on arrays, found ${kindText(entry)}: torchvision.transforms.v2.ToImage makes an array of it`);
}

/** What TYPE_STRING entries are before something opens them. */
const BYTES_TEXT = "the bytes of a file, or texts; PIL.Image.open makes an image of them, transformers.BertTokenizerFast token ids";

function kindText({ dataType, shape, image }: EntryKind): string {
  return image === undefined ? `${dataType} ${shapeText(shape)}` : `a PIL image (${image})`;
}

/** The TRANSFORM_FAILED error of an output that is no array; undefined where it is one. */
export function unfinishedOutput(tensor: string, key: string, entry: Pick<ArrayType, "dataType" | "image">): ConchError | undefined {
  if (entry.image === undefined && entry.dataType !== "TYPE_STRING") return undefined;
  const found = entry.image === undefined ? BYTES_TEXT : `a PIL image (${entry.image}): torchvision.transforms.v2.ToImage makes an array of it`;
  return new ConchError("TRANSFORM_FAILED", `Output "${tensor}": "${key}" is ${found}`, { data: { output: tensor, key } });
}

/** The step's keys; with allow_missing_keys only those in the dictionary. */
export function presentKeys(step: ChainStep, dictionary: ReadonlyMap<string, unknown>): readonly string[] {
  return step.allowMissingKeys ? step.keys.filter((key) => dictionary.has(key)) : step.keys;
}

/** A ConchError with the step's JSON path in its data; any other thrown value as it is. */
export function atStep(thrown: unknown, step: ChainStep): unknown {
  if (!(thrown instanceof ConchError) || thrown.code === "CANCELLED") return thrown;
  return new ConchError(thrown.code, `${step.path}: ${thrown.message}`, { data: { ...thrown.data, path: step.path }, cause: thrown.cause });
}

/** The TRANSFORM_FAILED error of an output whose key the chain does not make. */
export function missingOutput(tensor: string, key: string, keys: Iterable<string>): ConchError {
  const known = [...keys];
  const owner = affineOwner(key, known);
  const message =
    owner === undefined
      ? `Output "${tensor}": there is no key "${key}"; the dictionary has ${known.join(", ")}`
      : `Output "${tensor}": "${owner}" has no affine; declare a TYPE_FP64 [4, 4] input with the key of its array and ${AFFINE_SUFFIX}`;
  return new ConchError("TRANSFORM_FAILED", message, { data: { output: tensor, key } });
}

function outputType(dictionary: ReadonlyMap<string, ArrayType>, key: string, tensor: string): ArrayType {
  const entry = dictionary.get(key);
  if (entry !== undefined) {
    const unfinished = unfinishedOutput(tensor, key, entry);
    if (unfinished !== undefined) throw unfinished;
    return entry;
  }
  const owner = affineOwner(key, [...dictionary.keys()]);
  if (owner !== undefined && dictionary.get(owner)?.affine === true) return { dataType: "TYPE_FP64", shape: [4, 4], affine: false };
  throw missingOutput(tensor, key, dictionary.keys());
}

function checkAffine(tensor: string, dataType: string, shape: readonly Dimension[]): void {
  if (dataType === "TYPE_FP64" && shape.length === 2 && shape.every((size) => size === 4 || size === null)) return;
  throw new ConchError("TRANSFORMS_INVALID", `Input "${tensor}" is an affine and must be TYPE_FP64 [4, 4], found ${dataType} ${shapeText(shape)}`, {
    data: { input: tensor, dataType },
  });
}

function unknownTensor(map: string, tensor: string, names: readonly string[]): ConchError {
  return new ConchError("TRANSFORMS_INVALID", `${map} of transforms.json names "${tensor}", which config.pbtxt does not list; it lists ${names.join(", ")}`, {
    data: { map, tensor },
  });
}

/** Whether the chain fits the config: findings for tensors, data types, shapes, and for what surprises. `parseChain` found those of the text. */
export function checkChain(chain: TransformChain, config: ModelConfig, location: ChainLocation): Diagnostic[] {
  const findings: Finding[] = [];
  let inferred: InferredChain;
  try {
    inferred = inferChain(chain, config);
  } catch (thrown) {
    return [diagnosticOf(findingOf(thrown, chain), location)];
  }
  chain.steps.forEach((step, index) => {
    const dictionary = inferred.dictionaries[index];
    if (dictionary === undefined) return;
    for (const message of step.spec.warn?.(step.parameters, presentKeys(step, dictionary), dictionary) ?? []) {
      findings.push({ code: "TRANSFORM_SURPRISE", severity: "warning", stage: "request", message: `${step.spec.name}: ${message}`, from: step.from, to: step.to, path: step.path });
    }
  });
  for (const output of config.output) {
    const type = inferred.outputs.get(output.name);
    if (type === undefined) continue;
    const shape = config.max_batch_size > 0 ? type.shape.slice(1) : type.shape;
    const message = mismatch(output, type.dataType, shape);
    if (message !== undefined) findings.push({ code: "TRANSFORMS_OUTPUT_MISMATCH", stage: "request", message, from: 0, to: 0, path: `outputs.${output.name}` });
  }
  return findings.map((finding) => diagnosticOf(finding, location));
}

/** What is wrong with an output's data type and shape (without batch dimension), or undefined. */
export function mismatch(output: ModelOutput, dataType: string, shape: readonly Dimension[]): string | undefined {
  if (dataType !== output.data_type) {
    return `Output "${output.name}" is ${dataType}, but config.pbtxt says ${output.data_type}: add EnsureTyped or CastToTyped with that dtype`;
  }
  const dims = modelDims(output);
  const fits = dims.length === shape.length && dims.every((size, axis) => size < 0 || shape[axis] === null || shape[axis] === size);
  return fits ? undefined : `Output "${output.name}" has shape ${shapeText(shape)}, but config.pbtxt says dims ${shapeText(dims)}`;
}

function findingOf(thrown: unknown, chain: TransformChain): Finding {
  if (!(thrown instanceof ConchError)) throw thrown;
  const path = typeof thrown.data["path"] === "string" ? thrown.data["path"] : "";
  const step = chain.steps.find((candidate) => candidate.path === path);
  const message = textOf(thrown);
  if (step !== undefined) return { code: "TRANSFORM_IMPOSSIBLE", stage: "request", message, from: step.from, to: step.to, path };
  const code = thrown.data["output"] !== undefined ? "TRANSFORMS_OUTPUT_MISSING" : "TRANSFORMS_TENSOR_UNKNOWN";
  return { code, message, from: 0, to: 0, path: String(thrown.data["output"] ?? thrown.data["tensor"] ?? thrown.data["input"] ?? "") };
}
