import { invalidForest, truncatedForest } from "../forest-error.ts";

/** Containers within containers that are read; XGBoost's models have 7. */
const MOST_LEVELS = 64;

/** Bytes of the types that a typed array may have. */
const SIZES: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

/**
 * The value of a UBJSON text: objects, arrays, typed arrays (as typed arrays; 64-bit integers as float64), numbers, strings, booleans, null.
 * Never makes more than a few times the bytes. Throws FOREST_TRUNCATED and FOREST_INVALID.
 */
export function parseUbjson(bytes: Uint8Array, file: string): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;

  function take(size: number): number {
    const left = bytes.byteLength - offset;
    if (size > left) throw truncatedForest({ file }, `the file ends at byte ${bytes.byteLength}, where ${size - left} more are expected`);
    offset += size;
    return offset - size;
  }

  const marker = (): string => String.fromCharCode(view.getUint8(take(1)));
  const next = (): string => (offset < bytes.byteLength ? String.fromCharCode(view.getUint8(offset)) : "");

  function numberOf(type: string): number | undefined {
    switch (type) {
      case "i":
        return view.getInt8(take(1));
      case "U":
        return view.getUint8(take(1));
      case "I":
        return view.getInt16(take(2));
      case "l":
        return view.getInt32(take(4));
      case "L":
        return Number(view.getBigInt64(take(8)));
      case "d":
        return view.getFloat32(take(4));
      case "D":
        return view.getFloat64(take(8));
      default:
        return undefined;
    }
  }

  /** A count of bytes or elements, each of at least one byte. */
  function length(elementBytes = 1): number {
    const at = offset;
    const count = numberOf(marker());
    if (count === undefined || !Number.isInteger(count) || count < 0) throw invalidForest({ file }, `no length at byte ${at}`);
    if (count * elementBytes > bytes.byteLength - offset) {
      throw truncatedForest({ file }, `${count} elements are announced at byte ${at}, and ${bytes.byteLength - offset} bytes of the file are left`);
    }
    return count;
  }

  function text(): string {
    const size = length();
    const start = take(size);
    return new TextDecoder().decode(bytes.subarray(start, start + size));
  }

  function typed(type: string): unknown {
    const elementBytes = SIZES[type];
    if (elementBytes === undefined) throw invalidForest({ file }, `an array of type "${type}" at byte ${offset}, expected one of ${Object.keys(SIZES).join(", ")}`);
    const count = length(elementBytes);
    const start = take(count * elementBytes);
    switch (type) {
      case "i":
        return new Int8Array(bytes.slice(start, offset).buffer);
      case "U":
        return bytes.slice(start, offset);
      case "I":
        return Int16Array.from({ length: count }, (_, index) => view.getInt16(start + 2 * index));
      case "l":
        return Int32Array.from({ length: count }, (_, index) => view.getInt32(start + 4 * index));
      case "L":
        return Float64Array.from({ length: count }, (_, index) => Number(view.getBigInt64(start + 8 * index)));
      case "d":
        return Float32Array.from({ length: count }, (_, index) => view.getFloat32(start + 4 * index));
      default:
        return Float64Array.from({ length: count }, (_, index) => view.getFloat64(start + 8 * index));
    }
  }

  function array(level: number): unknown {
    if (next() === "$") {
      take(1);
      const type = marker();
      if (marker() !== "#") throw invalidForest({ file }, `a typed array without a length at byte ${offset - 1}`);
      return typed(type);
    }
    const values: unknown[] = [];
    if (next() === "#") {
      take(1);
      const count = length();
      for (let index = 0; index < count; index++) values.push(value(marker(), level));
      return values;
    }
    for (let type = marker(); type !== "]"; type = marker()) if (type !== "N") values.push(value(type, level));
    return values;
  }

  function object(level: number): unknown {
    // Without a prototype: a key of the file is never more than a key.
    const entries = Object.create(null) as Record<string, unknown>;
    let left = Number.POSITIVE_INFINITY;
    if (next() === "$") throw invalidForest({ file }, `an object of one type at byte ${offset}, which XGBoost does not write`);
    if (next() === "#") {
      take(1);
      left = length();
    }
    while (left > 0) {
      if (left === Number.POSITIVE_INFINITY && next() === "}") {
        take(1);
        break;
      }
      const key = text();
      entries[key] = value(marker(), level);
      left--;
    }
    return entries;
  }

  function value(type: string, level: number): unknown {
    if (level > MOST_LEVELS) throw invalidForest({ file }, `more than ${MOST_LEVELS} containers within each other at byte ${offset}`);
    const number = numberOf(type);
    if (number !== undefined) return number;
    switch (type) {
      case "{":
        return object(level + 1);
      case "[":
        return array(level + 1);
      case "S":
      case "H":
        return text();
      case "C":
        return marker();
      case "T":
        return true;
      case "F":
        return false;
      case "Z":
        return null;
      default:
        throw invalidForest({ file }, `it is no UBJSON: byte ${offset - 1} is ${JSON.stringify(type)}, expected the type of a value`);
    }
  }

  const parsed = value(marker(), 0);
  if (offset < bytes.byteLength) throw invalidForest({ file }, `${bytes.byteLength - offset} bytes follow its value`);
  return parsed;
}
