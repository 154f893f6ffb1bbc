import type { FileEdits } from "../../base/diagnostic.ts";
import type { TextEdit } from "../../base/text-edit.ts";
import { printScalar } from "../pbtxt/print.ts";
import type { FieldSchema } from "../pbtxt/schema.ts";
import type { TextRange } from "../pbtxt/tree.ts";
import type { LanguageContext } from "./context.ts";
import { entityAt, isEnsemble, referencesTo, type Entity, type Reference } from "./entity.ts";

/** A name at the caret that can be changed. */
export type RenameTarget = TextRange & Renamed;

/** A tensor by its present name. */
export interface Renamed {
  readonly name: string;
  readonly entity: Exclude<Entity, { kind: "model" }>;
}

/**
 * What else a new name asks for.
 * - `clients`: requests name this input or output of `model`; they have to follow.
 * - `model-file`: the files of `model` name the tensor too.
 */
export interface RenameWarning {
  readonly kind: "clients" | "model-file";
  readonly model: string;
}

/** The edits of a new name, or why it is refused: it is empty, or `model` has a tensor or a map entry of that name. */
export type Renaming =
  | { readonly edits: readonly FileEdits[]; readonly places: number; readonly warnings: readonly RenameWarning[] }
  | { readonly refused: "empty" }
  | { readonly refused: "taken"; readonly model: string };

/** The tensor name at an offset of the open configuration; undefined where there is none. Models go by their directory's name and keep it. */
export function renameTargetAt(offset: number, context: LanguageContext): RenameTarget | undefined {
  const found = entityAt(offset, context);
  if (found === undefined || found.entity.kind === "model") return undefined;
  const { node, name } = found.named;
  return { from: node.from, to: node.to, name, entity: found.entity };
}

/**
 * Gives a tensor another name wherever the repository names it: an ensemble tensor in its ensemble, a model's input or output in its
 * configuration and in the maps of all ensembles that use the model.
 */
export function rename({ name, entity }: Renamed, to: string, context: LanguageContext): Renaming {
  if (to === "") return { refused: "empty" };
  if (to === name) return { edits: [], places: 0, warnings: [] };
  const references = referencesTo(entity, context);
  const taken = takenBy(entity, to, references, context);
  if (taken !== undefined) return { refused: "taken", model: taken };
  return { edits: editsOf(references, to, context), places: references.length, warnings: warningsOf(entity, references, context) };
}

function editsOf(references: readonly Reference[], to: string, { models }: LanguageContext): FileEdits[] {
  const byFile = new Map<string, TextEdit[]>();
  for (const { file, model, from, to: end } of references) {
    const text = models.get(model)?.parsed?.text ?? "";
    const quote = text.charAt(from) === "'" ? "'" : '"';
    byFile.set(file, [...(byFile.get(file) ?? []), { from, to: end, insert: printScalar(to, STRING, quote) }]);
  }
  return [...byFile].map(([path, edits]) => ({ path, edits }));
}

const STRING: FieldSchema = { name: "name", number: 1, kind: "scalar", type: "string", repeated: false, explicit: false, doc: "" };

/** The model in which the new name means something else already. */
function takenBy(entity: Renamed["entity"], to: string, references: readonly Reference[], context: LanguageContext): string | undefined {
  const home = entity.kind === "tensor" ? entity.ensemble : entity.model;
  const inTheWay = referencesTo({ ...entity, name: to }, context);
  if (inTheWay.some(({ model }) => model === home)) return home;
  if (entity.kind === "port" && context.models.get(home)?.config[entity.side].some(({ name }) => name === to)) return home;
  // A key that a step's map has already, of a tensor that its model does not have.
  return inTheWay.find(({ file, named }) => references.some((one) => one.file === file && one.named.stepModel === named.stepModel && one.named.role === named.role))?.model;
}

function warningsOf(entity: Renamed["entity"], references: readonly Reference[], context: LanguageContext): RenameWarning[] {
  const home = entity.kind === "tensor" ? entity.ensemble : entity.model;
  const declared = references.some(({ model, named }) => model === home && named.role.kind === "declaration");
  const warnings: RenameWarning[] = declared ? [{ kind: "clients", model: home }] : [];
  if (!isEnsemble(home, context)) warnings.push({ kind: "model-file", model: home });
  return warnings;
}
