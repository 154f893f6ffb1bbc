import { ConchError } from "../../base/errors.ts";
import type { DataType } from "../../tensor/data-type.ts";
import type { InputWarning } from "../input.ts";

/** The header of a NIfTI-1 or NIfTI-2 file. Field names and rules: nifti1.h and nifti2.h of the NIfTI data format working group. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  /** True for a .hdr whose voxels lie in an .img file. */
  readonly pair: boolean;
  /** dim[1..dim[0]], first axis fastest in the file. */
  readonly shape: readonly number[];
  readonly dataType: DataType;
  /** Where the voxels begin, in bytes; 0 or more in an .img file. */
  readonly voxOffset: number;
  /** Present only where voxels are to be scaled: slope · raw + inter. */
  readonly scaling?: { readonly slope: number; readonly inter: number };
  /** pixdim[0..7]; pixdim[0] is qfac. */
  readonly pixdim: readonly number[];
  readonly qformCode: number;
  readonly sformCode: number;
  readonly quaternion: readonly [number, number, number];
  readonly qoffset: readonly [number, number, number];
  /** srow_x, srow_y, srow_z: 12 numbers. */
  readonly srow: readonly number[];
  /** Low three bits of xyzt_units: 0 unknown, 1 metre, 2 millimetre, 3 micrometre. */
  readonly spaceUnit: number;
  readonly warnings: readonly InputWarning[];
}

/** NIfTI datatype codes that are one real number per voxel. */
export const NIFTI_TYPES: Readonly<Record<number, DataType>> = {
  2: "TYPE_UINT8",
  4: "TYPE_INT16",
  8: "TYPE_INT32",
  16: "TYPE_FP32",
  64: "TYPE_FP64",
  256: "TYPE_INT8",
  512: "TYPE_UINT16",
  768: "TYPE_UINT32",
  1024: "TYPE_INT64",
  1280: "TYPE_UINT64",
};

/** The others, with the reason why none becomes a tensor. */
const REFUSED_TYPES: Readonly<Record<number, readonly [string, string]>> = {
  0: ["an unnamed data type", "the header does not say how the voxels are stored"],
  1: ["1-bit voxels", "no reader agrees on their bit order"],
  32: ["complex64", "a complex number has no single real value; save its magnitude or real part"],
  128: ["RGB24", "a colour has no single intensity; save one channel or a greyscale image"],
  1536: ["128-bit floats", "their layout differs between machines; save the volume as float64 or float32"],
  1792: ["complex128", "a complex number has no single real value; save its magnitude or real part"],
  2048: ["complex256", "a complex number has no single real value; save its magnitude or real part"],
  2304: ["RGBA32", "a colour has no single intensity; save one channel or a greyscale image"],
};

/** Bytes of the longer header: what {@link parseHeader} wants where the file has them. */
export const HEADER_BYTES = 540;

/** Byte order and version by sizeof_hdr, or undefined where the bytes are no NIfTI header. */
export function recogniseHeader(head: Uint8Array): { version: 1 | 2; littleEndian: boolean; pair: boolean } | undefined {
  if (head.byteLength < 348) return undefined;
  const view = viewOf(head);
  for (const littleEndian of [true, false]) {
    const size = view.getInt32(0, littleEndian);
    if (size === 348) {
      const magic = text(head, 344, 3);
      if ((magic === "n+1" || magic === "ni1") && head[347] === 0) return { version: 1, littleEndian, pair: magic === "ni1" };
    }
    if (size === 540) {
      const magic = text(head, 4, 3);
      if ((magic === "n+2" || magic === "ni2") && head[7] === 0) return { version: 2, littleEndian, pair: magic === "ni2" };
    }
  }
  return undefined;
}

/** Throws NIFTI_INVALID, NIFTI_TRUNCATED or NIFTI_UNSUPPORTED_TYPE. `name` is the file's, for messages. */
export function parseHeader(head: Uint8Array, name: string): NiftiHeader {
  const kind = recogniseHeader(head);
  if (kind === undefined) throw notNifti(head, name);
  if (kind.version === 2 && head.byteLength < 540) {
    throw new ConchError("NIFTI_TRUNCATED", `${name} ends inside its NIfTI-2 header: expected 540 bytes, found ${head.byteLength}`, {
      data: { file: name, expected: 540, found: head.byteLength },
    });
  }
  const { littleEndian, version } = kind;
  const raw = version === 1 ? fields1(viewOf(head), littleEndian) : fields2(viewOf(head), littleEndian);
  const warnings: InputWarning[] = [];
  const refused = REFUSED_TYPES[raw.datatype];
  const dataType = NIFTI_TYPES[raw.datatype];
  if (refused !== undefined || dataType === undefined) {
    const [what, why] = refused ?? [`data type code ${raw.datatype}`, "NIfTI defines no such code"];
    throw new ConchError("NIFTI_UNSUPPORTED_TYPE", `${name} holds ${what}, expected integers or floats: ${why}`, {
      data: { file: name, datatype: raw.datatype },
    });
  }
  return {
    ...kind,
    shape: shapeOf(raw.dim, name),
    dataType,
    voxOffset: voxOffsetOf(raw.voxOffset, kind, name, warnings),
    ...scalingOf(raw.slope, raw.inter, name),
    pixdim: raw.pixdim,
    qformCode: raw.qformCode,
    sformCode: raw.sformCode,
    quaternion: raw.quaternion,
    qoffset: raw.qoffset,
    srow: raw.srow,
    spaceUnit: raw.units & 7,
    warnings,
  };
}

