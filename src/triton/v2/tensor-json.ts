import { writeExactJson, type JsonValue } from "../../base/exact-json.ts";
import { decodeSourceText, encodeSourceText } from "../../base/source-text.ts";
import { allocate, v2Name, type DataType, type TypedData } from "../../tensor/data-type.ts";
import { floatToBfloat, floatToHalf } from "../../tensor/half.ts";
import { elementCount, isBytes, typedData, type Tensor } from "../../tensor/tensor.ts";
import { unsendable } from "./document.ts";

/**
 * The elements of a tensor as JSON text: a flat array in C order. Throws V2_REQUEST_INVALID for what the protocol has no JSON for: FP16, BF16 and
 * byte strings that are no UTF-8. `name` is for messages.
 */
export function tensorText(tensor: Tensor, name: string): string {
  if (isBytes(tensor)) return `[${tensor.data.map((element) => bytesText(element, name)).join(",")}]`;
  const { dataType } = tensor;
  if (dataType === "TYPE_FP16" || dataType === "TYPE_BF16") throw unsendable(`Input "${name}" cannot be sent as JSON: the protocol has none for ${v2Name(dataType)}; send it as binary`);
  const write = dataType === "TYPE_FP32" ? singleText : dataType === "TYPE_BOOL" ? (value: number | bigint) => (value === 0 ? "false" : "true") : writeExactJson;
  return `[${Array.from<number | bigint, string>(typedData(tensor), write).join(",")}]`;
}

/** Why a JSON value is no tensor of that type and shape; the words go into a message. */
export class MisfitData extends Error {}

/** The tensor that a flat or nested JSON array holds. Throws {@link MisfitData}. */
export function tensorOfJson(dataType: DataType, shape: readonly number[], value: JsonValue): Tensor {
  const leaves: JsonValue[] = [];
  flatten(value, leaves);
  const count = elementCount(shape);
  if (leaves.length !== count) throw new MisfitData(`expected ${count} elements for [${shape.join(", ")}], found ${leaves.length}`);
  if (dataType === "TYPE_STRING") return { dataType, shape, data: leaves.map((leaf) => encodeSourceText(stored(leaf, "string", dataType))) };
  const data = allocate(dataType, count);
  for (let index = 0; index < count; index++) data[index] = element(dataType, leaves[index] as JsonValue, data);
  return { dataType, shape, data };
}

function bytesText(element: Uint8Array, name: string): string {
  const text = decodeSourceText(element);
  if (text.isWellFormed()) return JSON.stringify(text);
  throw unsendable(`Input "${name}" cannot be sent as JSON: one of its elements is no UTF-8 text; send it as binary`);
}

/** The shortest decimal number that is nearest to a binary32 value; a server reads it as a double and rounds. */
function singleText(value: number | bigint): string {
  const single = Number(value);
  if (Number.isInteger(single) || !Number.isFinite(single)) return writeExactJson(single);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return String(short);
  }
  return String(single);
}

function flatten(value: JsonValue, leaves: JsonValue[]): void {
  if (!Array.isArray(value)) leaves.push(value);
  else for (const item of value as readonly JsonValue[]) flatten(item, leaves);
}

function element(dataType: DataType, leaf: JsonValue, data: TypedData): number | bigint {
  if (dataType === "TYPE_BOOL") return Number(stored(leaf, "boolean", dataType));
  if (typeof leaf !== "number" && typeof leaf !== "bigint") throw misfit(leaf, dataType);
  switch (dataType) {
    case "TYPE_FP16":
      return floatToHalf(Number(leaf));
    case "TYPE_BF16":
      return floatToBfloat(Number(leaf));
    case "TYPE_FP32":
    case "TYPE_FP64":
      return Number(leaf);
    default: {
      const [lowest, highest] = integerRange(dataType, data.BYTES_PER_ELEMENT);
      if (!Number.isInteger(leaf) && typeof leaf === "number") throw misfit(leaf, dataType);
      const whole = BigInt(leaf);
      if (whole < lowest || whole > highest) throw misfit(leaf, dataType);
      return data.BYTES_PER_ELEMENT === 8 ? whole : Number(whole);
    }
  }
}

function integerRange(dataType: DataType, bytes: number): readonly [bigint, bigint] {
  const bits = BigInt(bytes * 8);
  return dataType.startsWith("TYPE_UINT") ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
}

function stored<K extends "string" | "boolean">(leaf: JsonValue, kind: K, dataType: DataType): K extends "string" ? string : boolean {
  if (typeof leaf !== kind) throw misfit(leaf, dataType);
  return leaf as K extends "string" ? string : boolean;
}

function misfit(leaf: JsonValue, dataType: DataType): MisfitData {
  return new MisfitData(`expected elements of ${v2Name(dataType)}, found ${writeExactJson(leaf).slice(0, 60)}`);
}
