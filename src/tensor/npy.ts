// NumPy's array files. Format: numpy.lib.format (versions 1.0, 2.0, 3.0); .npz is a zip of them.
import { unzipSync, zipSync } from "fflate";
import { ConchError } from "../base/errors.ts";
import { allocate, bytesPerElement, type DataType, type TypedData } from "./data-type.ts";
import { elementCount, isBytes, tensorBytes, type Tensor } from "./tensor.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const DESCRIPTIONS: Partial<Record<DataType, string>> = {
  TYPE_BOOL: "|b1",
  TYPE_UINT8: "|u1",
  TYPE_UINT16: "<u2",
  TYPE_UINT32: "<u4",
  TYPE_UINT64: "<u8",
  TYPE_INT8: "|i1",
  TYPE_INT16: "<i2",
  TYPE_INT32: "<i4",
  TYPE_INT64: "<i8",
  TYPE_FP16: "<f2",
  TYPE_FP32: "<f4",
  TYPE_FP64: "<f8",
};

/**
 * The array of a .npy file, copied, in C order and little-endian whatever the file has. `S` becomes TYPE_STRING, zero bytes at an element's
 * end dropped as numpy does. Throws NPY_INVALID, saying why, for other bytes and for kinds without a Triton type (complex, dates, records,
 * `U` and object arrays).
 */
export function readNpy(bytes: Uint8Array): Tensor {
  const { description, fortranOrder, shape, dataStart } = readHeader(bytes);
  const match = /^([<>|=])([a-zA-Z])(\d*)$/.exec(description);
  if (match === null) throw invalid(`its element type ${description} is no simple one`, { descr: description });
  const [, order = "", kind = "", digits = ""] = match;
  const size = Number(digits);
  const count = elementCount(shape);
  if (!Number.isSafeInteger(count)) throw invalid(`its shape [${shape.join(", ")}] has more elements than an array can hold`);
  const width = kind === "S" ? size : elementSize(kind, size, description);
  const data = bytes.subarray(dataStart);
  if (data.byteLength < count * width) {
    throw invalid(`it ends early: ${count * width} bytes of elements are announced, ${data.byteLength} are there`, { expected: count * width, found: data.byteLength });
  }
  const source = data.subarray(0, count * width);
  const tensor = kind === "S" ? stringTensor(source, shape, size) : numericTensor(source, shape, typeOf(kind, size), order === ">");
  return fortranOrder && shape.length > 1 ? fromFortranOrder(tensor) : tensor;
}

/**
 * A tensor as a .npy file: version 1.0 (2.0 when the header is long), C order, little-endian; TYPE_STRING as `S` of its longest element, so
 * zero bytes at an element's end are lost. Throws NPY_INVALID for TYPE_BF16, which numpy lacks.
 */
export function writeNpy(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const { description, data } = payloadOf(tensor);
  const shape = tensor.shape.length === 1 ? `${tensor.shape[0]},` : tensor.shape.join(", ");
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': (${shape}), }`;
  const wide = text.length + 64 > 65535;
  const prefix = wide ? 12 : 10;
  // The elements begin at a multiple of 64.
  const length = Math.ceil((prefix + text.length + 1) / 64) * 64 - prefix;
  const file = new Uint8Array(prefix + length + data.byteLength);
  const view = new DataView(file.buffer);
  file.set(MAGIC);
  file[6] = wide ? 2 : 1;
  if (wide) view.setUint32(8, length, true);
  else view.setUint16(8, length, true);
  file.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), prefix);
  file.set(data, prefix + length);
  return file;
}

/** The arrays of a .npz file by name, without ".npy". Throws NPY_INVALID, naming the array where one is at fault. */
export function readNpz(bytes: Uint8Array): Map<string, Tensor> {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, { filter: ({ name }) => name.endsWith(".npy") });
  } catch (cause) {
    throw new ConchError("NPY_INVALID", "The bytes are no .npz file: the zip archive cannot be read", { cause });
  }
  const arrays = new Map<string, Tensor>();
  for (const [path, content] of Object.entries(files)) {
    const name = path.slice(0, -4);
    try {
      arrays.set(name, readNpy(content));
    } catch (cause) {
      if (!(cause instanceof ConchError)) throw cause;
      throw new ConchError("NPY_INVALID", `Array "${name}": ${cause.message}`, { data: { ...cause.data, array: name }, cause });
    }
  }
  return arrays;
}

/** Tensors as a .npz file, compressed as numpy.savez_compressed does. */
export function writeNpz(arrays: ReadonlyMap<string, Tensor>): Uint8Array<ArrayBuffer> {
  const files: Record<string, Uint8Array> = {};
  for (const [name, tensor] of arrays) files[`${name}.npy`] = writeNpy(tensor);
  return zipSync(files) as Uint8Array<ArrayBuffer>;
}

interface Header {
  description: string;
  fortranOrder: boolean;
  shape: number[];
  dataStart: number;
}

