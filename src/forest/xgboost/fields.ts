import { invalidForest, truncatedForest, type ForestPlace } from "../forest-error.ts";

/** An object of a parsed XGBoost model, and where it stands: "learner.objective". */
export interface Fields {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The object at a field. Throws FOREST_INVALID where there is none. */
export function objectAt({ path, values }: Fields, name: string, place: ForestPlace): Fields {
  return asObject(values[name], joined(path, name), place);
}

/** The value as an object. Throws FOREST_INVALID for anything else. */
export function asObject(value: unknown, path: string, place: ForestPlace): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) throw invalidForest(place, `${path} is ${kindOf(value)}, expected an object`);
  return { path, values: value as Record<string, unknown> };
}

/** The text at a field. Throws FOREST_INVALID where there is none. */
export function textAt({ path, values }: Fields, name: string, place: ForestPlace): string {
  const value = values[name];
  if (typeof value !== "string") throw invalidForest(place, `${joined(path, name)} is ${kindOf(value)}, expected a text`);
  return value;
}

/** The whole number at a field, which XGBoost writes as a text. `otherwise`: what an absent field stands for. Throws FOREST_INVALID. */
export function wholeAt({ path, values }: Fields, name: string, place: ForestPlace, otherwise?: number): number {
  const value = values[name];
  if (value === undefined && otherwise !== undefined) return otherwise;
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) throw invalidForest(place, `${joined(path, name)} is ${kindOf(value)}, expected a whole number`);
  return number;
}

/** The list at a field: parsed, or typed. An absent one is empty where `optional`. Throws FOREST_INVALID. */
export function listAt({ path, values }: Fields, name: string, place: ForestPlace, optional = false): ArrayLike<unknown> {
  const value = values[name];
  if (value === undefined && optional) return [];
  if (Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value) && "length" in value) return value as unknown as ArrayLike<unknown>;
  throw invalidForest(place, `${joined(path, name)} is ${kindOf(value)}, expected a list`);
}

/** The list at a field as whole numbers of 32 bits; true and false count as 1 and 0. Throws FOREST_INVALID, and FOREST_TRUNCATED for another length than expected. */
export function wholesAt(fields: Fields, name: string, place: ForestPlace, expected?: number, optional = false): Int32Array<ArrayBuffer> {
  const list = sized(fields, name, place, expected, optional);
  if (list instanceof Int32Array) return list as Int32Array<ArrayBuffer>;
  const numbers = new Int32Array(list.length);
  for (let index = 0; index < list.length; index++) {
    const value = Number(typeof list[index] === "boolean" || typeof list[index] === "number" ? list[index] : NaN);
    if (value !== (value | 0)) throw invalidForest(nodePlace(place, index, expected), `${joined(fields.path, name)}[${index}] is ${kindOf(list[index])}, expected a whole number of 32 bits`);
    numbers[index] = value;
  }
  return numbers;
}

/** The list at a field as float32, null as NaN. Throws FOREST_INVALID, and FOREST_TRUNCATED for another length than expected. */
export function floatsAt(fields: Fields, name: string, place: ForestPlace, expected?: number, optional = false): Float32Array<ArrayBuffer> {
  const list = sized(fields, name, place, expected, optional);
  if (list instanceof Float32Array) return list as Float32Array<ArrayBuffer>;
  const numbers = new Float32Array(list.length);
  for (let index = 0; index < list.length; index++) {
    const value = list[index] === null ? NaN : list[index];
    if (typeof value !== "number") throw invalidForest(nodePlace(place, index, expected), `${joined(fields.path, name)}[${index}] is ${kindOf(value)}, expected a number`);
    numbers[index] = value;
  }
  return numbers;
}

function sized(fields: Fields, name: string, place: ForestPlace, expected: number | undefined, optional: boolean): ArrayLike<unknown> {
  const list = listAt(fields, name, place, optional);
  if (expected === undefined || list.length === expected || (optional && list.length === 0)) return list;
  const message = `${joined(fields.path, name)} has ${list.length} elements, expected ${expected}`;
  throw list.length < expected ? truncatedForest(place, message) : invalidForest(place, message);
}

/** Lists as long as the nodes are by node id. */
function nodePlace(place: ForestPlace, index: number, expected: number | undefined): ForestPlace {
  return expected === undefined || place.tree === undefined ? place : { ...place, node: index };
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value);
}
