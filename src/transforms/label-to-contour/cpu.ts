import { elementCount } from "../../tensor/tensor.ts";
import { failed, mapEntries, shapeText } from "../dictionary.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import type { LabelToContourParameters } from "./spec.ts";

/** LabelToContourd. A mask of 0 and 1 is worked on 32 voxels at a time. */
export const labelToContourCpu: CpuTransform<LabelToContourParameters> = (_parameters, keys, dictionary, signal) =>
  mapEntries("LabelToContour", keys, dictionary, (item, key) => {
    const rank = item.shape.length - 1;
    if (rank !== 2 && rank !== 3) throw failed("LabelToContour", key, `2 or 3 axes after the channel are needed, found ${shapeText(item.shape)}`);
    if (item.dataType !== "TYPE_FP32" && item.dataType !== "TYPE_FP64") {
      throw failed("LabelToContour", key, `TYPE_FP32 or TYPE_FP64 is needed, found ${item.dataType}; MONAI fails here too. Cast to float32 before`);
    }
    return contourOf(item, rank, signal);
  });

function contourOf(item: ArrayItem, rank: number, signal: AbortSignal | undefined): ArrayItem {
  const source = item.data as Float32Array | Float64Array;
  const [depth, rows, width] = [rank === 3 ? (item.shape[1] ?? 0) : 1, item.shape.at(-2) ?? 0, item.shape.at(-1) ?? 0];
  const voxels = elementCount(item.shape.slice(1));
  const data = source instanceof Float32Array ? new Float32Array(source.length) : new Float64Array(source.length);
  const words = packedWidth(width);
  for (let offset = 0; offset < source.length; offset += voxels) {
    signal?.throwIfAborted();
    const bits = new Int32Array(depth * rows * words);
    if (packMask(source, offset, depth * rows, width, words, bits)) {
      unpackBorder(bits, eroded(erodedLines(bits, words), depth, rows, words, rank), offset, depth * rows, width, words, data);
    } else if (allFinite(source, offset, voxels)) boxFilter(source, offset, depth, rows, width, data, rank);
    else laplace(source, offset, depth, rows, width, data, rank);
  }
  return { ...item, data };
}

function packedWidth(width: number): number {
  return (width + 31) >> 5;
}

/** Writes voxel k of a row as bit k & 31 of its word k >> 5. False when a value is neither 0 nor 1. */
function packMask(source: Float32Array | Float64Array, offset: number, lines: number, width: number, words: number, bits: Int32Array): boolean {
  let at = offset;
  for (let line = 0; line < lines; line++) {
    for (let word = 0; word < words; word++) {
      const count = Math.min(32, width - word * 32);
      let packed = 0;
      for (let bit = 0; bit < count; bit++) {
        const value = source[at + bit] as number;
        if (value === 1) packed |= 1 << bit;
        else if (value !== 0) return false;
      }
      bits[line * words + word] = packed;
      at += count;
    }
  }
  return true;
}

/** Erodes each row along itself: a bit stays when both neighbours are set; outside the row is 0. */
function erodedLines(bits: Int32Array, words: number): Int32Array {
  const result = new Int32Array(bits.length);
  for (let base = 0; base < bits.length; base += words) {
    let before = 0;
    for (let word = 0; word < words; word++) {
      const own = bits[base + word] as number;
      const after = word + 1 < words ? (bits[base + word + 1] as number) : 0;
      result[base + word] = own & ((own << 1) | (before >>> 31)) & ((own >>> 1) | (after << 31));
      before = own;
    }
  }
  return result;
}

/** Erodes along the rows and, in 3-D, the planes; outside is 0. */
function eroded(lines: Int32Array, depth: number, rows: number, words: number, rank: number): Int32Array {
  const plane = rows * words;
  const result = new Int32Array(lines.length);
  for (let i = 0; i < depth; i++) {
    for (let j = 1; j < rows - 1; j++) {
      const base = i * plane + j * words;
      for (let at = base; at < base + words; at++) {
        result[at] = (lines[at - words] as number) & (lines[at] as number) & (lines[at + words] as number);
      }
    }
  }
  if (rank === 2) return result;
  for (let at = 0; at < plane; at++) {
    let before = 0;
    for (let i = 0; i < depth; i++) {
      const own = result[i * plane + at] as number;
      const after = i + 1 < depth ? (result[(i + 1) * plane + at] as number) : 0;
      result[i * plane + at] = before & own & after;
      before = own;
    }
  }
  return result;
}

