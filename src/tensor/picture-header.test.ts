import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pictureHeader } from "./picture-header.ts";

interface Picture {
  readonly name: string;
  readonly file: string;
  readonly size: readonly [number, number];
}

/** See training/make_pictures.py. */
const { cases } = JSON.parse(readFileSync(new URL("../transforms/image-open/pictures.json", import.meta.url), "utf8")) as { cases: readonly Picture[] };

const FORMATS: Readonly<Record<string, string>> = { jpeg: "JPEG", png: "PNG", webp: "WebP", gif: "GIF", bmp: "BMP" };

describe("the header of a picture", () => {
  it.each(cases)("tells format, size and orientation of $name", ({ name, file, size }) => {
    const header = pictureHeader(Uint8Array.from(Buffer.from(file, "base64")));
    expect(header).toMatchObject({ format: FORMATS[name.split("_")[0]!.split(".")[0]!], orientation: Number(/orientation_(\d)/.exec(name)?.[1] ?? 1) });
    if (typeof header !== "object") return;
    const turned = header.orientation >= 5;
    expect(turned ? [header.height, header.width] : [header.width, header.height]).toEqual(size);
    expect(header.bitDepth).toBe(/16_bits/.test(name) && header.format === "PNG" ? 16 : Number(/png.*_(\d)_bit/.exec(name)?.[1] ?? (/bmp.*_([14])_bit/.exec(name)?.[1] ?? 8)));
  });

  it("is cut short without harm at any byte", () => {
    for (const { file } of cases) {
      const bytes = Uint8Array.from(Buffer.from(file, "base64"));
      for (let length = 0; length < Math.min(bytes.length, 120); length++) pictureHeader(bytes.subarray(0, length));
    }
    expect(pictureHeader(new Uint8Array(0))).toBeUndefined();
  });

  it.each([
    ["HEIC", "\0\0\0\x18ftypheic"],
    ["AVIF", "\0\0\0\x1cftypavif"],
    ["TIFF", "II*\0"],
    ["SVG", '\n<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg">'],
    ["PDF", "%PDF-1.7"],
    ["JPEG 2000", "\0\0\0\x0cjP  \r\n"],
  ])("knows %s by sight", (format, start) => {
    expect(pictureHeader(Uint8Array.from(start, (character) => character.charCodeAt(0)))).toBe(format);
  });

  it.each(["", "hello", "BM", "RIFF\0\0\0\0WAVE", "<html><svg></svg></html>"])("finds none in %j", (text) => {
    expect(pictureHeader(new TextEncoder().encode(text))).toBeUndefined();
  });
});
