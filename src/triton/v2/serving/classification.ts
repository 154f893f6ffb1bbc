import { v2Name } from "../../../tensor/data-type.ts";
import { elementCount, isBytes, typedData, type Tensor } from "../../../tensor/tensor.ts";
import { invalidArgument } from "./protocol-error.ts";

/** More elements than this Triton does not sort. */
const MOST = 1_000_000;
const UNSORTED = new Set(["TYPE_FP16", "TYPE_BF16", "TYPE_BOOL", "TYPE_STRING"]);

/**
 * The `most` largest values of each item of a batch, as text "value:index:label". `labels`: the lines of the output's label file.
 * Throws a ProtocolError for types that have no order.
 */
export function classified(tensor: Tensor, most: number, batched: boolean, labels: readonly string[]): Tensor {
  const { dataType, shape } = tensor;
  if (isBytes(tensor) || UNSORTED.has(dataType)) throw invalidArgument(`class result not available for output due to unsupported type '${v2Name(dataType)}'`);
  const batch = batched ? (shape[0] ?? 1) : 1;
  const each = elementCount(batched ? shape.slice(1) : shape);
  if (each > MOST) throw invalidArgument(`class result not available for output with ${each} elements, at most ${MOST} are sorted`);
  const count = Math.min(most, each);
  const real = dataType === "TYPE_FP32" || dataType === "TYPE_FP64";
  const data = typedData(tensor);
  const texts: Uint8Array[] = [];
  for (let item = 0; item < batch; item++) {
    const values = Array.from(data.subarray(item * each, (item + 1) * each) as Iterable<number | bigint>);
    for (const index of order(values).slice(0, count)) texts.push(new TextEncoder().encode(entry(values[index] ?? 0, index, labels, real)));
  }
  return { dataType: "TYPE_STRING", shape: batched ? [batch, count] : [count], data: texts };
}

/** Indices by descending value, equal ones in their order; a value that is no number stays where the sort finds it, as in the server. */
function order(values: readonly (number | bigint)[]): number[] {
  return values.map((_, index) => index).sort((a, b) => compare(values[a] ?? 0, values[b] ?? 0));
}

function compare(a: number | bigint, b: number | bigint): number {
  return a > b ? -1 : a < b ? 1 : 0;
}

function entry(value: number | bigint, index: number, labels: readonly string[], real: boolean): string {
  const label = labels[index] ?? "";
  return `${real ? realText(Number(value)) : String(value)}:${index}${label === "" ? "" : `:${label}`}`;
}

/** As C's printf writes a double by %f. */
function realText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}
