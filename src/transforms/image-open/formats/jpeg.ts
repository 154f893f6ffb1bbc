// JPEG by mozjpeg, a libjpeg-turbo: the same bytes as Pillow's libjpeg-turbo gives (islow transform, fancy upsampling).
import decode, { init } from "@jsquash/jpeg/decode.js";
import moduleUrl from "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?url";
import { ConchError } from "../../../base/errors.ts";
import { pictureHeader } from "../../../tensor/picture-header.ts";
import type { DecodePicture } from "./picture.ts";
import { createCodec } from "./wasm-codec.ts";

const codec = createCodec(moduleUrl, init, (bytes) => decode(bytes, { preserveOrientation: false }));

/** Gray comes as RGB, as the decoder gives it. */
export const decodeJpeg: DecodePicture = async (bytes) => {
  const header = pictureHeader(bytes);
  if (typeof header === "object" && header.channels === 4) {
    throw new ConchError("PICTURE_UNSUPPORTED", "The JPEG has 4 components (CMYK or YCCK); expected gray or colour. Save it as an RGB JPEG", {
      data: { format: "JPEG", components: 4 },
    });
  }
  if (typeof header === "object" && header.bitDepth > 8) {
    throw new ConchError("PICTURE_UNSUPPORTED", `The JPEG has ${header.bitDepth} bits a sample; expected 8`, { data: { format: "JPEG", bits: header.bitDepth } });
  }
  const { image, complaints } = await codec(bytes, "JPEG");
  if (/premature end/i.test(complaints)) {
    throw new ConchError("PICTURE_INVALID", "The JPEG is truncated: its data end before the picture does", { data: { format: "JPEG" } });
  }
  return { width: image.width, height: image.height, channels: 4, data: new Uint8Array(image.data.buffer) };
};
