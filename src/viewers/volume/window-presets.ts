import type { TensorSummary } from "../../runtime/protocol.ts";

/** Intensities that are black and white: a display window. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

/** The usual windows of CT, in Hounsfield units. */
export const WINDOW_PRESETS = {
  softTissue: { low: -160, high: 240 },
  bone: { low: -450, high: 1050 },
  lung: { low: -1350, high: 150 },
} as const satisfies Record<string, Window>;

/** Name of a preset. */
export type WindowPreset = keyof typeof WINDOW_PRESETS;

/** The window that leaves out the outermost 2 % of the values on either side, by the histogram; the whole range where there is none. */
export function automaticWindow({ min, max, histogram }: TensorSummary): Window {
  const whole = { low: min ?? 0, high: max ?? 1 };
  if (histogram === null || histogram.to <= histogram.from) return whole.high > whole.low ? whole : { low: whole.low, high: whole.low + 1 };
  const { from, to, counts } = histogram;
  const width = (to - from) / counts.length;
  const edge = 0.02 * counts.reduce((sum, count) => sum + count, 0);
  const reach = (bars: readonly number[]) => {
    let sum = 0;
    return bars.findIndex((count) => (sum += count) > edge);
  };
  const low = from + reach(counts) * width;
  const high = to - reach([...counts].reverse()) * width;
  return high > low ? { low, high } : { low: from, high: to };
}

/** The window to begin with: soft tissue where the values look like Hounsfield units (air is there, and bone), else the automatic one. */
export function firstWindow(summary: TensorSummary): Window {
  const hounsfield = summary.min !== null && summary.max !== null && summary.min <= -500 && summary.max >= 200;
  return hounsfield ? WINDOW_PRESETS.softTissue : automaticWindow(summary);
}

/** The preset that a window is, if any. */
export function presetOf({ low, high }: Window): WindowPreset | undefined {
  return (Object.keys(WINDOW_PRESETS) as WindowPreset[]).find((name) => WINDOW_PRESETS[name].low === low && WINDOW_PRESETS[name].high === high);
}
