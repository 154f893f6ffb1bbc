import { ConchError, textOf } from "../../base/errors.ts";
import { allocate, bytesPerElement, type DataType, type TypedData } from "../../tensor/data-type.ts";

/** How voxels lie in a file and how they are to be stored. */
export interface VoxelLayout {
  readonly dataType: DataType;
  readonly littleEndian: boolean;
  /** Sizes of the first (fastest) and second axis of the file. */
  readonly ni: number;
  readonly nj: number;
  /** Planes to read, in file order. */
  readonly planes: number;
  /** Where plane m goes along the last axis of the result. */
  position(plane: number): number;
  readonly scaling?: { readonly slope: number; readonly inter: number };
  /** "native": the file's own type, unscaled. */
  readonly store: "float32" | "float64" | "native";
}

/** Receives a file's voxel bytes and fills an array of C order (i, j, plane position). */
export interface VoxelSink {
  /** Takes bytes in file order; true once all planes are there. */
  take(piece: Uint8Array): boolean;
  /** Bytes taken so far, at most the expected ones. */
  readonly found: number;
  readonly data: TypedData;
}

/** Bytes gathered before they are scattered: 16 planes make whole cache lines of float32 in the result. */
const SLAB_BYTES = 16 * 1024 * 1024;
const SLAB_PLANES = 16;

/**
 * A sink that holds the result and a slab of at most 16 planes. Values are slope · raw + inter in float64, rounded once to the stored type, as
 * nibabel followed by MONAI's float32 cast gives them. Throws INPUT_TOO_LARGE where the result cannot be allocated.
 */
export function createVoxelSink(layout: VoxelLayout): VoxelSink {
  const { ni, nj, planes } = layout;
  const planeElements = ni * nj;
  const width = bytesPerElement(layout.dataType);
  const planeBytes = planeElements * width;
  const total = planeBytes * planes;
  const slabPlanes = Math.max(1, Math.min(SLAB_PLANES, planes, Math.floor(SLAB_BYTES / planeBytes)));
  const data = allocateOrFail(storedType(layout), planeElements * planes);
  const slab = new Uint8Array(slabPlanes * planeBytes);
  const convert = createConverter(layout, slabPlanes * planeElements);
  let found = 0;
  let filled = 0;
  let firstPlane = 0;

  const flush = () => {
    const count = filled / planeBytes;
    const bytes = slab.subarray(0, filled);
    if (!layout.littleEndian) swapBytes(bytes, width);
    const positions = Float64Array.from({ length: count }, (_, plane) => layout.position(firstPlane + plane));
    scatter(convert(bytes), data, ni, nj, planes, positions);
    firstPlane += count;
    filled = 0;
  };

  return {
    data,
    get found() {
      return found;
    },
    take(piece) {
      let from = 0;
      while (from < piece.byteLength && found < total) {
        const room = Math.min(slab.byteLength - filled, total - found);
        const part = piece.subarray(from, from + room);
        slab.set(part, filled);
        from += part.byteLength;
        filled += part.byteLength;
        found += part.byteLength;
        if (filled === slab.byteLength || found === total) flush();
      }
      return found === total;
    },
  };
}

/** The data type that {@link createVoxelSink} stores. */
export function storedType(layout: Pick<VoxelLayout, "store" | "dataType">): DataType {
  if (layout.store === "native") return layout.dataType;
  return layout.store === "float32" ? "TYPE_FP32" : "TYPE_FP64";
}

/** Native little-endian bytes → values to store, in a buffer that the next call overwrites. */
function createConverter(layout: VoxelLayout, slabElements: number): (bytes: Uint8Array<ArrayBuffer>) => TypedData {
  const { dataType, scaling, store } = layout;
  const array = allocate(dataType, 0).constructor as new (buffer: ArrayBuffer, offset: number, length: number) => TypedData;
  const width = bytesPerElement(dataType);
  const native = (bytes: Uint8Array<ArrayBuffer>) => new array(bytes.buffer, bytes.byteOffset, bytes.byteLength / width);
  if (store === "native") return native;
  const out = store === "float32" ? new Float32Array(slabElements) : new Float64Array(slabElements);
  if (scaling === undefined) {
    return (bytes) => {
      const raw = native(bytes);
      const part = out.subarray(0, raw.length);
      if (raw instanceof BigInt64Array || raw instanceof BigUint64Array) {
        for (let n = 0; n < raw.length; n++) part[n] = bigToFloat(raw[n] as bigint, store);
      } else part.set(raw);
      return part;
    };
  }
  const { slope, inter } = scaling;
  const wide = new Float64Array(slabElements);
  return (bytes) => {
    const raw = native(bytes);
    if (raw instanceof BigInt64Array || raw instanceof BigUint64Array) {
      for (let n = 0; n < raw.length; n++) wide[n] = Number(raw[n]);
    } else wide.set(raw);
    scaleInto(wide, out, raw.length, slope, inter);
    return out.subarray(0, raw.length);
  };
}

