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
