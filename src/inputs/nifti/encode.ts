import { gzipSync } from "fflate";
import { ConchError } from "../../base/errors.ts";
import { allocate, bytesPerElement, type DataType, type TypedData } from "../../tensor/data-type.ts";
import { elementCount, typedData, type Tensor } from "../../tensor/tensor.ts";
import { castExactly } from "../cast.ts";
import { voxelSize } from "./affine.ts";
import { NIFTI_TYPES } from "./header.ts";
import { swapBytes } from "./voxels.ts";

/** How a tensor is written. */
export interface EncodeNiftiOptions {
  /** Voxel index → RAS millimetres, row-major 4 × 4; absent: no orientation is claimed (sform and qform code 0). */
  readonly affine?: Float64Array;
  /** At most 79 bytes of ASCII. */
  readonly description?: string;
  /** 1 keeps the affine as float32, which every program reads; 2 as float64. Absent: 1, or 2 where an axis is longer than 32767. */
  readonly version?: 1 | 2;
  /** Absent: "little". */
  readonly byteOrder?: "little" | "big";
  /** True writes .nii.gz. */
  readonly gzip?: boolean;
}

/** Voxel type per tensor type; the others are written as the narrowest type that holds them exactly. */
const CODES = new Map<DataType, number>(Object.entries(NIFTI_TYPES).map(([code, type]) => [type, Number(code)]));
const WIDENED: Partial<Record<DataType, DataType>> = { TYPE_BOOL: "TYPE_UINT8", TYPE_FP16: "TYPE_FP32", TYPE_BF16: "TYPE_FP32" };

/**
 * A single-file NIfTI of a tensor of C order with axes (i, j, k) or (i, j, k, t): what {@link niftiInput} reads back as the same array. Leading axes
 * of size 1 (batch, channel) are dropped while more than three axes remain. Throws TENSOR_MISMATCH for text, empty or more than 7 axes.
 */
export function encodeNifti(tensor: Tensor, options: EncodeNiftiOptions = {}): Uint8Array<ArrayBuffer> {
  const widened = WIDENED[tensor.dataType];
  const source = widened === undefined ? tensor : castExactly(tensor, widened, "volume");
  const code = CODES.get(source.dataType);
  const shape = spatialShape(tensor.shape);
  if (code === undefined || shape.length > 7 || shape.some((size) => size < 1)) {
    throw new ConchError("TENSOR_MISMATCH", `NIfTI holds numbers of 1 to 7 axes, found ${tensor.dataType} [${tensor.shape.join(", ")}]`, {
      data: { found: tensor.dataType, shape: [...tensor.shape] },
    });
  }
  const version = options.version ?? (shape.some((size) => size > 32767) ? 2 : 1);
  const littleEndian = options.byteOrder !== "big";
  const offset = version === 1 ? 352 : 544;
  const width = bytesPerElement(source.dataType);
  const file = new Uint8Array(offset + elementCount(shape) * width);
  const header: HeaderFields = { shape, code, bits: width * 8, offset, littleEndian, options };
  if (version === 1) writeHeader1(file, header);
  else writeHeader2(file, header);
  const body = file.subarray(offset);
  const array = allocate(source.dataType, 0).constructor as new (buffer: ArrayBuffer, offset: number, length: number) => TypedData;
  toFileOrder(typedData(source) as Float32Array, new array(file.buffer, offset, elementCount(shape)) as Float32Array, shape);
  if (!littleEndian) swapBytes(body, width);
  return options.gzip === true ? (gzipSync(file, { level: 6, mtime: 0 }) as Uint8Array<ArrayBuffer>) : file;
}

interface HeaderFields {
  shape: readonly number[];
  code: number;
  bits: number;
  offset: number;
  littleEndian: boolean;
  options: EncodeNiftiOptions;
}

function spatialShape(shape: readonly number[]): readonly number[] {
  let from = 0;
  while (shape.length - from > 3 && shape[from] === 1) from++;
  return shape.length === 0 ? [1] : shape.slice(from);
}

