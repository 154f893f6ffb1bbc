import type { JsonObject } from "../../base/exact-json.ts";

/** A parameter's value. An integer beyond ±(2^53 - 1) must be a bigint: a number is rounded there and written with an exponent. */
export type Parameter = string | boolean | number | bigint;

/** Parameters by name; undefined is as good as none. */
export type Parameters = Readonly<Record<string, Parameter | undefined>>;

/** The parameters that have a value. */
export function jsonParameters(parameters: Parameters = {}): JsonObject {
  return Object.fromEntries(Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
