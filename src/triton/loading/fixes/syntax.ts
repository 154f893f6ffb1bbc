import { applyEdits, type TextEdit } from "../../../base/text-edit.ts";
import { parsePbtxt } from "../../pbtxt/parse.ts";
import type { FieldNode, MessageNode, PbtxtTree, SyntaxError } from "../../pbtxt/tree.ts";
import { editing, type FixRule } from "./fix-case.ts";

/** A small change of the text that may be what the parser missed. */
interface Candidate {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** Tries the usual slips at the place of the error, and offers the first after which the parser gets further. */
const mend: FixRule = (one) => {
  const { tree } = one.parsed;
  const { code, from, to } = one.finding;
  const error = tree.errors.find((each) => (code === "CONFIG_TEMPLATE" ? from <= each.from && each.from < to : each.code === code && each.from === from && each.to === to));
  if (error?.reported !== true) return undefined;
  const candidate = candidates(tree, error).find(({ edits }) => edits.length > 0 && helps(tree, error, edits));
  return candidate && editing(one, candidate.title, candidate.edits);
};

/** Whether the parser, after the edits, stops later than at the error, or does not stop; an error that does not stop it must be gone. */
function helps(tree: PbtxtTree, error: SyntaxError, edits: readonly TextEdit[]): boolean {
  const before = tree.errors.filter(({ reported }) => reported);
  const after = parsePbtxt(applyEdits(tree.text, edits), tree.schema).errors.filter(({ reported }) => reported);
  const stop = before.at(-1);
  if (stop === undefined) return false;
  const shift = edits.reduce((sum, edit) => (edit.to <= stop.from ? sum + edit.insert.length - (edit.to - edit.from) : sum), 0);
  const last = after.at(-1);
  if (last === undefined) return true;
  if (after.some((each) => each.from === error.from && each.message === error.message)) return false;
  return error === stop ? last.from > stop.from + shift : after.length < before.length;
}

function candidates(tree: PbtxtTree, error: SyntaxError): Candidate[] {
  const { text } = tree;
  const { from, code, message } = error;
  const rest = text.slice(from);
  const word = /^[^\s,;:{}[\]<>#"']+/.exec(rest)?.[0] ?? "";
  const before = text.slice(0, from).replace(/(?:\s|#[^\n]*(?=\n))+$/, "").length;
  const insert = (title: string, at: number, what: string): Candidate => ({ title, edits: [{ from: at, to: at, insert: what }] });
  const replace = (title: string, what: string, length: number): Candidate => ({ title, edits: [{ from, to: from + length, insert: what }] });
  if (code === "PBTXT_REPEATED_SINGULAR" || code === "PBTXT_ONEOF") return removals(tree, fieldAt(tree.root, from, ({ refused }) => refused === true)?.field, "Remove the second");
  if (code === "PBTXT_UNKNOWN_FIELD") return unknownField(tree, error);
  if (code === "PBTXT_UNKNOWN_ENUM") return enumNamed(tree, word).map((name) => replace(`Change to ${name}`, name, word.length));

  const found: Candidate[] = [];
  const template = /^\$\{\w+:-?([^}\s]+)\}/.exec(rest);
  if (template?.[1] !== undefined) found.push(replace(`Fill in ${template[1]}`, template[1], template[0].length));
  if (rest.startsWith("\uFEFF")) found.push(replace("Remove the byte order mark", "", 1));
  if (/^[\u201C\u201D\u2018\u2019]/.test(rest)) found.push(straightQuotes(text, from));
  const block = /^\/\*([^\n]*?)\*\/(?=[ \t]*(?:\r?\n|$))/.exec(rest);
  if (block?.[1] !== undefined) found.push(replace("Write the comment with #", `#${block[1].trimEnd()}`, block[0].length));
  if (rest.startsWith("//")) found.push(replace("Write the comment with #", "#", 2));
  if (rest.startsWith("=")) found.push(replace("Write a colon", ":", 1));

  const quoted = /^(["'])((?:(?!\1)[^\\\n])*)\1/.exec(rest);
  if (quoted?.[2] !== undefined && /^[-+\w.]+$/.test(quoted[2])) found.push(replace("Remove the quotes", quoted[2], quoted[0].length));
  if (message.startsWith("Expected string") && /^[\w./][\w./-]*$/.test(word)) found.push(replace("Put it between quotes", `"${word}"`, word.length));
  const integer = /^(\d+)\.0*(?![\w.])/.exec(rest);
  if (integer?.[1] !== undefined && /integer/.test(message)) found.push(replace(`Write ${integer[1]}`, integer[1], integer[0].length));
  if (/^(?:None|null|nil|any|dynamic)$/i.test(word) && /integer/.test(message)) found.push(replace("Write -1 for a size that varies", "-1", word.length));
  if (rest.startsWith("+")) found.push(replace("Remove the plus sign", "", 1));
  if (message.startsWith("Need space")) found.push(insert("Add a space", from, " "));
  if (message.startsWith("Numbers starting with leading zero")) found.push(...withoutZeros(text, from));
  if (/escape sequence/.test(message)) found.push(insert("Double the backslash", text.lastIndexOf("\\", from), "\\"));
  const truth = truthOf(word);
  if (truth !== undefined) found.push(replace(`Write ${truth}`, truth, word.length));
  if (/String literals cannot cross line boundaries|Unexpected end of string/.test(message)) found.push(...closeString(text, from));

  if (message.startsWith('Expected ":"')) found.push(insert("Add a colon", before, ":"));
  if (message.startsWith('Expected ","')) found.push(insert("Add a comma", before, ","));
  if (/^[,;]/.test(rest)) found.push(replace(`Remove the ${rest.startsWith(",") ? "comma" : "semicolon"}`, "", 1));
  if (/^[\]}>]/.test(rest) && /[,;]/.test(text.charAt(before - 1))) {
    found.push({ title: "Remove the comma behind the last element", edits: [{ from: before - 1, to: before, insert: "" }] });
  }
  if (/^[}>\]]/.test(rest)) found.push(replace("Remove the brace", "", 1));
  if (rest.trim() === "") found.push(...closeAll(text));
  return found;
}

/** What people write for true and false. */
function truthOf(word: string): "true" | "false" | undefined {
  if (/^(?:true|yes|on|y)$/i.test(word)) return "true";
  return /^(?:false|no|off|n)$/i.test(word) ? "false" : undefined;
}

/** Typographic quotes around a word, as text processors make them. */
function straightQuotes(text: string, from: number): Candidate {
  const whole = /^[\u201C\u201D\u2018\u2019]([^\n\u201C\u201D\u2018\u2019"]*)[\u201C\u201D\u2018\u2019]/.exec(text.slice(from));
  return { title: "Write straight quotes", edits: whole === null ? [] : [{ from, to: from + whole[0].length, insert: `"${whole[1]}"` }] };
}

/** The end of a line on which a string does not end: before what closes it, or at the end of all. */
function closeString(text: string, at: number): Candidate[] {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", start);
  const line = text.slice(start, end < 0 ? text.length : end);
  const quote = /^[^"']*(["'])/.exec(line)?.[1];
  if (quote === undefined) return [];
  const ends = [line.trimEnd().length, line.replace(/[\s,;}\]]+$/, "").length];
  return ends.map((length) => ({ title: "Close the quotes", edits: [{ from: start + length, to: start + length, insert: quote }] }));
}

/** A number without the zeros that make it octal. */
function withoutZeros(text: string, at: number): Candidate[] {
  const start = /\d*$/.exec(text.slice(0, at))?.index ?? at;
  const zeros = /^0+(?=\d)/.exec(text.slice(start))?.[0].length ?? 0;
  return zeros === 0 ? [] : [{ title: "Remove the leading zeros", edits: [{ from: start, to: start + zeros, insert: "" }] }];
}

const CLOSING: Readonly<Record<string, string>> = { "{": "}", "<": ">", "[": "]" };

/** Closes, at the end of the text, all that is open there. */
function closeAll(text: string): Candidate[] {
  const open: string[] = [];
  // Strings and comments hold no brackets that count.
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*|[[\]{}<>]/g)) {
    const closing = CLOSING[token];
    if (closing !== undefined) open.push(closing);
    else if (token === open.at(-1)) open.pop();
  }
  const at = text.trimEnd().length;
  const closers = open.reverse();
  return closers.length === 0 ? [] : [{ title: `Add ${closers.join(" ")} at the end`, edits: [{ from: at, to: at, insert: closers.map((closing) => `\n${closing}`).join("") }] }];
}

