import type { TensorSummary } from "../runtime/protocol.ts";

/** Largest label that viewers tell apart. */
const LARGEST_LABEL = 255;

/**
 * Whether a tensor's numbers can be labels 0…255, as far as its summary tells: whole bounds, nothing below 0, no NaN and, where the
 * histogram's bars are at most 1 wide, no count in a bar without an integer. Background alone, which a network that finds nothing gives, may be.
 * A `true` is confirmed where the elements are read.
 */
export function mayBeLabels({ dataType, min, max, nan, infinite, histogram }: TensorSummary): boolean {
  if (dataType === "TYPE_STRING" || min === null || max === null || nan > 0 || infinite > 0) return false;
  if (min < 0 || max > LARGEST_LABEL || !Number.isInteger(min) || !Number.isInteger(max)) return false;
  if (histogram === null || min === max) return true;
  const { from, to, counts } = histogram;
  const width = (to - from) / counts.length;
  if (width > 1) return true;
  return counts.every((count, bar) => {
    const low = from + bar * width;
    const high = bar === counts.length - 1 ? to : low + width;
    // A bar holds values from its lower bound on; the last one its upper bound too. A hair of slack covers rounding of the bounds.
    return count === 0 || Math.floor(high + 1e-9) >= Math.ceil(low - 1e-9);
  });
}
