import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSourceText, encodeSourceText, readableText } from "./source-text.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("bytes as text", () => {
  it.each([
    ["nothing", bytes(), ""],
    ["characters of one to four bytes", new TextEncoder().encode("aé€😀"), "aé€😀"],
    ["a byte order mark, which stays", bytes(0xef, 0xbb, 0xbf, 0x61), "\ufeffa"],
    ["NUL and other control characters", bytes(0, 1, 0x1a, 13, 10), "\0\u0001\u001a\r\n"],
    ["a byte that begins nothing", bytes(0x61, 0xff, 0x62), "a\udcffb"],
    ["a sequence that is cut off", bytes(0xe2, 0x82), "\udce2\udc82"],
    ["a sequence that another interrupts", bytes(0xc3, 0x28), "\udcc3("],
    ["an overlong sequence", bytes(0xc0, 0xaf, 0xe0, 0x80, 0x80), "\udcc0\udcaf\udce0\udc80\udc80"],
    ["a surrogate", bytes(0xed, 0xa0, 0x80), "\udced\udca0\udc80"],
    ["a code point beyond Unicode", bytes(0xf4, 0x90, 0x80, 0x80), "\udcf4\udc90\udc80\udc80"],
    ["an escaped byte behind a character of two halves", bytes(0xf0, 0x9f, 0x98, 0x80, 0x80), "😀\udc80"],
    ["UTF-16 with its byte order mark", bytes(0xff, 0xfe, 0x61, 0), "\udcff\udcfea\0"],
  ])("%s", (_, given, text) => {
    expect(decodeSourceText(given)).toBe(text);
    expect(encodeSourceText(text)).toEqual(given);
  });

  it("come back as they were, whatever they are", () => {
    const mostlyText = fc.array(fc.oneof(fc.string({ unit: "binary" }).map((text) => [...new TextEncoder().encode(text)]), fc.array(fc.nat(255), { maxLength: 4 })));
    fc.assert(
      fc.property(mostlyText, (parts) => {
        const given = Uint8Array.from(parts.flat());
        const text = decodeSourceText(given);
        expect(encodeSourceText(text)).toEqual(given);
        expect(readableText(text)).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(given));
      }),
      { numRuns: 500 },
    );
  });

  it("of a proper text are its UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(encodeSourceText(text)).toEqual(new TextEncoder().encode(text));
        expect(decodeSourceText(new TextEncoder().encode(text))).toBe(text);
      }),
    );
  });

  it("are written as U+FFFD for a surrogate that stands for no byte", () => {
    expect(encodeSourceText("a\ud83d")).toEqual(bytes(0x61, 0xef, 0xbf, 0xbd));
  });
});
