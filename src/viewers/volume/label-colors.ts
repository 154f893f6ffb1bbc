/** One label of one label volume, as the legend shows it and the picture draws it. */
export interface LabelColor {
  readonly value: number;
  /** Red, green, blue, 0…255. */
  readonly color: readonly [number, number, number];
  readonly visible: boolean;
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
