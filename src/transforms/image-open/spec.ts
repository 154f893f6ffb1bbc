import { mapEntries } from "../dictionary.ts";
import type { ImageMode, TransformSpec } from "../transform.ts";

/** Parameters of PIL.Image.open as a transform. */
export interface ImageOpenParameters {
  /** Mode that the image is converted to, as Image.convert does. */
  readonly convert: ImageMode;
  /** Whether the orientation that a camera wrote into the file is applied, as ImageOps.exif_transpose does. */
  readonly exif_transpose: boolean;
}

/** Channels of an image in this mode. */
export const IMAGE_CHANNELS = { L: 1, RGB: 3, RGBA: 4 } as const satisfies Readonly<Record<ImageMode, number>>;

/**
 * PIL.Image.open, ImageOps.exif_transpose and Image.convert in a row: the bytes of one file to a PIL image, TYPE_UINT8 [height, width,
 * channels]. Of a file with several frames the first is taken.
 */
export const imageOpenSpec: TransformSpec<ImageOpenParameters> = {
  name: "PIL.Image.open",
  library: "PIL",
  opens: "file",
  summary: "Decodes a picture: JPEG, PNG, WebP, GIF (first frame), BMP.",
  parameters: {
    convert: { type: "choice", choices: ["RGB", "RGBA", "L"], default: "RGB", doc: "Mode of the image, as Image.convert makes it: RGB drops alpha, L is Pillow's luma." },
    exif_transpose: { type: "boolean", default: true, doc: "Turns the picture as its EXIF orientation says, as ImageOps.exif_transpose does." },
  },
  infer: ({ convert }, keys, dictionary) =>
    mapEntries("PIL.Image.open", keys, dictionary, () => ({ dataType: "TYPE_UINT8", shape: [null, null, IMAGE_CHANNELS[convert]], affine: false, image: convert })),
};
