import type { OnnxHeader } from "../../onnx/header.ts";
import type { OnnxValue } from "../../onnx/model.ts";
import { sessionOutputs } from "../../onnx/output-shapes.ts";
import { fromOnnx, v2Name, type DataType } from "../../tensor/data-type.ts";

/** An input or output as ONNX Runtime tells it to the backend. */
export interface OnnxTensorInfo {
  readonly name: string;
  /** The model's own kind of value; Triton carries tensors only. */
  readonly kind: OnnxValue["kind"];
  /** TYPE_INVALID for what Triton has no name for. */
  readonly type: DataType;
  /** -1 for every size that the model leaves open; empty for a scalar, and for a tensor of unknown rank. */
  readonly shape: readonly number[];
}

/** What a session of ONNX Runtime has to offer. */
export interface OnnxSignature {
  readonly inputs: ReadonlyMap<string, OnnxTensorInfo>;
  /** Inputs that an initializer gives a value to and a request may override. */
  readonly overridable: ReadonlyMap<string, OnnxTensorInfo>;
  readonly outputs: ReadonlyMap<string, OnnxTensorInfo>;
}

/** Before this version of the format an initializer had to be among the inputs, so being there does not make it one. */
const FIRST_OVERRIDABLE_IR = 4;

const signatures = new WeakMap<OnnxHeader, OnnxSignature>();

/** Inputs and outputs by name, as the session has them. Found out once per header. */
export function onnxSignature(header: OnnxHeader): OnnxSignature {
  const known = signatures.get(header) ?? readSignature(header);
  signatures.set(header, known);
  return known;
}

function readSignature({ inputs, irVersion, model }: OnnxHeader): OnnxSignature {
  const given = new Set(inputs.map(({ name }) => name));
  const overridable = irVersion < FIRST_OVERRIDABLE_IR ? [] : model.graph.inputs.filter(({ name }) => !given.has(name));
  return { inputs: byName(inputs), overridable: byName(overridable), outputs: byName(sessionOutputs(model)) };
}

function byName(values: readonly OnnxValue[]): ReadonlyMap<string, OnnxTensorInfo> {
  return new Map(values.map((value) => [value.name, tensorInfo(value)]));
}

function tensorInfo({ name, kind, elementType, shape }: OnnxValue): OnnxTensorInfo {
  return {
    name,
    kind,
    type: fromOnnx(elementType) ?? "TYPE_INVALID",
    shape: (shape ?? []).map((size) => (typeof size === "number" && size >= 0 ? size : -1)),
  };
}

/** The data type as the backend's messages name it: TYPE_BYTES where the configuration says TYPE_STRING. */
export function backendTypeName(type: DataType): string {
  return `TYPE_${v2Name(type)}`;
}

/** [-1,3,224], as the server writes shapes. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(",")}]`;
}

/** True where every input and output has an open first dimension. */
export function canBatch({ inputs, outputs }: OnnxSignature): boolean {
  return [...inputs.values(), ...outputs.values()].every(({ shape }) => shape[0] === -1);
}
