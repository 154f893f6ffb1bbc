import * as fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { applyEdits } from "../../base/text-edit.ts";
import { sparse, writtenChanges } from "../../testing/written-configs.ts";
import { parseConfig } from "../model-config/decode.ts";
import { MODEL_CONFIG_SCHEMA } from "../model-config/schema.ts";
import { removeValue, setValue } from "./edit.ts";
import { parsePbtxt } from "./parse.ts";
import { elements, entryKey, findPath, type Path, rangeOfPath } from "./path.ts";
import type { EditValue } from "./print.ts";
import type { FieldSchema, MessageSchema } from "./schema.ts";
import type { MessageNode, TextRange, ValueNode } from "./tree.ts";

const SCHEMA = MODEL_CONFIG_SCHEMA;
const ROOT = SCHEMA.messages.get(SCHEMA.root);
const changes = writtenChanges(SCHEMA);
const tree = (text: string) => parsePbtxt(text, SCHEMA);
const set = (text: string, path: Path, value: EditValue) => applyEdits(text, setValue(tree(text), path, value));
const remove = (text: string, path: Path) => applyEdits(text, removeValue(tree(text), path));

function values(text: string): unknown {
  const { config, valid, tree } = parseConfig(text, "m/config.pbtxt");
  if (!valid) throw new Error(`${JSON.stringify(text)} is not valid: ${tree.errors[0]?.message}`);
  return sparse(config, ROOT, SCHEMA);
}

