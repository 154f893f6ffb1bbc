import type { LabelMask } from "../../tensor/label-mask.ts";
import { labelColor } from "../label-color.ts";

/** A label of a mask, as the legend shows it and the picture draws it. */
export interface MaskLabel {
  readonly value: number;
  /** As the label file has it; undefined where it has none. */
  readonly name: string | undefined;
  /** Of the mask's pixels, 0…1. */
  readonly share: number;
  /** Red, green, blue, 0…255. */
  readonly color: readonly [number, number, number];
  readonly visible: boolean;
}

/** The labels of a mask by value. 0, which is the background nearly everywhere, is not drawn at first; nothing else would be seen of the picture. */
export function maskLabels({ counts, width, height }: LabelMask, names: readonly string[] = []): readonly MaskLabel[] {
  return counts.map(({ label, pixels }) => ({
    value: label,
    // A blank line names nothing.
    name: names[label] || undefined,
    share: pixels / (width * height),
    // By value, so that a label has one colour in all items of a batch.
    color: label === 0 ? [128, 128, 128] : labelColor(label - 1),
    visible: label !== 0,
  }));
}

/** The mask as RGBA pixels: visible labels opaque in their colours, all else transparent. */
export function maskPixels({ labels }: LabelMask, look: readonly MaskLabel[]): Uint8ClampedArray<ArrayBuffer> {
  const table = new Uint8Array(256 * 4);
  for (const { value, color, visible } of look) if (visible) table.set([...color, 255], value * 4);
  const colors = new Uint32Array(table.buffer);
  const pixels = new Uint32Array(labels.length);
  for (let index = 0; index < labels.length; index++) pixels[index] = colors[labels[index] as number] as number;
  return new Uint8ClampedArray(pixels.buffer);
}

/** A share of an area as percent: "12.3 %", "0.04 %", and "< 0.01 %" for what is less. */
export function shareText(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.01) return "< 0.01 %";
  return `${percent < 1 ? percent.toFixed(2) : percent.toFixed(1)} %`;
}