function readHeader(bytes: Uint8Array): Header {
  if (bytes.byteLength < 10 || MAGIC.some((byte, index) => bytes[index] !== byte)) throw invalid("it does not begin as one");
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) throw invalid(`its format version ${version} is none of 1, 2 and 3`, { version });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const prefix = version === 1 ? 10 : 12;
  if (bytes.byteLength < prefix) throw invalid("it ends within its header");
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (bytes.byteLength < prefix + length) throw invalid("it ends within its header");
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(prefix, prefix + length));
  const description = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text);
  if (description?.[2] !== undefined) throw invalid("it is a record array; Triton has no such type");
  if (description?.[1] === undefined || order === null || shape?.[1] === undefined) throw invalid("its header lacks descr, fortran_order or shape");
  const sizes = shape[1].split(",").map((size) => size.trim().replace(/L$/, "")).filter((size) => size !== "");
  if (!sizes.every((size) => /^\d+$/.test(size))) throw invalid(`its shape (${shape[1]}) is not made of sizes`);
  return { description: description[1], fortranOrder: order[1] === "True", shape: sizes.map(Number), dataStart: prefix + length };
}

const KINDS: Record<string, string> = {
  c: "complex numbers; Triton has no such type, take the real or imaginary part",
  U: "UTF-32 text; save it as bytes, for example with array.astype('S')",
  O: "Python objects, which are pickled code; save numbers or bytes instead",
  V: "raw records; Triton has no such type",
  M: "dates; save them as int64",
  m: "time spans; save them as int64",
};

function typeOf(kind: string, size: number): DataType | undefined {
  const wanted = `${kind}${size}`;
  const entry = Object.entries(DESCRIPTIONS).find(([, description]) => description.slice(1) === wanted);
  return entry?.[0] as DataType | undefined;
}

function elementSize(kind: string, size: number, description: string): number {
  const reason = KINDS[kind];
  if (reason !== undefined) throw invalid(`its elements are ${reason}`, { descr: description });
  if (typeOf(kind, size) === undefined) throw invalid(`its element type ${description} has no Triton type`, { descr: description });
  return size;
}

function numericTensor(source: Uint8Array, shape: number[], dataType: DataType | undefined, bigEndian: boolean): Tensor {
  const type = dataType ?? "TYPE_INVALID";
  const data = allocate(type, elementCount(shape));
  const target = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  target.set(source);
  if (bigEndian) swapBytes(target, bytesPerElement(type));
  return { dataType: type, shape, data };
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let base = 0; base < bytes.length; base += size) {
    for (let low = 0, high = size - 1; low < high; low++, high--) {
      const held = bytes[base + low] as number;
      bytes[base + low] = bytes[base + high] as number;
      bytes[base + high] = held;
    }
  }
}

function stringTensor(source: Uint8Array, shape: number[], size: number): Tensor {
  const data = Array.from({ length: elementCount(shape) }, (_, index) => {
    const element = source.slice(index * size, (index + 1) * size);
    return element.subarray(0, element.findLastIndex((byte) => byte !== 0) + 1);
  });
  return { dataType: "TYPE_STRING", shape, data };
}

function fromFortranOrder(tensor: Tensor): Tensor {
  const { shape, dataType } = tensor;
  const count = elementCount(shape);
  // Where the next element of each axis lies in Fortran order.
  const strides: number[] = [];
  shape.reduce((stride, size) => (strides.push(stride), stride * size), 1);
  const order = new Float64Array(count);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    order[to] = from;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      from += strides[axis] ?? 0;
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break;
      from -= (strides[axis] ?? 0) * (shape[axis] ?? 0);
      index[axis] = 0;
    }
  }
  if (isBytes(tensor)) return { dataType, shape, data: Array.from(order, (at) => tensor.data[at] ?? new Uint8Array(0)) };
  const source = tensor.data as Uint8Array;
  const data = allocate(dataType, count);
  for (let to = 0; to < count; to++) data[to] = source[order[to] as number] as number;
  return { dataType, shape, data: data as TypedData };
}

function payloadOf(tensor: Tensor): { description: string; data: Uint8Array } {
  if (isBytes(tensor)) {
    const size = tensor.data.reduce((longest, element) => Math.max(longest, element.byteLength), 1);
    const data = new Uint8Array(size * tensor.data.length);
    tensor.data.forEach((element, index) => data.set(element, index * size));
    return { description: `|S${size}`, data };
  }
  const description = DESCRIPTIONS[tensor.dataType];
  if (description === undefined) {
    throw new ConchError("NPY_INVALID", `numpy has no type for ${tensor.dataType}; convert it to TYPE_FP32 before`, { data: { dataType: tensor.dataType } });
  }
  return { description, data: tensorBytes(tensor) };
}

function invalid(reason: string, data: Record<string, string | number> = {}): ConchError {
  return new ConchError("NPY_INVALID", `This is no .npy file that Conch reads: ${reason}`, { data });
}