/** Comments outside some ranges, in order. */
function comments(text: string, hidden: readonly TextRange[] = []): string[] {
  return [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(#[^\n]*)/g)].flatMap(({ 1: comment, index }) =>
    comment === undefined || hidden.some(({ from, to }) => index >= from && index < to) ? [] : [comment.trim()],
  );
}

/** That the comments come in the text, in their order; what an edit wrote may have some that look like them. */
function expectComments(text: string, expected: readonly string[]): void {
  const found = comments(text);
  let from = 0;
  for (const comment of expected) {
    from = found.indexOf(comment, from) + 1;
    expect(from).toBeGreaterThan(0);
  }
}

/** What removing a path may take with it: fields, or elements with what lies between them and their neighbours' commas. */
function removedRanges(text: string, path: Path): TextRange[] {
  const found = findPath(tree(text).root, path);
  const values = found?.entry === undefined ? (typeof path.at(-1) === "number" ? [found?.value] : undefined) : elements(found.message, found.entry.field.name).filter(({ value }) => entryKey(value) === path.at(-1)).map(({ value }) => value);
  const fields = found?.message.fields.filter(({ name, values: own }) => name === found.fields[0]?.name && (values === undefined || own.every((value) => values.some((one) => one?.from === value.from)))) ?? [];
  return [...fields.map(({ from, to, separator }) => ({ from, to: separator ?? to })), ...(values ?? []).flatMap((value) => value ?? [])];
}

/** What setting a path takes out: the members of oneofs on its way that are not on it. */
function rivalRanges(text: string, path: Path): TextRange[] {
  const { root } = tree(text);
  const ranges: TextRange[] = [];
  let message: MessageNode | undefined = root;
  for (let at = 0; at < path.length && message?.schema !== undefined; ) {
    const field: FieldSchema | undefined = message.schema.fields.get(String(path[at]));
    for (const one of message.fields) if (field?.oneof !== undefined && one.schema?.oneof === field.oneof && one.schema !== field) ranges.push({ from: one.from, to: one.to });
    at += field?.repeated === true ? 2 : 1;
    const inner: ValueNode | undefined = findPath(root, path.slice(0, at))?.value;
    message = inner?.kind === "message" ? inner : undefined;
  }
  return ranges;
}

type Change = (holder: Record<string, unknown>, field: FieldSchema, selector: string | number | undefined) => void;

/** A sparse value with what a path names changed, the messages around it made where they are missing. */
function changed(value: unknown, path: Path, change: Change): unknown {
  const result = structuredClone(value) as Record<string, unknown>;
  descend(result, ROOT, path, change);
  return sparse(result, ROOT, SCHEMA);
}

function descend(message: Record<string, unknown>, type: MessageSchema | undefined, [name, ...rest]: Path, change: Change): void {
  const field = type!.fields.get(String(name))!;
  // A oneof has one member.
  for (const rival of type!.fields.values()) if (field.oneof !== undefined && rival.oneof === field.oneof && rival !== field) delete message[rival.name];
  if (!field.repeated) {
    if (rest.length === 0) return change(message, field, undefined);
    return descend((message[field.name] ??= {}) as Record<string, unknown>, SCHEMA.messages.get(field.type), rest, change);
  }
  const [selector, ...inner] = rest;
  if (selector === undefined || inner.length === 0) return change(message, field, selector);
  const items = (message[field.name] ??= field.kind === "map" ? {} : []) as Record<string | number, unknown>;
  const valueType = field.kind === "map" ? SCHEMA.messages.get(field.type)!.fields.get("value")!.type : field.type;
  descend((items[selector] ??= {}) as Record<string, unknown>, SCHEMA.messages.get(valueType), inner, change);
}

const giving =
  (given: unknown): Change =>
  (holder, field, selector) => {
    if (selector === undefined) holder[field.name] = given;
    else ((holder[field.name] ??= field.kind === "map" ? {} : []) as Record<string | number, unknown>)[selector] = given;
  };

const taking: Change = (holder, field, selector) => {
  const items = holder[field.name] as unknown;
  if (selector === undefined) delete holder[field.name];
  else if (Array.isArray(items)) items.splice(Number(selector), 1);
  else if (items !== undefined) delete (items as Record<string, unknown>)[selector];
};

const present = (text: string, path: Path): boolean => findPath(tree(text).root, path) !== undefined;

describe("setting a value anywhere", () => {
  it("gives the path that value, all others theirs, and keeps the comments outside", () => {
    fc.assert(
      fc.property(changes, ({ text, value, path, given }) => {
        const target = present(text, path) ? rangeOfPath(tree(text), path) : undefined;
        const edited = set(text, path, given as EditValue);
        expect(values(edited)).toEqual(changed(value, path, giving(given)));
        expectComments(edited, comments(text, target === undefined ? rivalRanges(text, path) : [target]));
      }),
      { numRuns: 3000 },
    );
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(changes, ({ text, path, given }) => {
        const edited = set(text, path, given as EditValue);
        expect(setValue(tree(edited), path, given as EditValue)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("removing anything", () => {
  it("takes out that value only, and no comment outside", () => {
    fc.assert(
      fc.property(changes, ({ text, value, path }) => {
        if (!present(text, path)) return;
        const edited = remove(text, path);
        expect(values(edited)).toEqual(changed(value, path, taking));
        expectComments(edited, comments(text, removedRanges(text, path)));
      }),
      { numRuns: 2000 },
    );
  });

  it("gives the text back that was there before it was set", () => {
    fc.assert(
      fc.property(changes, ({ text, value, path, given }) => {
        if (present(text, path)) return;
        // Messages around it that were made, an empty list and another member of a oneof do not come back.
        const restores = changed(changed(value, path, giving(given)), path, taking);
        const emptyList = new RegExp(`${String(path.findLast((part) => typeof part === "string" && part !== "new"))}\\s*:?\\s*\\[\\s*\\]`);
        if (!isDeepStrictEqual(restores, value) || emptyList.test(text)) return;
        // Blanks between the braces of an empty message are not kept.
        const spaced = (one: string): string => one.replaceAll(/\{[ \t]*\}/g, "{ }").replaceAll(/<[ \t]*>/g, "< >");
        expect(spaced(remove(set(text, path, given as EditValue), path))).toBe(spaced(text));
      }),
      { numRuns: 2000 },
    );
  });
});
