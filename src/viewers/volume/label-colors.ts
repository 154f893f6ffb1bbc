/** One label of one label volume, as the legend shows it and the picture draws it. */
export interface LabelColor {
  readonly value: number;
  /** Red, green, blue, 0…255. */
  readonly color: readonly [number, number, number];
  readonly visible: boolean;
}

/** Okabe and Ito's colours, which stay apart for colour-blind eyes, brightest on grey first. */
const PALETTE: readonly (readonly [number, number, number])[] = [
  [230, 159, 0],
  [86, 180, 233],
  [240, 228, 66],
  [0, 158, 115],
  [213, 94, 0],
  [204, 121, 167],
  [0, 114, 178],
];

/** Colour of the n-th thing in a legend; after the palette, hues a golden angle apart. */
export function labelColor(n: number): readonly [number, number, number] {
  const named = PALETTE[n];
  if (named !== undefined) return named;
  const hue = (n * 137.508) % 360;
  const channel = (shift: number) => {
    const position = (shift + hue / 30) % 12;
    return Math.round(255 * (0.6 - 0.38 * Math.max(-1, Math.min(position - 3, 9 - position, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/**
 * The lookup table that the picture needs: entries from {@link TABLE_START} to 255, four bytes each. The entries below 0 are there because the
 * shader never reads the first two of 256 parts of a table, so that label 0 would take the colour of another in a table that began with it.
 */
export function lookupTable(labels: readonly LabelColor[]): Uint8ClampedArray {
  const table = new Uint8ClampedArray((256 - TABLE_START) * 4);
  for (const { value, color, visible } of labels) {
    if (visible) table.set([...color, 255], (value - TABLE_START) * 4);
  }
  return table;
}

/** Value of a lookup table's first entry. */
export const TABLE_START = -4;
