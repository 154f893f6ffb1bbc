import { describe, expect, it } from "vitest";
import { foreignText, strayNuls } from "./foreign-text.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string, little = true): Uint8Array => {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at), little);
  return bytes;
};
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("bytes that are no UTF-8", () => {
  it.each([
    ["Latin-1", latin1("un café"), "byte 6 is 0xE9; save it as UTF-8"],
    ["a character that is cut", utf8("aé").slice(0, 2), "byte 1 is 0xC3; save it as UTF-8"],
    ["UTF-16", utf16("\ufeffThe cat"), "it begins with the byte order mark of UTF-16; save it as UTF-8"],
    ["UTF-16, the other way round", utf16("\ufeffThe cat", false), "it begins with the byte order mark of UTF-16; save it as UTF-8"],
    ["UTF-16 without a mark", utf16("un café"), "every other byte is 0, as in UTF-16; save it as UTF-8"],
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0), "it is a PNG picture, expected a text"],
    ["a text that begins as a bitmap does", latin1("BMW, né en Bavière, et bien d'autres"), "byte 6 is 0xE9; save it as UTF-8"],
    ["a document", Uint8Array.of(0x50, 0x4b, 3, 4, 0x14, 0, 6, 0, 0xff), "it is a zip archive, as documents of word processors are; expected a text"],
  ])("are said to be %s", (_, bytes, expected) => {
    expect(foreignText(bytes)).toBe(expected);
  });

  it("are none of these", () => {
    for (const text of ["", "plain", "\ufeffmarked", "é 漢 😀", "a\0b"]) expect(foreignText(utf8(text))).toBeUndefined();
  });
});

describe("NULs of a text", () => {
  it("are those of UTF-16, strays, or none", () => {
    expect(strayNuls(utf16("The cat"))).toBe("utf-16");
    expect(strayNuls(utf16("The cat", false))).toBe("utf-16");
    expect(strayNuls(utf8("The cat\0 sat"))).toBe("nul");
    expect(strayNuls(utf8("The cat"))).toBeUndefined();
  });
});