/** Writes 1 for every bit that is set in the mask and not in its erosion. */
function unpackBorder(mask: Int32Array, inner: Int32Array, offset: number, lines: number, width: number, words: number, target: Float32Array | Float64Array): void {
  for (let line = 0; line < lines; line++) {
    for (let word = 0; word < words; word++) {
      const at = offset + line * width + word * 32;
      let border = (mask[line * words + word] as number) & ~(inner[line * words + word] as number);
      while (border !== 0) {
        target[at + 31 - Math.clz32(border & -border)] = 1;
        border &= border - 1;
      }
    }
  }
}

function allFinite(source: Float32Array | Float64Array, offset: number, count: number): boolean {
  // What is not finite leaves NaN, which stays.
  let rest = 0;
  for (let at = offset; at < offset + count; at++) rest += (source[at] as number) * 0;
  return rest === 0;
}

/**
 * The filter as 27·v less the sum of the whole 3 × 3 × 3 box (9 and 3 × 3 in a plane), summed axis by axis in float64: exact for labels, and
 * no use for infinities, which that difference turns into NaN.
 */
function boxFilter(
  source: Float32Array | Float64Array,
  offset: number,
  depth: number,
  rows: number,
  width: number,
  target: Float32Array | Float64Array,
  rank: number,
): void {
  const plane = rows * width;
  const lines = new Float64Array(plane);
  const none = new Float64Array(plane);
  const spare = [new Float64Array(plane), new Float64Array(plane), new Float64Array(plane)];
  const sums = (i: number): Float64Array => {
    const sum = spare[i % 3] as Float64Array;
    sumLines(source, offset + i * plane, rows, width, lines);
    sumRows(lines, rows, width, sum);
    return sum;
  };
  const whole = 3 ** rank;
  let before: Float64Array = none;
  let own: Float64Array = depth > 0 ? sums(0) : none;
  for (let i = 0; i < depth; i++) {
    const after = i + 1 < depth && rank === 3 ? sums(i + 1) : none;
    const base = offset + i * plane;
    for (let at = 0; at < plane; at++) {
      const value = whole * (source[base + at] as number) - ((before[at] as number) + (own[at] as number) + (after[at] as number));
      target[base + at] = value < 0 ? 0 : value > 1 ? 1 : value;
    }
    before = own;
    own = after;
  }
}

function sumLines(source: Float32Array | Float64Array, offset: number, rows: number, width: number, target: Float64Array): void {
  for (let j = 0; j < rows; j++) {
    const base = offset + j * width;
    let before = 0;
    let own = source[base] as number;
    for (let k = 0; k < width; k++) {
      const after = k + 1 < width ? (source[base + k + 1] as number) : 0;
      target[j * width + k] = before + own + after;
      before = own;
      own = after;
    }
  }
}

function sumRows(lines: Float64Array, rows: number, width: number, target: Float64Array): void {
  for (let j = 0; j < rows; j++) {
    const base = j * width;
    const up = j > 0;
    const down = j + 1 < rows;
    for (let at = base; at < base + width; at++) {
      target[at] = (up ? (lines[at - width] as number) : 0) + (lines[at] as number) + (down ? (lines[at + width] as number) : 0);
    }
  }
}

/** The filter itself, for any values, with the neighbours summed one by one in float64. */
function laplace(
  source: Float32Array | Float64Array,
  offset: number,
  depth: number,
  rows: number,
  width: number,
  target: Float32Array | Float64Array,
  rank: number,
): void {
  const centre = 3 ** rank - 1;
  for (let i = 0; i < depth; i++) {
    for (let j = 0; j < rows; j++) {
      for (let k = 0; k < width; k++) {
        let sum = 0;
        for (let a = Math.max(i - 1, 0); a <= Math.min(i + 1, depth - 1); a++) {
          for (let b = Math.max(j - 1, 0); b <= Math.min(j + 1, rows - 1); b++) {
            const base = offset + (a * rows + b) * width;
            for (let c = Math.max(k - 1, 0); c <= Math.min(k + 1, width - 1); c++) {
              if (a !== i || b !== j || c !== k) sum += source[base + c] as number;
            }
          }
        }
        const at = offset + (i * rows + j) * width + k;
        const value = centre * (source[at] as number) - sum;
        target[at] = value < 0 ? 0 : value > 1 ? 1 : value;
      }
    }
  }
}
