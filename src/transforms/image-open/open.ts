import { ConchError } from "../../base/errors.ts";
import { MOST_PIXELS, pictureHeader, type PictureFormat } from "../../tensor/picture-header.ts";
import type { ArrayItem, OpenTransform } from "../transform.ts";
import { convertPicture, orientPicture } from "./cpu-pixels.ts";
import type { DecodePicture } from "./formats/picture.ts";
import type { ImageOpenParameters } from "./spec.ts";

/** A decoder comes with the first picture of its format. */
const DECODERS: Readonly<Record<PictureFormat, () => Promise<DecodePicture>>> = {
  JPEG: async () => (await import("./formats/jpeg.ts")).decodeJpeg,
  PNG: async () => (await import("./formats/png.ts")).decodePng,
  WebP: async () => (await import("./formats/webp.ts")).decodeWebp,
  GIF: async () => (await import("./formats/gif.ts")).decodeGif,
  BMP: async () => (await import("./formats/bmp.ts")).decodeBmp,
};

const FORMATS = Object.keys(DECODERS).join(", ");

/**
 * Decodes each file and brings it into its mode; byte for byte what Pillow gives, but that of 16-bit gray the upper 8 bits are kept (Pillow
 * cuts values at 255). Throws PICTURE_INVALID, PICTURE_UNSUPPORTED, and INPUT_TOO_LARGE above the number of pixels that Pillow refuses.
 */
export const imageOpen: OpenTransform<ImageOpenParameters> = (parameters) =>
  Promise.resolve({
    async each(files, signal) {
      const opened = new Map<string, ArrayItem>();
      for (const [key, bytes] of files) {
        signal?.throwIfAborted();
        opened.set(key, await openPicture(bytes, parameters));
      }
      return opened;
    },
  });

async function openPicture(bytes: Uint8Array, { convert, exif_transpose }: ImageOpenParameters): Promise<ArrayItem> {
  const header = pictureHeader(bytes);
  if (bytes.byteLength === 0) throw new ConchError("PICTURE_INVALID", `The file is empty; expected a picture (${FORMATS})`);
  if (header === undefined) throw new ConchError("PICTURE_UNSUPPORTED", `The bytes look like no picture; expected ${FORMATS}`, { data: { expected: FORMATS } });
  if (typeof header === "string") {
    throw new ConchError("PICTURE_UNSUPPORTED", `The file is ${header}, which Conch does not decode; expected ${FORMATS}. Save it as PNG or JPEG`, {
      data: { found: header, expected: FORMATS },
    });
  }
  const { format, width, height, orientation } = header;
  if (width * height > MOST_PIXELS) {
    throw new ConchError("INPUT_TOO_LARGE", `The ${format} has ${width} × ${height} pixels; at most ${MOST_PIXELS} are opened (Pillow refuses more as a decompression bomb)`, {
      data: { format, width, height, most: MOST_PIXELS },
    });
  }
  const decoded = await (await DECODERS[format]())(bytes);
  const picture = convertPicture(exif_transpose ? orientPicture(decoded, orientation) : decoded, convert);
  return { dataType: "TYPE_UINT8", shape: [picture.height, picture.width, picture.channels], data: picture.data, image: convert };
}
