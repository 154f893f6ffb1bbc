import type { Fix } from "../../../base/diagnostic.ts";
import { applyEdits, type TextEdit } from "../../../base/text-edit.ts";
import type { Finding } from "../../findings.ts";
import type { ParsedConfig } from "../../model-config/decode.ts";
import { type Change, removing } from "../../ensemble/changes.ts";
import { editAll } from "../../pbtxt/edit.ts";
import { findPath, type Path } from "../../pbtxt/path.ts";
import type { AdviceCase } from "../advice/report.ts";

/** A finding that has no repair yet, with the model that it is about and the models of its steps. */
export interface FixCase extends AdviceCase {
  readonly finding: Finding;
  /** The model's text; an empty one where there is none. `parsed.config` is what the text says, `model.config` what it is completed to. */
  readonly parsed: ParsedConfig;
  /** The path of what the finding marks; [] where it marks nothing. */
  readonly path: Path;
}

/** The repair of one kind of finding; undefined where none is safe. */
export type FixRule = (one: FixCase) => Fix | undefined;

/** A repair by edits of the model's own text; undefined where they change nothing. A text that does not exist is created. */
export function editing({ parsed, content, model }: FixCase, title: string, edits: readonly TextEdit[]): Fix | undefined {
  if (edits.length === 0) return undefined;
  if (content.config(model.name) !== undefined) return { title, edits: [{ path: parsed.file, edits }] };
  return { title, edits: [{ path: parsed.file, create: `${applyEdits(parsed.text, edits).trim()}\n` }] };
}

/** A repair by changes of the model's own text. */
export function changing(one: FixCase, title: string, ...changes: readonly Change[]): Fix | undefined {
  return editing(one, title, editAll(one.parsed.tree, changes));
}

/** Takes out what the finding marks, or one field of the model. */
export function removal(field?: string): FixRule {
  return (one) => {
    const path = field === undefined ? one.path : [field];
    const name = path.findLast((part) => typeof part === "string");
    if (path.length === 0 || name === undefined) return undefined;
    return changing(one, `Remove ${name}`, removing(path));
  };
}

/** Whether the text has a value at a path. */
export function has({ parsed }: FixCase, path: Path): boolean {
  return findPath(parsed.tree.root, path) !== undefined;
}
