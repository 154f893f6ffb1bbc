import type { LanguageContext, Location } from "./context.ts";
import { entityAt, referencesTo, type Entity, type Reference } from "./entity.ts";
import type { Role } from "./roles.ts";
import { subjectAt } from "./subject.ts";

/**
 * Where what an offset of the open configuration names is defined: a model by its configuration, a model's tensor by its declaration,
 * an ensemble tensor by its producers, a file by itself. Empty where the repository does not have it.
 */
export function definitionsAt(offset: number, context: LanguageContext): Location[] {
  const found = entityAt(offset, context);
  if (found !== undefined) return definitionsOf(found.entity, context);
  const parsed = context.models.get(context.model)?.parsed;
  const subject = parsed === undefined ? undefined : subjectAt(parsed, offset);
  const role = subject?.named?.role;
  return role?.kind === "file" ? filesNamed(role.folder, subject?.named?.name ?? "", context) : [];
}

function definitionsOf(entity: Entity, context: LanguageContext): Location[] {
  if (entity.kind === "model") return configurationOf(entity.name, context);
  const references = referencesTo(entity, context);
  if (entity.kind === "port") {
    const declared = references.filter(({ named }) => named.role.kind === "declaration");
    // A declaration that the server completes from the model's file stands nowhere.
    return declared.length > 0 ? declared.map(place) : configurationOf(entity.model, context);
  }
  const inside = references.filter(({ model }) => model === entity.ensemble);
  const producers = inside.filter(({ named }) => isWritten(named.role));
  const rest = producers.length > 0 ? producers : inside.filter(({ named }) => named.role.kind === "declaration");
  return (rest.length > 0 ? rest : inside.slice(0, 1)).map(place);
}

/** An ensemble input, or the output of a step. */
function isWritten(role: Role): boolean {
  return (role.kind === "declaration" && role.side === "input") || (role.kind === "tensor" && role.side === "output");
}

function configurationOf(model: string, { models }: LanguageContext): Location[] {
  const parsed = models.get(model)?.parsed;
  if (parsed === undefined) return [];
  const { from, to } = parsed.rangeOf(["name"]) ?? { from: 0, to: 0 };
  return [{ file: parsed.file, from, to }];
}

function filesNamed(folder: "" | "warmup/" | "initial_state/" | "version", name: string, { model, directories }: LanguageContext): Location[] {
  const directory = directories?.get(model);
  const paths = folder === "version" ? (directory?.versions.map(({ path }) => `${path}/${name}`) ?? []) : [`${model}/${folder}${name}`];
  const present = new Set([...(directory?.files ?? []), ...(directory?.versions.flatMap(({ files }) => files) ?? [])]);
  return paths.filter((path) => present.has(path)).map((file) => ({ file, from: 0, to: 0 }));
}

/** Every place that names what an offset of the open configuration names, its definition included. */
export function referencesAt(offset: number, context: LanguageContext): Location[] {
  const found = entityAt(offset, context);
  return found === undefined ? [] : referencesTo(found.entity, context).map(place);
}

function place({ file, from, to }: Reference): Location {
  return { file, from, to };
}
