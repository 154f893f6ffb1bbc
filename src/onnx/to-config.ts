import { ConchError } from "../base/errors.ts";
import { fromOnnx, type DataType } from "../tensor/data-type.ts";
import type { OnnxHeader } from "./header.ts";
import type { OnnxValue } from "./model.ts";

/**
 * A config.pbtxt for a model that has none: name, backend, max_batch_size 0, and every input and output with its data type and dims, -1 where the
 * model leaves a size open. A scalar, which Triton's dims cannot say, becomes dims [ 1 ], as Triton's auto-completion has it.
 * `file` is the model's file name, stated where it is not model.onnx. Throws ONNX_UNSUPPORTED for inputs or outputs that are no Triton tensors.
 */
export function toConfig(header: OnnxHeader, name: string, file = "model.onnx"): string {
  const lines = [`name: ${quote(name)}`, `backend: "onnxruntime"`];
  if (file !== "model.onnx") lines.push(`default_model_filename: ${quote(file)}`);
  lines.push("max_batch_size: 0", ...list("input", header.inputs), ...list("output", header.outputs));
  return `${lines.join("\n")}\n`;
}

function list(field: "input" | "output", values: readonly OnnxValue[]): string[] {
  if (values.length === 0) return [];
  const items = values.map((value) => {
    // An unknown rank counts as one open dimension, as a scalar counts as one element.
    const shape = value.shape ?? [undefined];
    const dims = shape.length === 0 ? ["1"] : shape.map((size) => (typeof size === "number" ? String(size) : "-1"));
    const lines = [`    name: ${quote(value.name)}`, `    data_type: ${dataType(field, value)}`, `    dims: [ ${dims.join(", ")} ]`];
    return ["  {", ...lines, "  }"].join("\n");
  });
  return [`${field} [`, items.join(",\n"), "]"];
}

function dataType(field: string, value: OnnxValue): DataType {
  const type = value.kind === "tensor" ? fromOnnx(value.elementType) : undefined;
  if (type !== undefined) return type;
  const found = value.kind === "tensor" ? `a tensor of ONNX element type ${value.elementType}` : value.kind === "none" ? "untyped" : `a ${value.kind}`;
  throw new ConchError("ONNX_UNSUPPORTED", `The model's ${field} "${value.name}" is ${found}, which no Triton tensor can carry`, {
    data: { name: value.name, found },
  });
}

/** A text format string. */
function quote(text: string): string {
  const escaped = text.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t");
  return `"${escaped}"`;
}
