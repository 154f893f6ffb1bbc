import { decode, type DecodedPng } from "fast-png";
import { ConchError, textOf } from "../../../base/errors.ts";
import type { DecodePicture, Picture } from "./picture.ts";

/** Of samples of 16 bits the upper 8 are kept, as Pillow does for colour. A palette becomes RGB, with alpha where it has some. */
export const decodePng: DecodePicture = (bytes) => {
  let png: DecodedPng;
  try {
    png = decode(bytes);
  } catch (thrown) {
    return Promise.reject(new ConchError("PICTURE_INVALID", `The PNG cannot be decoded: ${textOf(thrown)}`, { data: { format: "PNG" }, cause: thrown }));
  }
  const samples = eightBits(png);
  if (png.palette !== undefined) return Promise.resolve(fromPalette(png, samples));
  return Promise.resolve(withColourKey(png, samples));
};

/** The samples of 1, 2, 4 and 16 bits as bytes: gray below 8 bits spread over 0..255, palette indices as they are. */
function eightBits({ width, height, channels, depth, data, palette }: DecodedPng): Uint8Array {
  const count = width * height * channels;
  if (depth === 16) return Uint8Array.from(data as Uint16Array, (value) => value >> 8);
  if (depth === 8) return new Uint8Array(data.buffer, data.byteOffset, count);
  const samples = new Uint8Array(count);
  const stride = Math.ceil((width * channels * depth) / 8);
  const mask = (1 << depth) - 1;
  const factor = palette === undefined ? 255 / mask : 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width * channels; x++) {
      const bit = x * depth;
      const byte = data[y * stride + (bit >> 3)] ?? 0;
      samples[y * width * channels + x] = ((byte >> (8 - depth - (bit & 7))) & mask) * factor;
    }
  }
  return samples;
}

function fromPalette({ width, height, palette = [] }: DecodedPng, indices: Uint8Array): Picture {
  const alpha = palette.some((colour) => colour.length > 3 && colour[3] !== 255);
  const channels = alpha ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < indices.length; i++) {
    const colour = palette[indices[i] ?? 0] ?? [0, 0, 0];
    for (let c = 0; c < channels; c++) data[i * channels + c] = colour[c] ?? 255;
  }
  return { width, height, channels, data };
}

/** tRNS of gray and RGB: one colour, compared at full depth, is transparent. */
function withColourKey(png: DecodedPng, samples: Uint8Array): Picture {
  const { width, height, channels, transparency, data, depth } = png;
  if (transparency === undefined || (channels !== 1 && channels !== 3)) return { width, height, channels: channels as Picture["channels"], data: samples };
  const found = depth < 8 ? samples : data;
  const factor = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  const wide = channels + 1;
  const result = new Uint8Array(width * height * wide);
  for (let i = 0; i < width * height; i++) {
    let same = true;
    for (let c = 0; c < channels; c++) {
      result[i * wide + c] = samples[i * channels + c] ?? 0;
      same &&= found[i * channels + c] === (transparency[c] ?? -1) * factor;
    }
    result[i * wide + channels] = same ? 0 : 255;
  }
  return { width, height, channels: wide as Picture["channels"], data: result };
}
