import { ConchError } from "../../base/errors.ts";
import type { TextEdit } from "../../base/text-edit.ts";
import { removeValue, setValue } from "../pbtxt/edit.ts";
import type { Path } from "../pbtxt/path.ts";
import type { EditValue } from "../pbtxt/print.ts";
import type { PbtxtTree } from "../pbtxt/tree.ts";
import { mapPath } from "./scheduling-rules.ts";
import type { StepPort } from "./tensor-uses.ts";

/** A part of a gesture, for `editAll`. */
export type Change = (tree: PbtxtTree) => TextEdit[];

/** Gives a path a value. */
export const setting =
  (path: Path, value: EditValue): Change =>
  (tree) =>
    setValue(tree, path, value);

/** Takes a path's value out. */
export const removing =
  (path: Path): Change =>
  (tree) =>
    removeValue(tree, path);

/** Lets ports of steps read another tensor. */
export function redirect(readers: readonly StepPort[], tensor: string): Change[] {
  return readers.map(({ step, port }) => setting(mapPath(step, "input_map", port), tensor));
}

/** Why a gesture cannot be made, in words that name what stands against it. */
export function impossible(message: string): ConchError {
  return new ConchError("EDIT_IMPOSSIBLE", message);
}
