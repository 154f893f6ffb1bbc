import { pictureHeader } from "./picture-header.ts";

/** MIME types of the formats that {@link pictureHeader} names. A PDF, an SVG and a DICOM file are no pixels; JPEG XL is told by two bytes alone. */
const TYPES: Readonly<Record<string, string>> = {
  "JPEG": "image/jpeg",
  "PNG": "image/png",
  "WebP": "image/webp",
  "GIF": "image/gif",
  "BMP": "image/bmp",
  "TIFF": "image/tiff",
  "AVIF": "image/avif",
  "HEIC": "image/heic",
  "JPEG 2000": "image/jp2",
};

/** The MIME type of an encoded picture by its first bytes (64 are enough); undefined for anything else. Says nothing of what a browser can decode. */
export function pictureType(head: Uint8Array): string | undefined {
  const found = pictureHeader(head);
  const format = typeof found === "object" ? found.format : found;
  // Two letters alone begin texts too: the reserved bytes of the header are 0.
  if (format === "BMP" && head.subarray(6, 10).some((byte) => byte !== 0)) return undefined;
  return format === undefined ? undefined : TYPES[format];
}
