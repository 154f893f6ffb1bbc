import { maskLayout, pictureLayout, scoresLayout, type PictureLayout } from "../../tensor/picture-layout.ts";
import { mayBeLabels } from "../label-values.ts";
import type { ViewedTensor } from "../viewer.ts";

/** How the viewer shows a tensor. */
export type PictureScene =
  /** Each element is the bytes of an encoded picture. */
  | { readonly kind: "encoded"; readonly items: number }
  | { readonly kind: "pixels"; readonly items: number; readonly layout: PictureLayout }
  /** Labels by pixel; of a layout with several channels the one with the largest value. */
  | { readonly kind: "mask"; readonly items: number; readonly layout: PictureLayout };

/** Shorter sides than this are numbers to be read rather than a picture to be seen. */
const SHORTEST_SIDE = 16;
/** Bytes with larger values are grey rather than labels where no label has a name. */
const LARGEST_UNNAMED_LABEL = 63;

/** What to draw of a tensor; undefined where it holds no picture. Whether a mask holds labels is confirmed where its elements are read. */
export function sceneOf(tensor: ViewedTensor): PictureScene | undefined {
  const { labels, batched, summary } = tensor;
  const { dataType, shape, count, picture, max } = summary;
  if (dataType === "TYPE_STRING") return picture === undefined || count === 0 ? undefined : { kind: "encoded", items: count };
  const mask = maskLayout(dataType, shape, batched);
  if (mask !== undefined && tensor.isInput !== true && mayBeLabels(summary)) {
    if (labels !== undefined || dataType !== "TYPE_UINT8" || (max ?? 0) <= LARGEST_UNNAMED_LABEL) return { kind: "mask", items: mask.items, layout: mask };
  }
  const scores = scoresLayout(dataType, shape, batched);
  const pixels = pictureLayout(dataType, shape, batched);
  // Three or four planes are colours, unless as many labels have names.
  if (scores !== undefined && tensor.isInput !== true && (pixels === undefined || namesOf(labels) === scores.channels)) {
    return { kind: "mask", items: scores.items, layout: scores };
  }
  return pixels && { kind: "pixels", items: pixels.items, layout: pixels };
}

/** Whether the viewer can show a tensor; "also" where it is small, a plain table of numbers, or has a place in space. */
export function acceptsPicture(tensor: ViewedTensor): boolean | "also" {
  const scene = sceneOf(tensor);
  if (scene === undefined) return false;
  if (scene.kind === "encoded") return true;
  const { width, height, channels } = scene.layout;
  if (tensor.affine !== undefined) return "also";
  if (scene.kind === "mask" && tensor.labels !== undefined) return true;
  if (Math.min(width, height) < SHORTEST_SIDE) return "also";
  const table = scene.kind === "pixels" && channels === 1 && tensor.summary.dataType !== "TYPE_UINT8";
  return table ? "also" : true;
}

/** The pictures that a mask may lie over, the one to begin with first: an encoded input, else another encoded picture, else pixels. */
export function backgroundsOf(tensor: ViewedTensor, companions: readonly ViewedTensor[]): readonly ViewedTensor[] {
  const rank = (other: ViewedTensor): number => {
    const scene = sceneOf(other);
    if (scene === undefined || scene.kind === "mask" || other.name === tensor.name) return Infinity;
    return (scene.kind === "encoded" ? 0 : 2) + (other.isInput === true ? 0 : 1);
  };
  return companions.filter((other) => rank(other) < Infinity).sort((a, b) => rank(a) - rank(b));
}

/** Which of a background's pictures belongs to an item of the mask: that of the same number, the only one for all. Undefined where none does. */
export function backgroundItem(items: number, item: number): number | undefined {
  if (item < items) return item;
  return items === 1 ? 0 : undefined;
}

/** Whether one of two sizes is noticeably wider than the other one. */
export function differsInAspect(a: Size, b: Size): boolean {
  const ratio = (a.width * b.height) / (a.height * b.width);
  return Math.max(ratio, 1 / ratio) > 1.01;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How many labels have names; the file's last line may be empty. */
function namesOf(labels: readonly string[] | undefined): number | undefined {
  return labels === undefined ? undefined : labels.at(-1) === "" ? labels.length - 1 : labels.length;
}
