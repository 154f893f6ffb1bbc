import type { RepositoryView } from "../../../state/derived.ts";
import { knownValues } from "../../../triton/language/known-names.ts";
import { valueAt, type FieldRow } from "./field-rows.ts";

/** What may stand in a field besides what is typed. */
export interface Choices {
  readonly values: readonly { readonly value: string; readonly doc: string }[];
  /** True where nothing else makes sense, so that a list to choose from will do. */
  readonly closed: boolean;
}

const NONE: Choices = { values: [], closed: false };

/** Names for a row of a model's form: models and versions of the repository for a step, else what Triton knows by itself. */
export function choicesOf({ owner, field, path }: FieldRow, model: string, { models }: Pick<RepositoryView, "models">): Choices {
  if (owner !== "ModelEnsembling.Step") {
    const known = field.type === "string" ? knownValues(owner, field.name) : [];
    return known.length === 0 ? NONE : { values: known.map(({ name, doc }) => ({ value: name, doc })), closed: false };
  }
  if (field.name === "model_name") return { values: [...models.keys()].filter((name) => name !== model).map((value) => ({ value, doc: "" })), closed: false };
  if (field.name !== "model_version") return NONE;
  const step = valueAt(models.get(model)?.parsed?.config, [...path.slice(0, -1), "model_name"]);
  const versions = models.get(String(step))?.directory.versions.map(({ number }) => String(number)) ?? [];
  return { values: [{ value: "-1", doc: "latest" }, ...versions.map((value) => ({ value, doc: "" }))], closed: true };
}