interface RawFields {
  dim: number[];
  datatype: number;
  pixdim: number[];
  voxOffset: number;
  slope: number;
  inter: number;
  units: number;
  qformCode: number;
  sformCode: number;
  quaternion: [number, number, number];
  qoffset: [number, number, number];
  srow: number[];
}

function fields1(view: DataView, le: boolean): RawFields {
  const float = (at: number) => view.getFloat32(at, le);
  return {
    dim: series(8, (n) => view.getInt16(40 + 2 * n, le)),
    datatype: view.getInt16(70, le),
    pixdim: series(8, (n) => float(76 + 4 * n)),
    voxOffset: float(108),
    slope: float(112),
    inter: float(116),
    units: view.getUint8(123),
    qformCode: view.getInt16(252, le),
    sformCode: view.getInt16(254, le),
    quaternion: [float(256), float(260), float(264)],
    qoffset: [float(268), float(272), float(276)],
    srow: series(12, (n) => float(280 + 4 * n)),
  };
}

function fields2(view: DataView, le: boolean): RawFields {
  const double = (at: number) => view.getFloat64(at, le);
  const long = (at: number) => Number(view.getBigInt64(at, le));
  return {
    dim: series(8, (n) => long(16 + 8 * n)),
    datatype: view.getInt16(12, le),
    pixdim: series(8, (n) => double(104 + 8 * n)),
    voxOffset: long(168),
    slope: double(176),
    inter: double(184),
    units: view.getInt32(500, le),
    qformCode: view.getInt32(344, le),
    sformCode: view.getInt32(348, le),
    quaternion: [double(352), double(360), double(368)],
    qoffset: [double(376), double(384), double(392)],
    srow: series(12, (n) => double(400 + 8 * n)),
  };
}

function shapeOf(dim: readonly number[], name: string): number[] {
  const rank = dim[0] as number;
  if (rank < 1 || rank > 7) {
    throw new ConchError("NIFTI_INVALID", `${name}: dim[0] is ${rank}, expected 1 to 7 axes`, { data: { file: name, found: rank } });
  }
  const shape = dim.slice(1, rank + 1);
  const wrong = shape.findIndex((size) => size < 1);
  if (wrong >= 0) {
    throw new ConchError("NIFTI_INVALID", `${name}: dim[${wrong + 1}] is ${shape[wrong]}, expected 1 or more`, {
      data: { file: name, axis: wrong + 1, found: shape[wrong] as number },
    });
  }
  return shape;
}

function voxOffsetOf(value: number, kind: { version: 1 | 2; pair: boolean }, name: string, warnings: InputWarning[]): number {
  const least = kind.pair ? 0 : kind.version === 1 ? 352 : 544;
  if (value === 0 && !kind.pair) {
    warnings.push({ code: "NIFTI_VOX_OFFSET", message: `vox_offset is 0; the voxels are read from byte ${least}` });
    return least;
  }
  if (!Number.isFinite(value) || value < least) {
    throw new ConchError("NIFTI_INVALID", `${name}: vox_offset is ${value}, expected ${least} or more`, {
      data: { file: name, found: String(value), expected: least },
    });
  }
  return Math.trunc(value);
}

/** nifti1.h: scl_slope 0 means no scaling. A slope that is no number is taken so too, as nibabel does. */
function scalingOf(slope: number, inter: number, name: string): Pick<NiftiHeader, "scaling"> {
  if (slope === 0 || !Number.isFinite(slope)) return {};
  if (!Number.isFinite(inter)) {
    throw new ConchError("NIFTI_INVALID", `${name}: scl_slope is ${slope} but scl_inter is ${inter}, expected a finite number`, {
      data: { file: name, slope, inter: String(inter) },
    });
  }
  return slope === 1 && inter === 0 ? {} : { scaling: { slope, inter } };
}

function notNifti(head: Uint8Array, name: string): ConchError {
  const start = text(head, 0, 256).trimStart().toLowerCase();
  let found = `${head.byteLength} bytes without the NIfTI magic`;
  if (head.byteLength === 0) found = "an empty file";
  else if (start.startsWith("<!doctype") || start.startsWith("<html")) found = "a web page (perhaps a server's error page saved under this name)";
  else if (start.startsWith("nrrd")) found = "an NRRD file; convert it to NIfTI first";
  else if (text(head, 128, 4) === "DICM") found = "a DICOM file; convert the series to NIfTI first";
  else if (head.byteLength >= 348 && [true, false].some((le) => viewOf(head).getInt32(0, le) === 348)) {
    found = "an ANALYZE 7.5 header, which does not say where the voxels lie; convert it to NIfTI first";
  }
  return new ConchError("NIFTI_INVALID", `${name} is no NIfTI file: found ${found}`, { data: { file: name } });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function text(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}

function series(count: number, at: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => at(index));
}
