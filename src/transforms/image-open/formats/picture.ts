/** A decoded picture: gray, gray and alpha, RGB, or RGB and alpha, 8 bits a sample, row by row, alpha not multiplied in. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array;
}

/** Decodes the bytes of one format. Throws PICTURE_INVALID and PICTURE_UNSUPPORTED. */
export type DecodePicture = (bytes: Uint8Array) => Promise<Picture>;
