import { GifReader } from "omggif";
import { ConchError, textOf } from "../../../base/errors.ts";
import type { DecodePicture } from "./picture.ts";

/** The first frame. Transparent pixels keep their palette's colour under alpha 0, as Pillow leaves it. */
export const decodeGif: DecodePicture = (bytes) => {
  try {
    const reader = new GifReader(bytes);
    const { width, height } = reader;
    const frame = reader.frameInfo(0);
    const shown = new Uint8Array(width * height * 4);
    reader.decodeAndBlitFrameRGBA(0, shown);
    if (frame.transparent_index === null) return Promise.resolve({ width, height, channels: 3, data: withoutAlpha(shown) });
    const transparent = frame.transparent_index;
    const entry = (frame.palette_offset ?? 0) + 3 * transparent;
    for (let i = 0; i < shown.length; i += 4) if (shown[i + 3] === 0) shown.set(bytes.subarray(entry, entry + 3), i);
    return Promise.resolve({ width, height, channels: 4, data: shown });
  } catch (thrown) {
    return Promise.reject(new ConchError("PICTURE_INVALID", `The GIF cannot be decoded: ${textOf(thrown)}`, { data: { format: "GIF" }, cause: thrown }));
  }
};

function withoutAlpha(pixels: Uint8Array): Uint8Array {
  const data = new Uint8Array((pixels.length / 4) * 3);
  for (let i = 0, j = 0; i < pixels.length; i += 4) for (let c = 0; c < 3; c++) data[j++] = pixels[i + c] ?? 0;
  return data;
}
