// WebP by libwebp, which Pillow uses too.
import webpDecode, { init } from "@jsquash/webp/decode.js";
import moduleUrl from "@jsquash/webp/codec/dec/webp_dec.wasm?url";
import { ConchError } from "../../../base/errors.ts";
import type { DecodePicture } from "./picture.ts";
import { createCodec } from "./wasm-codec.ts";

const codec = createCodec(moduleUrl, init, webpDecode);

/** Always with alpha. */
export const decodeWebp: DecodePicture = async (bytes) => {
  if (isAnimated(bytes)) {
    throw new ConchError("PICTURE_UNSUPPORTED", "The WebP is an animation; expected a single picture. Save one frame as a picture", { data: { format: "WebP" } });
  }
  const { image } = await codec(bytes, "WebP");
  return { width: image.width, height: image.height, channels: 4, data: new Uint8Array(image.data.buffer) };
};

/** The animation bit of VP8X. */
function isAnimated(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(12, 16)) === "VP8X" && ((bytes[20] ?? 0) & 2) !== 0;
}
