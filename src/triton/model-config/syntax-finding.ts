import type { Fix } from "../../base/diagnostic.ts";
import type { Finding } from "../findings.ts";
import { nearest } from "../nearest.ts";
import type { FieldNode, MessageNode, PbtxtTree, SyntaxError, TextRange } from "../pbtxt/tree.ts";

/** What users write for a data type, and Triton's name of it. */
const DATA_TYPE_ALIASES: Readonly<Record<string, string>> = {
  FLOAT: "TYPE_FP32",
  FLOAT16: "TYPE_FP16",
  FLOAT32: "TYPE_FP32",
  FLOAT64: "TYPE_FP64",
  HALF: "TYPE_FP16",
  DOUBLE: "TYPE_FP64",
  BFLOAT16: "TYPE_BF16",
  INT: "TYPE_INT32",
  LONG: "TYPE_INT64",
  BYTE: "TYPE_UINT8",
  BYTES: "TYPE_STRING",
  STR: "TYPE_STRING",
  BOOLEAN: "TYPE_BOOL",
};

/** What to do about a placeholder, wherever it stands. */
export const UNFILLED = "Fill in the template's placeholder before Triton reads the file: it takes the text as it is.";

/** A parser error as a finding: Triton's text with its `line:column`, and what to do about it. */
export function syntaxFinding(error: SyntaxError, tree: PbtxtTree, templates: readonly TextRange[], file: string): Finding {
  const slash = file.indexOf("/");
  const template = templates.find(({ from, to }) => from <= error.from && error.from < to);
  const suggestion = template === undefined ? suggest(error, tree) : undefined;
  const hint = template === undefined ? (suggestion?.hint ?? hintFor(error)) : UNFILLED;
  const finding: Finding = {
    code: template === undefined ? error.code : "CONFIG_TEMPLATE",
    severity: "error",
    stage: "poll",
    ...(slash < 0 ? {} : { model: file.slice(0, slash) }),
    file,
    from: template?.from ?? error.from,
    to: template?.to ?? error.to,
    message: `${error.line}:${error.column}: ${error.message}`,
  };
  if (hint !== undefined) finding.hint = hint;
  if (suggestion !== undefined) finding.fix = suggestion.fix(file);
  return finding;
}

interface Suggestion {
  hint: string;
  fix(file: string): Fix;
}

/** A replacement for a name that does not exist. */
function suggest(error: SyntaxError, tree: PbtxtTree): Suggestion | undefined {
  if (error.code !== "PBTXT_UNKNOWN_FIELD" && error.code !== "PBTXT_UNKNOWN_ENUM") return undefined;
  const word = tree.text.slice(error.from, error.to);
  const better = error.code === "PBTXT_UNKNOWN_FIELD" ? betterField(word, error, tree) : betterEnum(word, error, tree);
  if (better === undefined) return undefined;
  return {
    hint: `Did you mean ${better}?`,
    fix: (file) => ({
      title: `Change to ${better}`,
      edits: [{ path: file, edits: [{ from: error.from, to: error.to, insert: better }] }],
    }),
  };
}

function betterField(word: string, error: SyntaxError, tree: PbtxtTree): string | undefined {
  const message = innermost(tree.root, error.from).message;
  return nearest(word, message.schema?.fields.keys() ?? []);
}

function betterEnum(word: string, error: SyntaxError, tree: PbtxtTree): string | undefined {
  const { field } = innermost(tree.root, error.from);
  const values = field?.schema === undefined ? undefined : tree.schema.enums.get(field.schema.type)?.values;
  if (values === undefined) return undefined;
  const bare = word.toUpperCase().replace(/^TYPE_/, "");
  const alias = DATA_TYPE_ALIASES[bare] ?? `TYPE_${bare}`;
  return values.has(alias) ? alias : nearest(word, values.keys());
}

function innermost(message: MessageNode, offset: number): { message: MessageNode; field?: FieldNode } {
  for (const field of message.fields) {
    if (offset < field.from || offset > field.to) continue;
    const inner = field.values.find((value) => value.kind === "message" && value.from < offset && offset < value.to);
    return inner?.kind === "message" ? innermost(inner, offset) : { message, field };
  }
  return { message };
}

function hintFor(error: SyntaxError): string | undefined {
  const { message } = error;
  if (/^Expected identifier, got: $/.test(message)) return "A closing } is missing.";
  if (/^Expected identifier, got: [}>]$/.test(message)) return "There is one closing brace too many.";
  if (/^Expected identifier, got: [,;]$/.test(message)) return "Fields are separated by nothing, one comma or one semicolon.";
  if (/^Expected identifier, got: \/$/.test(message)) return "Comments start with #.";
  if (message.startsWith("Expected string, got: ")) return "Put the value between quotes.";
  if (/^Expected integer(?: or identifier)?, got: ["']/.test(message)) return "Remove the quotes.";
  if (/^Expected (?:"\{"|integer|string).*(?:\]"?\.?)$/.test(message)) return "Remove the comma behind the last element.";
  if (/^Expected ",", found "[{<]/.test(message)) return "Elements of a list are separated by commas.";
  if (/^Expected "\{", found "["'0-9]/.test(message)) return "The value is a message: write it as { field: value }.";
  if (message.startsWith('Expected ":"')) return "A value that is no message needs a colon before it.";
  if (message.startsWith("Interpreting non ascii codepoint 239") && error.from === 0) return "Save the file without a byte order mark.";
  if (message.startsWith("Invalid value for boolean")) return "Write true or false.";
  if (!error.reported) return "Triton stops before it gets here; this shows once the first error is mended.";
  return undefined;
}