function writeHeader1(file: Uint8Array<ArrayBuffer>, { shape, code, bits, offset, littleEndian: le, options }: HeaderFields): void {
  const view = new DataView(file.buffer);
  view.setInt32(0, 348, le);
  [shape.length, ...shape, ...padding(shape)].forEach((size, n) => view.setInt16(40 + 2 * n, size, le));
  view.setInt16(70, code, le);
  view.setInt16(72, bits, le);
  pixdim(options).forEach((size, n) => view.setFloat32(76 + 4 * n, size, le));
  view.setFloat32(108, offset, le);
  view.setFloat32(112, 1, le);
  view.setUint8(123, MILLIMETRES);
  putText(file, 148, options.description ?? "", 79);
  if (options.affine !== undefined) {
    view.setInt16(254, ALIGNED, le);
    options.affine.subarray(0, 12).forEach((value, n) => view.setFloat32(280 + 4 * n, value, le));
  }
  putText(file, 344, "n+1", 4);
}

function writeHeader2(file: Uint8Array<ArrayBuffer>, { shape, code, bits, offset, littleEndian: le, options }: HeaderFields): void {
  const view = new DataView(file.buffer);
  view.setInt32(0, 540, le);
  putText(file, 4, "n+2\0\r\n\x1a\n", 8);
  view.setInt16(12, code, le);
  view.setInt16(14, bits, le);
  [shape.length, ...shape, ...padding(shape)].forEach((size, n) => view.setBigInt64(16 + 8 * n, BigInt(size), le));
  pixdim(options).forEach((size, n) => view.setFloat64(104 + 8 * n, size, le));
  view.setBigInt64(168, BigInt(offset), le);
  view.setFloat64(176, 1, le);
  putText(file, 240, options.description ?? "", 79);
  if (options.affine !== undefined) {
    view.setInt32(348, ALIGNED, le);
    options.affine.subarray(0, 12).forEach((value, n) => view.setFloat64(400 + 8 * n, value, le));
  }
  view.setInt32(500, MILLIMETRES, le);
}

/** NIFTI_UNITS_MM. */
const MILLIMETRES = 2;
/** NIFTI_XFORM_ALIGNED_ANAT, which nibabel writes for an affine of unknown origin. */
const ALIGNED = 2;

function padding(shape: readonly number[]): number[] {
  return Array.from({ length: 7 - shape.length }, () => 1);
}

function pixdim({ affine }: EncodeNiftiOptions): number[] {
  return [1, ...(affine === undefined ? [1, 1, 1] : voxelSize(affine)), 1, 1, 1, 1];
}

function putText(file: Uint8Array, at: number, text: string, most: number): void {
  for (let n = 0; n < Math.min(text.length, most); n++) file[at + n] = text.charCodeAt(n) & 0x7f;
}

/** C order (last axis fastest) → file order (first axis fastest), in tiles of 16 along both so that either side uses whole cache lines. */
function toFileOrder(source: Float32Array, target: Float32Array, shape: readonly number[]): void {
  const [ni = 1] = shape;
  const last = shape.length > 1 ? (shape.at(-1) as number) : 1;
  const middle = source.length / (ni * last);
  const middleShape = shape.slice(1, -1);
  for (let m = 0; m < middle; m++) {
    const inFile = reversedIndex(m, middleShape);
    for (let i0 = 0; i0 < ni; i0 += 16) {
      for (let k0 = 0; k0 < last; k0 += 16) {
        const iEnd = Math.min(i0 + 16, ni);
        const kEnd = Math.min(k0 + 16, last);
        for (let k = k0; k < kEnd; k++) {
          const to = ni * (inFile + middle * k);
          for (let i = i0; i < iEnd; i++) target[to + i] = source[(i * middle + m) * last + k] as number;
        }
      }
    }
  }
}

/** The index with the first axis fastest of the element whose index with the last axis fastest is `index`. */
function reversedIndex(index: number, shape: readonly number[]): number {
  let rest = index;
  let result = 0;
  let stride = elementCount(shape);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    stride /= size;
    result += (rest % size) * stride;
    rest = Math.floor(rest / size);
  }
  return result;
}
