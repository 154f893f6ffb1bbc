import type { LanguageContext, Location } from "./context.ts";
import { namedNodes, type NamedNode, type Side } from "./roles.ts";

/**
 * What a name stands for. An input or output of an ensemble is a tensor of that ensemble, whether it is named inside or by the map of
 * another one.
 */
export type Entity =
  | { readonly kind: "model"; readonly name: string }
  | { readonly kind: "tensor"; readonly ensemble: string; readonly name: string }
  | { readonly kind: "port"; readonly model: string; readonly side: Side; readonly name: string };

/** A place that names an entity. */
export interface Reference extends Location {
  /** Directory name of the model whose configuration it is. */
  readonly model: string;
  readonly named: NamedNode;
}

/** What a named scalar of a model's configuration stands for; undefined for versions and files. */
export function entityOf({ role, name, stepModel }: NamedNode, model: string, context: LanguageContext): Entity | undefined {
  switch (role.kind) {
    case "model":
      return { kind: "model", name };
    case "tensor":
      return { kind: "tensor", ensemble: model, name };
    case "port":
      return stepModel === undefined ? undefined : portOf(stepModel, role.side, name, context);
    case "declaration":
    case "mention":
      return portOf(model, role.side, name, context);
    case "version":
    case "file":
      return undefined;
  }
}

function portOf(model: string, side: Side, name: string, context: LanguageContext): Entity {
  return isEnsemble(model, context) ? { kind: "tensor", ensemble: model, name } : { kind: "port", model, side, name };
}

/** Whether a model is known to be an ensemble. */
export function isEnsemble(model: string, { models }: LanguageContext): boolean {
  const config = models.get(model)?.config;
  return config !== undefined && (config.ensemble_scheduling !== undefined || config.platform === "ensemble");
}

/** Every place of the repository that names an entity, file by file, in text order. */
export function referencesTo(entity: Entity, context: LanguageContext): Reference[] {
  const found: Reference[] = [];
  for (const { name: model, parsed } of context.models.values()) {
    if (parsed === undefined) continue;
    for (const named of namedNodes(parsed.tree.root)) {
      if (named.name !== entity.name) continue;
      const one = entityOf(named, model, context);
      if (one !== undefined && isSame(one, entity)) found.push({ file: parsed.file, from: named.node.from, to: named.node.to, model, named });
    }
  }
  return found;
}

function isSame(a: Entity, b: Entity): boolean {
  if (a.name !== b.name) return false;
  if (a.kind === "model") return b.kind === "model";
  if (a.kind === "tensor") return b.kind === "tensor" && a.ensemble === b.ensemble;
  return b.kind === "port" && a.model === b.model && a.side === b.side;
}

/** The entity that the text at an offset of the open configuration names, with the range of its name. */
export function entityAt(offset: number, context: LanguageContext): { readonly entity: Entity; readonly named: NamedNode } | undefined {
  const parsed = context.models.get(context.model)?.parsed;
  const named = parsed === undefined ? undefined : namedNodes(parsed.tree.root).find(({ node }) => node.from <= offset && offset <= node.to);
  const entity = named === undefined ? undefined : entityOf(named, context.model, context);
  return named === undefined || entity === undefined ? undefined : { entity, named };
}