function scaleInto(wide: Float64Array, out: Float32Array | Float64Array, count: number, slope: number, inter: number): void {
  // A slope of 1 or an inter of 0 is no operation: -0 stays -0.
  if (inter === 0) for (let n = 0; n < count; n++) out[n] = (wide[n] as number) * slope;
  else for (let n = 0; n < count; n++) out[n] = (wide[n] as number) * slope + inter;
}

/** One rounding from a 64-bit integer; through Number() it would be two for float32. */
function bigToFloat(value: bigint, store: "float32" | "float64"): number {
  if (store === "float64" || (value < 1n << 53n && value > -(1n << 53n))) return Number(value);
  // Keep 53 bits at most, the lowest saying whether anything below it was set: then rounding to float32 is right.
  const high = value >> 11n;
  const sticky = (value & 2047n) === 0n ? high : high | 1n;
  return Math.fround(Number(sticky)) * 2048;
}

function scatter(source: TypedData, target: TypedData, ni: number, nj: number, planes: number, positions: Float64Array): void {
  if (source instanceof Float32Array && target instanceof Float32Array) scatterFloat(source, target, ni, nj, planes, positions);
  else scatterAny(source as Float64Array, target as Float64Array, ni, nj, planes, positions);
}

// Twice the same loop: V8 makes one machine loop per function, and float32 is the case that must be fast.
function scatterFloat(source: Float32Array, target: Float32Array, ni: number, nj: number, planes: number, positions: Float64Array): void {
  const plane = ni * nj;
  const count = positions.length;
  for (let j = 0; j < nj; j++) {
    for (let i = 0; i < ni; i++) {
      const to = (i * nj + j) * planes;
      let from = j * ni + i;
      for (let m = 0; m < count; m++, from += plane) target[to + (positions[m] as number)] = source[from] as number;
    }
  }
}

function scatterAny(source: Float64Array, target: Float64Array, ni: number, nj: number, planes: number, positions: Float64Array): void {
  const plane = ni * nj;
  const count = positions.length;
  for (let j = 0; j < nj; j++) {
    for (let i = 0; i < ni; i++) {
      const to = (i * nj + j) * planes;
      let from = j * ni + i;
      for (let m = 0; m < count; m++, from += plane) target[to + (positions[m] as number)] = source[from] as number;
    }
  }
}

/** Reverses the bytes of each element in place. `bytes` begins at an offset that is a multiple of 8. */
export function swapBytes(bytes: Uint8Array<ArrayBuffer>, width: number): void {
  if (width === 2) {
    const words = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    for (let n = 0; n < words.length; n++) words[n] = ((words[n] as number) << 8) | ((words[n] as number) >> 8);
  } else if (width === 4 || width === 8) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    for (let n = 0; n < words.length; n++) words[n] = reversed(words[n] as number);
    if (width === 8) {
      for (let n = 0; n < words.length; n += 2) {
        const low = words[n] as number;
        words[n] = words[n + 1] as number;
        words[n + 1] = low;
      }
    }
  }
}

function reversed(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

function allocateOrFail(type: DataType, count: number): TypedData {
  try {
    return allocate(type, count);
  } catch (cause) {
    const bytes = count * bytesPerElement(type);
    throw new ConchError("INPUT_TOO_LARGE", `The volume needs ${bytes} bytes as ${type}, more than can be allocated: ${textOf(cause)}`, {
      data: { bytes, elements: count },
      cause,
    });
  }
}