/** What people write for fields of other names. */
const FIELD_ALIASES: Readonly<Record<string, string>> = { shape: "dims", type: "data_type", dtype: "data_type", datatype: "data_type", filename: "default_model_filename" };

/** The field that a name begins, or is used for elsewhere; else the field goes. */
function unknownField(tree: PbtxtTree, error: SyntaxError): Candidate[] {
  const found = fieldAt(tree.root, error.from, ({ schema, from }) => schema === undefined && from <= error.from);
  if (found === undefined) return [];
  const { field, message } = found;
  const names = [...(message.schema?.fields.keys() ?? [])];
  const alias = FIELD_ALIASES[field.name.toLowerCase()];
  const longer = names.filter((name) => field.name.length > 3 && name.startsWith(`${field.name}_`));
  const meant = names.includes(alias ?? "") ? alias : longer.length === 1 ? longer[0] : undefined;
  const renamed = meant === undefined ? [] : [{ title: `Change to ${meant}`, edits: [{ from: field.from, to: field.nameTo, insert: meant }] }];
  return [...renamed, ...removals(tree, field, "Remove")];
}

/** Values of an enum that a word is the end of: KIND_GPU for GPU. */
function enumNamed(tree: PbtxtTree, word: string): string[] {
  const ending = `_${word.toUpperCase()}`;
  return [...tree.schema.enums.values()].flatMap(({ values }) => [...values.keys()].filter((name) => name.endsWith(ending)));
}

