import { bytesPerElement, numpyName, v2Name, type DataType } from "../../tensor/data-type.ts";
import type { Endpoint } from "../ensemble/graph.ts";
import { MODEL_CONFIG_SCHEMA } from "../model-config/schema.ts";
import type { Path } from "../pbtxt/path.ts";
import type { FieldSchema } from "../pbtxt/schema.ts";
import type { TextRange } from "../pbtxt/tree.ts";
import type { LanguageContext, ServedConfig } from "./context.ts";
import { entityOf, type Entity } from "./entity.ts";
import { knownValues } from "./known-names.ts";
import type { Side } from "./roles.ts";
import { subjectAt, type Subject } from "./subject.ts";
import { signature, tensorsOf, wiringOf } from "./wiring.ts";

/** What is known of the text at an offset, for a box beside it. */
export type Hover = TextRange & (FieldHover | ValueHover | ModelHover | TensorHover | PortHover);

/** A field of the configuration. */
export interface FieldHover {
  readonly kind: "field";
  readonly name: string;
  /** "repeated int64", "map<string, string>", "ModelInput". */
  readonly type: string;
  /** Triton's meaning in our words. */
  readonly doc: string;
  /** What counts where the field is absent; absent where nothing does. */
  readonly fallback?: string;
  /** What the server fills in at or below the field. */
  readonly completed: readonly CompletedValue[];
}

/** A value that the server fills in. */
export interface CompletedValue {
  /** "dynamic_batching.preferred_batch_size" */
  readonly path: string;
  /** As JSON; undefined where the configuration does not have it. */
  readonly value?: string;
  readonly reason: string;
}

/** An enum value, or a name that Triton knows by itself. */
export interface ValueHover {
  readonly kind: "value";
  readonly name: string;
  readonly doc: string;
  /** Of a data type: bytes per element, 0 where they vary, and its other names. */
  readonly dataType?: { readonly bytes: number; readonly numpy: string; readonly v2: string };
}

/** A tensor with its data type and the shape of a request. */
export interface TensorLine {
  readonly name: string;
  readonly signature: string;
  readonly optional: boolean;
}

/** A model of the repository. */
export interface ModelHover {
  readonly kind: "model";
  readonly name: string;
  /** False where the repository has no such model. The rest is then empty. */
  readonly found: boolean;
  /** Its platform, or else its backend. */
  readonly runs: string;
  readonly maxBatchSize: number;
  /** Served versions; undefined where not known. */
  readonly versions?: readonly number[];
  readonly inputs: readonly TensorLine[];
  readonly outputs: readonly TensorLine[];
}

/** One end of a wire: an input or output of the ensemble, or a tensor of a step's model. */
export interface WireEnd {
  readonly kind: Endpoint["kind"];
  readonly name: string;
  /** Of a step: its index and its model. */
  readonly step?: number;
  readonly model?: string;
}

/** A tensor of an ensemble. */
export interface TensorHover {
  readonly kind: "tensor";
  readonly name: string;
  readonly ensemble: string;
  /** Data type and shape, as far as known. */
  readonly signature?: string;
  /** More than one is an error, and so is none. */
  readonly producers: readonly WireEnd[];
  readonly consumers: readonly WireEnd[];
}

/** An input or output of a model. */
export interface PortHover {
  readonly kind: "port";
  readonly name: string;
  readonly model: string;
  readonly side: Side;
  /** Absent where the model does not have it. */
  readonly tensor?: TensorLine;
}

/** What is known of the text at an offset of the open configuration; undefined where there is nothing to say. */
export function hoverAt(offset: number, context: LanguageContext): Hover | undefined {
  const parsed = context.models.get(context.model)?.parsed;
  const subject = parsed === undefined ? undefined : subjectAt(parsed, offset);
  if (parsed === undefined || subject === undefined) return undefined;
  const { from, to } = subject;
  const content = contentOf(subject, parsed.pathAt(offset), parsed.text, context);
  return { from, to, ...content };
}

function contentOf({ message, field, value, named, from, to }: Subject, path: Path, text: string, context: LanguageContext): FieldHover | ValueHover | ModelHover | TensorHover | PortHover {
  const entity = named === undefined ? undefined : entityOf(named, context.model, context);
  if (entity !== undefined) return entityHover(entity, context);
  const written = value === undefined ? undefined : field.kind === "enum" ? text.slice(from, to) : String(value.value);
  const known = written === undefined ? undefined : valueHover(message.name, field, written);
  return known ?? fieldHover(field, path, context);
}

