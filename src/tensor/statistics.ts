import { bfloatToNumber, halfTable } from "./half.ts";
import { typedData, type Tensor } from "./tensor.ts";

/** What a tensor's values are like. NaN is counted apart; infinities bound the range but enter neither mean nor histogram. */
export interface TensorStatistics {
  /** Elements, NaN included. */
  readonly count: number;
  readonly nan: number;
  readonly infinite: number;
  /** Elements equal to 0. */
  readonly zeros: number;
  /** NaN when there is no number. 64-bit integers beyond 2^53 are rounded. */
  readonly min: number;
  readonly max: number;
  /** Mean of the finite values, summed in float64; NaN when there are none. */
  readonly mean: number;
  readonly histogram: Histogram;
}

/** Counts of the finite values in bars of equal width from `low` (their smallest) to `high` (their largest, in the last bar). */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** How many elements are read between two pauses. */
const CHUNK = 1 << 20;

/**
 * Statistics of a numeric tensor, in two sweeps: range and sum, then the histogram. Pauses every 2^20 elements, yielding the fraction done;
 * there the caller may leave it, or `signal` ends it with its reason. Throws TENSOR_MISMATCH for TYPE_STRING.
 * @param bars how many bars the histogram has.
 */
export function* statisticsSteps(tensor: Tensor, bars = 64, signal?: AbortSignal): Generator<number, TensorStatistics> {
  const data = typedData(tensor);
  const range: Range = { nan: 0, infinite: 0, zeros: 0, finite: 0, min: Infinity, max: -Infinity, sum: 0, low: Infinity, high: -Infinity };
  const counts = Array.from({ length: bars }, () => 0);
  for (const sweep of [0, 1]) {
    for (let begin = 0; begin < data.length; begin += CHUNK) {
      signal?.throwIfAborted();
      const end = Math.min(begin + CHUNK, data.length);
      const values = numericSlice(tensor, begin, end);
      if (sweep === 0) addRange(range, values);
      else addBars(counts, values, range.low, range.high);
      yield (sweep + end / data.length) / 2;
    }
  }
  const { nan, infinite, zeros, finite, sum } = range;
  const none = finite + infinite === 0;
  return {
    count: data.length,
    nan,
    infinite,
    zeros,
    min: none ? NaN : range.min,
    max: none ? NaN : range.max,
    mean: finite === 0 ? NaN : sum / finite,
    histogram: finite === 0 ? { low: 0, high: 0, counts } : { low: range.low, high: range.high, counts },
  };
}

/** {@link statisticsSteps} without pauses. */
export function statistics(tensor: Tensor, bars = 64, signal?: AbortSignal): TensorStatistics {
  const steps = statisticsSteps(tensor, bars, signal);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

interface Range {
  nan: number;
  infinite: number;
  zeros: number;
  finite: number;
  min: number;
  max: number;
  sum: number;
  /** Smallest and largest finite value. */
  low: number;
  high: number;
}

/** The elements from `begin` to before `end` as numbers, 64-bit integers rounded; a view where they are numbers already. Throws TENSOR_MISMATCH for TYPE_STRING. */
export function numericSlice(tensor: Tensor, begin: number, end: number): ArrayLike<number> {
  const data = typedData(tensor);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data.subarray(begin, end), Number);
  if (tensor.dataType === "TYPE_FP16") {
    const table = halfTable();
    return Float32Array.from(data.subarray(begin, end), (bits) => table[bits] as number);
  }
  if (tensor.dataType === "TYPE_BF16") return Float32Array.from(data.subarray(begin, end), bfloatToNumber);
  return data.subarray(begin, end);
}

function addRange(range: Range, values: ArrayLike<number>): void {
  let { nan, infinite, zeros, finite, sum, low, high } = range;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) nan++;
    else if (value === Infinity || value === -Infinity) {
      infinite++;
      range.min = Math.min(range.min, value);
      range.max = Math.max(range.max, value);
    } else {
      finite++;
      sum += value;
      if (value === 0) zeros++;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  Object.assign(range, { nan, infinite, zeros, finite, sum, low, high });
  range.min = Math.min(range.min, low);
  range.max = Math.max(range.max, high);
}

function addBars(counts: number[], values: ArrayLike<number>, low: number, high: number): void {
  const last = counts.length - 1;
  // Halved, because the difference of two doubles may overflow.
  const half = high / 2 - low / 2;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!(value >= low && value <= high)) continue;
    const bar = half === 0 ? 0 : Math.min(Math.floor(((value / 2 - low / 2) / half) * counts.length), last);
    counts[bar] = (counts[bar] as number) + 1;
  }
}