/** Takes a field out: where nothing else stands on its line, the whole line. */
function removals(tree: PbtxtTree, field: FieldNode | undefined, verb: string): Candidate[] {
  if (field === undefined) return [];
  const to = field.separator === undefined ? field.to : field.separator + 1;
  const before = /(?:^|\n)?[ \t]*$/.exec(tree.text.slice(0, field.from));
  const alone = /^[ \t]*\r?(?:\n|$)/.test(tree.text.slice(to)) && before !== null;
  return [{ title: `${verb} ${field.name}`, edits: [{ from: alone ? before.index : field.from, to, insert: "" }] }];
}

/** The innermost field around an offset that is so, with the message that holds it. */
function fieldAt(message: MessageNode, at: number, is: (field: FieldNode) => boolean): { field: FieldNode; message: MessageNode } | undefined {
  for (const field of message.fields) {
    if (at < field.from || at > field.to) continue;
    const inner = field.values.map((value) => (value.kind === "message" ? fieldAt(value, at, is) : undefined)).find((found) => found !== undefined);
    if (inner !== undefined) return inner;
    if (is(field)) return { field, message };
  }
  return undefined;
}

/** Slips that keep the text from being parsed. */
export const SYNTAX_FIXES: Readonly<Record<string, FixRule>> = {
  PBTXT_SYNTAX: mend,
  PBTXT_TOKEN: mend,
  PBTXT_TYPE: mend,
  CONFIG_TEMPLATE: mend,
  PBTXT_RANGE: mend,
  PBTXT_UNKNOWN_FIELD: mend,
  PBTXT_UNKNOWN_ENUM: mend,
  PBTXT_REPEATED_SINGULAR: mend,
  PBTXT_ONEOF: mend,
};