function fieldHover(field: FieldSchema, path: Path, { served }: LanguageContext): FieldHover {
  const { name, doc } = field;
  const [meaning = "", absent] = doc.split(/\s*When absent: /);
  const fallback = absent ?? implicitDefault(field);
  const completed = served === undefined ? [] : completedValues(served, path);
  return { kind: "field", name, type: typeText(field), doc: meaning, completed, ...(fallback === undefined ? {} : { fallback: fallback.replace(/\.$/, "") }) };
}

/** What a server fills in at or below a path of a configuration; by default all of it. */
export function completedValues({ config, completed }: ServedConfig, below: Path = []): CompletedValue[] {
  return completed
    .filter(({ path }) => below.every((part, index) => path[index] === part))
    .map(({ path, reason }) => {
      const value = valueAt(config, path);
      return { path: pathText(path), reason, ...(value === undefined ? {} : { value: JSON.stringify(value) }) };
    });
}

function typeText({ kind, type, repeated }: FieldSchema): string {
  if (kind !== "map") return repeated ? `repeated ${type}` : type;
  const entry = MODEL_CONFIG_SCHEMA.messages.get(type)?.fields;
  return `map<${entry?.get("key")?.type ?? ""}, ${entry?.get("value")?.type ?? ""}>`;
}

/** proto3's default of a scalar that does not remember whether it was set. */
function implicitDefault({ kind, type, repeated, explicit }: FieldSchema): string | undefined {
  if (repeated || explicit || kind === "message") return undefined;
  if (kind === "enum") return MODEL_CONFIG_SCHEMA.enums.get(type)?.values.keys().next().value;
  return type === "string" ? '""' : type === "bool" ? "false" : "0";
}

function valueAt(config: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[part] : undefined), config);
}

/** "instance_group[0].kind" */
function pathText(path: Path): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

function valueHover(message: string, field: FieldSchema, name: string): ValueHover | undefined {
  const type = field.kind === "enum" ? MODEL_CONFIG_SCHEMA.enums.get(field.type) : undefined;
  if (type === undefined) {
    const known = knownValues(message, field.name).find((one) => one.name === name);
    return known === undefined ? undefined : { kind: "value", name, doc: known.doc };
  }
  if (!type.values.has(name)) return undefined;
  const doc = type.docs.get(name) ?? "";
  if (type.name !== "DataType" || name === "TYPE_INVALID") return { kind: "value", name, doc };
  const dataType = name as DataType;
  return { kind: "value", name, doc, dataType: { bytes: bytesPerElement(dataType), numpy: numpyName(dataType), v2: v2Name(dataType) } };
}

function entityHover(entity: Entity, context: LanguageContext): ModelHover | TensorHover | PortHover {
  if (entity.kind === "model") return modelHover(entity.name, context);
  if (entity.kind === "tensor") return tensorHover(entity.ensemble, entity.name, context);
  const { name, model, side } = entity;
  const tensor = linesOf(model, side, context).find((line) => line.name === name);
  return { kind: "port", name, model, side, ...(tensor === undefined ? {} : { tensor }) };
}

function modelHover(name: string, context: LanguageContext): ModelHover {
  const model = context.models.get(name);
  const { platform = "", backend = "", max_batch_size = 0 } = model?.config ?? {};
  return {
    kind: "model",
    name,
    found: model !== undefined || context.directories?.has(name) === true,
    runs: platform === "" ? backend : platform,
    maxBatchSize: max_batch_size,
    ...(model?.versions === undefined ? {} : { versions: model.versions }),
    inputs: linesOf(name, "input", context),
    outputs: linesOf(name, "output", context),
  };
}

function linesOf(model: string, side: Side, context: LanguageContext): TensorLine[] {
  return tensorsOf(context, model, side).map((tensor) => ({ name: tensor.name, signature: signature(tensor), optional: tensor.optional }));
}

function tensorHover(ensemble: string, name: string, context: LanguageContext): TensorHover {
  const wiring = wiringOf({ ...context, model: ensemble });
  const tensor = wiring.tensors.find((one) => one.name === name);
  const end = (one: Endpoint): WireEnd =>
    one.kind === "step" ? { kind: "step", name: one.port, step: one.step, model: wiring.steps[one.step]?.modelName ?? "" } : { kind: one.kind, name: one.name };
  const { dataType, dims, batched = false, producer, otherProducers = [], consumers = [] } = tensor ?? {};
  return {
    kind: "tensor",
    name,
    ensemble,
    ...(dataType === undefined || dims === undefined ? {} : { signature: signature({ dataType, dims, batched }) }),
    producers: (producer === undefined ? [] : [producer, ...otherProducers]).map(end),
    consumers: consumers.map(end),
  };
}
