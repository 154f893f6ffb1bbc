import type { Drawing } from "./drawing.ts";
import type { Size } from "./picture-scene.ts";

/** The colour of a picture, drawn at a size, at one of its pixels; undefined where the browser gives no canvas. */
export function pixelColor({ image }: Drawing, { width, height }: Size, { x, y }: { readonly x: number; readonly y: number }): readonly [number, number, number] | undefined {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  context?.drawImage(image, -x, -y, width, height);
  const [red = 0, green = 0, blue = 0] = context?.getImageData(0, 0, 1, 1).data ?? [];
  return context === null ? undefined : [red, green, blue];
}
