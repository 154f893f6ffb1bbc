import { describe, expect, it } from "vitest";
import { readRecorded } from "../../testing/recorded.ts";
import type { ArrayItem, ImageMode } from "../transform.ts";
import { imageOpen } from "./open.ts";
import picturesText from "./pictures.json?raw";

/** See training/make_pictures.py. */
const pictures = JSON.parse(picturesText) as { cases: { name: string; file: string; size: [number, number]; sha256: Record<ImageMode, string> }[] };

const MODES: readonly ImageMode[] = ["RGB", "RGBA", "L"];

async function open(bytes: Uint8Array, convert: ImageMode = "RGB", exif_transpose = true): Promise<ArrayItem> {
  const opener = await imageOpen({ convert, exif_transpose }, ["image"], () => Promise.resolve(undefined));
  if (!("each" in opener)) throw new Error("a picture is opened by itself");
  const opened = await opener.each(new Map([["image", bytes]]));
  return opened.get("image")!;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function pictureNamed(name: string): Uint8Array {
  return bytesOf(pictures.cases.find((each) => each.name === name)!.file);
}

async function sha256(item: ArrayItem): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", item.data as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

describe("PIL.Image.open", () => {
  it.each(pictures.cases)("decodes $name byte for byte as Pillow does", async ({ file, size, sha256: wanted }) => {
    for (const mode of MODES) {
      const item = await open(bytesOf(file), mode);
      expect(item.shape.slice(0, 2), mode).toEqual([size[1], size[0]]);
      expect(item.image).toBe(mode);
      expect(await sha256(item), mode).toBe(wanted[mode]);
    }
  });

  it("leaves the orientation alone where it is told to", async () => {
    expect((await open(pictureNamed("jpeg_orientation_6.jpg"), "RGB", false)).shape).toEqual([19, 29, 3]);
    expect((await open(pictureNamed("jpeg_orientation_6.jpg"))).shape).toEqual([29, 19, 3]);
  });

  it("keeps the upper 8 of 16 bits", async () => {
    const { data } = await open(pictureNamed("png_rgb_16_bits.png"));
    expect(Array.from(data as Uint8Array)).toEqual(Array.from((await open(pictureNamed("png_rgb.png"))).data as Uint8Array));
  });

  it.each([
    ["nothing", new Uint8Array(0), "PICTURE_INVALID", "empty"],
    ["text", new TextEncoder().encode("hello"), "PICTURE_UNSUPPORTED", "no picture"],
    ["SVG", new TextEncoder().encode('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'), "PICTURE_UNSUPPORTED", "SVG"],
    ["HEIC", new TextEncoder().encode("\0\0\0\x18ftypheic\0\0\0\0"), "PICTURE_UNSUPPORTED", "HEIC"],
    ["a JPEG that ends early", pictureNamed("jpeg_420.jpg").subarray(0, 700), "PICTURE_INVALID", "truncated"],
    ["a JPEG without a picture", pictureNamed("jpeg_420.jpg").subarray(0, 30), "PICTURE_INVALID", "JPEG"],
    ["a PNG that ends early", pictureNamed("png_rgb.png").subarray(0, 400), "PICTURE_INVALID", "PNG"],
    ["a WebP that ends early", pictureNamed("webp_lossy.webp").subarray(0, 60), "PICTURE_INVALID", "WebP"],
    ["a GIF that ends early", pictureNamed("gif.gif").subarray(0, 200), "PICTURE_INVALID", "GIF"],
    ["a BMP that ends early", pictureNamed("bmp_24_bits.bmp").subarray(0, 200), "PICTURE_INVALID", "truncated"],
  ])("refuses %s, and opens the next picture", async (_name, bytes, code, text) => {
    await expect(open(bytes)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
    expect((await open(pictureNamed("jpeg_420.jpg"))).shape).toEqual([19, 29, 3]);
    expect((await open(pictureNamed("webp_lossy.webp"))).shape).toEqual([19, 29, 3]);
  });

  it("refuses as many pixels as Pillow refuses, without decoding them", async () => {
    const huge = pictureNamed("png_rgb.png").slice();
    new DataView(huge.buffer).setUint32(16, 20_000);
    new DataView(huge.buffer).setUint32(20, 20_000);
    await expect(open(huge)).rejects.toMatchObject({ code: "INPUT_TOO_LARGE", message: expect.stringContaining("20000 × 20000") });
  });

  it("opens a photograph", async ({ skip }) => {
    const photograph = await readRecorded("models/small/photo_kodim23.jpg");
    if (photograph === undefined) return skip("the recorded data are not here");
    const item = await open(photograph);
    expect(item.shape).toEqual([512, 768, 3]);
  });
});
