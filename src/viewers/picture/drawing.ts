import { ConchError } from "../../base/errors.ts";
import { pictureType } from "../../tensor/picture-type.ts";
import type { PictureScene, Size } from "./picture-scene.ts";
import type { ViewedTensor } from "../viewer.ts";

/** A picture to be drawn. Its image goes with the last reference to it. */
export interface Drawing extends Size {
  readonly image: ImageBitmap;
  /** What is black and white; null where values are shown as they are. */
  readonly contrast: { readonly low: number; readonly high: number } | null;
  /** Type of the file, "image/png"; absent for pixels of a tensor. */
  readonly type?: string;
}

/** One picture of a tensor, decoded off the page's thread. Throws INPUT_INVALID for one that the browser does not decode. */
export async function loadDrawing(tensor: ViewedTensor, scene: PictureScene, item: number): Promise<Drawing> {
  if (scene.kind === "encoded") {
    const bytes = ((await tensor.loadData()) as readonly Uint8Array<ArrayBuffer>[])[item] ?? new Uint8Array(0);
    const type = pictureType(bytes) ?? "";
    try {
      const image = await createImageBitmap(new Blob([bytes], { type }));
      return { image, width: image.width, height: image.height, contrast: null, type };
    } catch (cause) {
      throw new ConchError("INPUT_INVALID", `Item ${item} of ${tensor.name} (${bytes.byteLength} bytes) is no picture that this browser decodes`, {
        data: { input: tensor.name, item, type },
        cause,
      });
    }
  }
  const { pixels, width, height, contrast } = await tensor.loadPicture(item, scene.layout);
  return { image: await createImageBitmap(new ImageData(pixels, width, height)), width, height, contrast };
}

/** Largest side of a canvas that every browser draws. */
const LARGEST_CANVAS = 4096;

/** The size at which a picture is drawn: its own, or smaller in the same aspect ratio. */
export function canvasSize({ width, height }: Size): Size {
  const scale = Math.min(1, LARGEST_CANVAS / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
