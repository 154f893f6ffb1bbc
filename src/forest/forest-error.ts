import { ConchError, type ErrorData } from "../base/errors.ts";

/** Where in a forest's file something is wrong. */
export interface ForestPlace {
  /** Name of the file for the message. */
  readonly file: string;
  readonly tree?: number;
  readonly node?: number;
}

/** FOREST_INVALID: what was found contradicts the format or itself. */
export function invalidForest(place: ForestPlace, message: string): ConchError {
  return new ConchError("FOREST_INVALID", `${at(place)}: ${message}`, { data: dataOf(place) });
}

/** FOREST_TRUNCATED: the file ends before what it announces. */
export function truncatedForest(place: ForestPlace, message: string): ConchError {
  return new ConchError("FOREST_TRUNCATED", `${at(place)}: ${message}`, { data: dataOf(place) });
}

/** FOREST_UNSUPPORTED: a format, version or kind that is not run here. */
export function unsupportedForest(place: ForestPlace, message: string): ConchError {
  return new ConchError("FOREST_UNSUPPORTED", `${at(place)}: ${message}`, { data: dataOf(place) });
}

function at({ file, tree, node }: ForestPlace): string {
  return [file, ...(tree === undefined ? [] : [`tree ${tree}`]), ...(node === undefined ? [] : [`node ${node}`])].join(", ");
}

function dataOf({ file, tree, node }: ForestPlace): ErrorData {
  return { file, ...(tree === undefined ? {} : { tree }), ...(node === undefined ? {} : { node }) };
}
