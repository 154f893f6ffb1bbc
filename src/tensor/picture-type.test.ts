import { expect, it } from "vitest";
import { pictureType } from "./picture-type.ts";

const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

it.each<[string, string, string | undefined]>([
  ["PNG", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"],
  ["JPEG", "\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"],
  ["GIF", "GIF89a\x01\0", "image/gif"],
  ["WebP", "RIFF\x24\0\0\0WEBPVP8 ", "image/webp"],
  ["BMP", `BM\x46\0\0\0\0\0\0\0\x36${"\0".repeat(20)}`, "image/bmp"],
  ["little-endian TIFF", "II\x2a\0\x08", "image/tiff"],
  ["big-endian TIFF", "MM\0\x2a\0", "image/tiff"],
  ["AVIF", "\0\0\0\x20ftypavif", "image/avif"],
  ["a text that begins with BM", "BMW is a car maker from Munich, in Bavaria", undefined],
  ["sound in the same container as WebP", "RIFF\x24\0\0\0WAVEfmt ", undefined],
  ["a PNG cut within its signature", "\x89PNG", undefined],
  ["nothing", "", undefined],
])("%s is told by its first bytes", (_, bytes, type) => {
  expect(pictureType(latin(bytes))).toBe(type);
});
