import fc from "fast-check";
import { expect, test } from "vitest";
import { MODEL_CONFIG_SCHEMA } from "../model-config/schema.ts";
import { bytesOfText, textOfBytes } from "./byte-text.ts";
import { parsePbtxt } from "./parse.ts";

test.for([
  ["ASCII", [0x61, 0x62], "ab"],
  ["two bytes", [0xc3, 0xa9], "é"],
  ["four bytes", [0xf0, 0x9f, 0x90, 0x9a], "🐚"],
  ["a byte order mark", [0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
  ["NUL", [0x61, 0, 0x62], "a\0b"],
  ["Latin-1", [0x61, 0xe9, 0x62], "a\udce9b"],
  ["the byte order mark of UTF-16", [0xff, 0xfe, 0x61, 0], "\udcff\udcfea\0"],
  ["a cut character", [0xe2, 0x82], "\udce2\udc82"],
  ["an overlong slash", [0xc0, 0xaf], "\udcc0\udcaf"],
  ["a surrogate in three bytes", [0xed, 0xa0, 0x80], "\udced\udca0\udc80"],
  ["beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80], "\udcf4\udc90\udc80\udc80"],
] as const)("%s", ([, bytes, text]) => {
  expect(textOfBytes(Uint8Array.from(bytes))).toBe(text);
  expect([...bytesOfText(text)]).toEqual(bytes);
});

test("no byte is lost", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void expect([...bytesOfText(textOfBytes(bytes))]).toEqual([...bytes])));
});

test("text that is UTF-8 is the text that everybody reads", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => void expect(textOfBytes(new TextEncoder().encode(text))).toBe(text)));
});

test.for([
  ["before anything", [0xff], "1:1: Interpreting non ascii codepoint 255."],
  ["in a string, one column each", [...new TextEncoder().encode('name: "'), 0xe9, 0xff, ...new TextEncoder().encode('" x')], '1:13: Message type "inference.ModelConfig" has no field named "x".'],
] as const)("the parser counts lone bytes as Triton's does: %s", ([, bytes, message]) => {
  const [first] = parsePbtxt(textOfBytes(Uint8Array.from(bytes)), MODEL_CONFIG_SCHEMA).errors;
  expect(`${first?.line}:${first?.column}: ${first?.message}`).toBe(message);
});
