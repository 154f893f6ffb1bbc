import { printScalar } from "../pbtxt/print.ts";
import type { FieldSchema } from "../pbtxt/schema.ts";
import type { Caret } from "./caret.ts";
import type { CompletionItem } from "./completion-item.ts";
import type { LanguageContext } from "./context.ts";
import { knownParameters, knownValues } from "./known-names.ts";
import { roleOf, type Role, type Side } from "./roles.ts";
import { candidates, signature, tensorsOf } from "./wiring.ts";

/** A name before it is quoted. */
type Name = Omit<CompletionItem, "insert">;

/** Names and numbers that fit a scalar field: models, versions, tensors, files, and what Triton knows by itself. */
export function nameItems(text: string, caret: Caret, field: FieldSchema, context: LanguageContext): CompletionItem[] {
  const isString = field.type === "string";
  return namesFor(text, caret, field, context).map((item) => ({ ...item, insert: isString ? quoted(item.label, field, caret) : item.label }));
}

/** A string with the quotes that are not there yet. */
function quoted(name: string, field: FieldSchema, { quote }: Caret): string {
  const literal = printScalar(name, field, quote ?? '"');
  return quote === undefined ? literal : literal.slice(1);
}

function namesFor(text: string, caret: Caret, field: FieldSchema, context: LanguageContext): Name[] {
  const message = caret.message.type?.name;
  const role = roleOf(message, field.name);
  if (role !== undefined) return roleNames(role, text.slice(caret.from, caret.to), caret, context);
  if (message === "ModelConfig" && field.name === "name") return [{ label: context.model, kind: "model" }];
  if (message === "ModelConfig.ParametersEntry" && field.name === "key") return parameterNames(caret, context);
  if (message === "ModelVersionPolicy.Specific" && field.name === "versions") {
    return versionsOf(context, context.model).map((version) => ({ label: String(version), kind: "value" }));
  }
  return knownValues(message, field.name).map(({ name, doc }) => ({ label: name, kind: "value", info: doc }));
}

function roleNames(role: Role, typed: string, caret: Caret, context: LanguageContext): Name[] {
  const { record } = caret;
  const model = record.strings.get("model_name") ?? "";
  switch (role.kind) {
    case "model":
      return [...context.models.values()]
        .filter(({ name }) => name !== context.model)
        .map(({ name, config }) => ({ label: name, kind: "model", detail: config.platform === "" ? config.backend : config.platform }));
    case "version":
      return [
        { label: "-1", kind: "value", info: "The latest version that is served." },
        ...versionsOf(context, model).map((version): Name => ({ label: String(version), kind: "value" })),
      ];
    case "port": {
      const mapped = new Set(record.entries.get(`${role.side}_map`)?.map(({ key }) => key));
      return tensorNames(context, model, role.side).filter(({ label }) => !mapped.has(label));
    }
    case "tensor": {
      const key = caret.message.strings.get("key");
      const port = tensorsOf(context, model, role.side).find(({ name }) => name === key);
      return candidates(context, record, role.side, port).map(({ name, fits, fresh, detail }) => ({
        label: name,
        kind: "tensor",
        ...(detail === undefined ? {} : { detail: fits === false ? `≠ ${detail}` : detail }),
        ...(fresh ? { info: "A new ensemble tensor." } : {}),
      }));
    }
    case "declaration":
      return declarationNames(role.side, typed, context);
    case "mention": {
      const given = new Set(record.entries.get(caret.message.field?.name ?? "")?.map(({ key }) => key));
      return tensorNames(context, context.model, role.side).filter(({ label }) => !given.has(label));
    }
    case "file":
      return filesIn(context, role.folder).map((label) => ({ label, kind: "file" }));
  }
}

function tensorNames(context: LanguageContext, model: string, side: Side): Name[] {
  return tensorsOf(context, model, side).map((tensor) => ({ label: tensor.name, kind: "tensor", detail: signature(tensor) }));
}

/**
 * Names for an input or output of the model itself: of an ensemble, what its steps read and nobody writes, or write; of a model, what
 * the server completes and the text does not declare.
 */
function declarationNames(side: Side, typed: string, context: LanguageContext): Name[] {
  const { model, models, served } = context;
  const open = models.get(model);
  const declared = new Set(open?.parsed?.config[side].map(({ name }) => name));
  const steps = open?.config.ensemble_scheduling?.step;
  if (steps === undefined) {
    return (served?.config ?? open?.config)?.[side].filter(({ name }) => !declared.has(name) && name !== typed).map(({ name }) => ({ label: name, kind: "tensor" })) ?? [];
  }
  const read = new Set(steps.flatMap(({ input_map }) => Object.values(input_map)));
  const written = new Set(steps.flatMap(({ output_map }) => Object.values(output_map)));
  const names = side === "input" ? [...read].filter((name) => !written.has(name)) : [...written].sort((a, b) => Number(read.has(a)) - Number(read.has(b)));
  return names.filter((name) => !declared.has(name)).map((label) => ({ label, kind: "tensor" }));
}

function parameterNames({ record }: Caret, { model, models, served }: LanguageContext): Name[] {
  const given = new Set(record.entries.get("parameters")?.map(({ key }) => key));
  const backend = (served?.config.backend || models.get(model)?.config.backend) ?? "";
  return knownParameters(backend)
    .filter(({ name }) => !given.has(name))
    .map(({ name, doc }) => ({ label: name, kind: "value", info: doc }));
}

/** Version folders of a model, the latest first. */
function versionsOf({ directories, models }: LanguageContext, model: string): readonly number[] {
  const versions = directories?.get(model)?.versions.map(({ number }) => number) ?? models.get(model)?.versions ?? [];
  return [...versions].sort((a, b) => b - a);
}

function filesIn({ directories, model }: LanguageContext, folder: "" | "warmup/" | "initial_state/" | "version"): string[] {
  const directory = directories?.get(model);
  if (directory === undefined) return [];
  if (folder === "version") return [...new Set(directory.versions.flatMap(({ path, files }) => files.map((file) => file.slice(path.length + 1))))];
  const inner = directory.files.filter((file) => file !== directory.config).map((file) => file.slice(model.length + 1));
  return inner.filter((file) => file.startsWith(folder) && !file.slice(folder.length).includes("/")).map((file) => file.slice(folder.length));
}
