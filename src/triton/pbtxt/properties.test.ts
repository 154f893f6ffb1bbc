import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSourceText, encodeSourceText, readableText } from "../../base/source-text.ts";
import { sparse, writtenConfigs } from "../../testing/written-configs.ts";
import { parseConfig } from "../model-config/decode.ts";
import { MODEL_CONFIG_SCHEMA } from "../model-config/schema.ts";
import { formatPbtxt } from "./format.ts";
import { parsePbtxt } from "./parse.ts";
import { parser } from "./pbtxt.grammar";
import { createPositions } from "./positions.ts";
import type { MessageNode, PbtxtTree, TextRange } from "./tree.ts";

const ROOT = MODEL_CONFIG_SCHEMA.messages.get(MODEL_CONFIG_SCHEMA.root);
const written = writtenConfigs(MODEL_CONFIG_SCHEMA);
const decode = (text: string) => parseConfig(text, "m/config.pbtxt");
const values = (text: string) => sparse(decode(text).config, ROOT, MODEL_CONFIG_SCHEMA);

/** Comments of a text that parses, in order. */
function comments(text: string): string[] {
  return [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(#[^\n]*)/g)].flatMap(([, comment]) => comment?.trim() ?? []);
}

/** Written texts with something cut out, doubled or put in; some are still valid. */
const damaged = fc
  .tuple(written, fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom("", "{", "}", "[", "]", "<", ">", ",", ":", '"', "'", "#", "\n", "a", "1", "-", ".", "\\", "\0", "\u0001", "é", "\udc80")), { minLength: 1, maxLength: 3 }))
  .map(([{ text }, changes]) =>
    changes.reduce((all, [at, count, insert]) => {
      const from = at % (all.length + 1);
      return all.slice(0, from) + insert + all.slice(from + count);
    }, text),
  );

/** Every range lies inside its parent's, behind its elder sibling's. */
function expectOrdered(tree: PbtxtTree): void {
  const inside = (range: TextRange, from: number, to: number): void => {
    if (range.from < from || range.to > to || range.from > range.to) throw new Error(`${range.from}..${range.to} is not inside ${from}..${to}`);
  };
  const visit = (message: MessageNode): void => {
    inside({ from: message.innerFrom, to: message.innerTo }, message.from, message.to);
    let end = message.innerFrom;
    for (const field of message.fields) {
      inside(field, end, message.innerTo);
      inside({ from: field.from, to: field.nameTo }, field.from, field.to);
      let valueEnd = field.nameTo;
      for (const value of field.values) {
        inside(value, valueEnd, field.to);
        valueEnd = value.to;
        if (value.kind === "message") visit(value);
      }
      end = field.separator === undefined ? field.to : field.separator + 1;
    }
  };
  visit(tree.root);
  for (const error of tree.errors) inside(error, 0, tree.text.length);
}

describe("a written configuration", () => {
  it("parses to what was meant, with ordered ranges", () => {
    fc.assert(
      fc.property(written, ({ text, value }) => {
        const tree = parsePbtxt(text, MODEL_CONFIG_SCHEMA);
        expect(tree.errors).toEqual([]);
        expectOrdered(tree);
        expect(values(text)).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it("is read in the same way from its bytes", () => {
    fc.assert(fc.property(written, ({ text, value }) => void expect(values(decodeSourceText(encodeSourceText(text)))).toEqual(value)));
  });

  // Bytes that are no UTF-8 stand in no character set of Lezer: where they are, highlighting has a gap.
  it("has no error node for the editor's grammar", () => {
    fc.assert(
      fc.property(written, (config) => {
        const text = readableText(config.text);
        const wrong: string[] = [];
        parser.parse(text).iterate({ enter: ({ type, from }) => void (type.isError && wrong.push(text.slice(from, from + 20))) });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps values and comments when formatted, and stays as it is when formatted again", () => {
    fc.assert(
      fc.property(written, ({ text, value }) => {
        const formatted = formatPbtxt(text);
        expect(decode(formatted).valid).toBe(true);
        expect(values(formatted)).toEqual(value);
        expect(comments(formatted).sort()).toEqual(comments(text).sort());
        expect(formatPbtxt(formatted)).toBe(formatted);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("any text", () => {
  const anything = fc.oneof(
    damaged,
    fc.string({ unit: "binary" }),
    fc.uint8Array().map(decodeSourceText),
    fc.array(fc.constantFrom("input", "name", ":", "{", "}", "<", ">", "[", "]", ",", ";", '"a"', "'", "1", "-", ".", "#", "\n", " ", "dims", "x")).map((parts) => parts.join("")),
  );

  it.each([
    ["of an empty message", 'model_repository_agents{\nname:"a"'],
    ["of one message inside another", 'dynamic_batching { default_queue_policy {\nname: "a"'],
    ["inside a list", 'input [ { name: "b" }, { reshape {\nname: "a"'],
  ])("has ordered ranges where the closing brace %s was forgotten", (_, text) => expectOrdered(decode(text).tree));

  it("is read and decoded without throwing, with ordered ranges", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { tree } = decode(text);
        expectOrdered(tree);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps its values when formatted", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { valid } = decode(text);
        const formatted = formatPbtxt(text);
        expect(formatPbtxt(formatted)).toBe(formatted);
        if (valid) expect(values(formatted)).toEqual(values(text));
      }),
      { numRuns: 1000 },
    );
  });

  it("has its positions counted in bytes, with tabs to the next multiple of eight", () => {
    const text = fc.array(fc.oneof(fc.constantFrom("\t", "\n", "a", "é", "€", "😀", "\udcff", "\ud83d", "\r\n", "\0"), fc.string({ unit: "binary" }))).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { minLength: 1 }), (content, offsets) => {
        const positionOf = createPositions(content);
        for (const offset of offsets) {
          // Not inside a pair: there is no such byte offset.
          const before = content.slice(0, offset);
          if (/[\ud800-\udbff]$/.test(before) && /^[\udc00-\udfff]/.test(content.slice(offset))) continue;
          let line = 1;
          let column = 0;
          for (const byte of encodeSourceText(before)) {
            if (byte === 10) {
              line++;
              column = 0;
            } else column += byte === 9 ? 8 - (column % 8) : 1;
          }
          expect(positionOf(offset)).toEqual({ line, column: column + 1 });
        }
      }),
      { numRuns: 500 },
    );
  });
});
