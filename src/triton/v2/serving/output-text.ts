import { decodeSourceText, encodeSourceText } from "../../../base/source-text.ts";
import { v2Name } from "../../../tensor/data-type.ts";
import { isBytes, typedData, type Tensor } from "../../../tensor/tensor.ts";
import { invalidArgument } from "./protocol-error.ts";

/**
 * The data of an output as Triton writes them: a flat array; single floats with the digits of a double; NaN and the infinities as bare words; byte
 * strings as they are, UTF-8 or not. Throws a ProtocolError for what has no JSON.
 */
export function outputText(name: string, tensor: Tensor): Uint8Array<ArrayBuffer> {
  if (isBytes(tensor)) return encodeSourceText(`[${tensor.data.map(stringText).join()}]`);
  const { dataType } = tensor;
  if (dataType === "TYPE_FP16" || dataType === "TYPE_BF16") {
    throw invalidArgument(`sending ${v2Name(dataType)} data via JSON is not supported. Please use the binary data format for output ${name}`);
  }
  const write = dataType === "TYPE_BOOL" ? booleanText : dataType === "TYPE_FP32" || dataType === "TYPE_FP64" ? realText : String;
  const data = typedData(tensor);
  const texts: string[] = [];
  for (const value of data) texts.push(write(value));
  return new TextEncoder().encode(`[${texts.join()}]`);
}

function booleanText(value: number | bigint): string {
  return value === 0 ? "false" : "true";
}

function realText(value: number | bigint): string {
  const real = Number(value);
  if (Object.is(real, -0)) return "-0.0";
  const text = String(real).replace("e+", "e");
  return Number.isInteger(real) && !text.includes("e") ? `${text}.0` : text;
}

/** JSON's escapes; bytes that are no UTF-8, lone surrogates here, pass as they are. */
function stringText(element: Uint8Array): string {
  const text = decodeSourceText(element);
  if (text.isWellFormed()) return JSON.stringify(text);
  return `"${text.replace(/["\\]|\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))}"`;
}
