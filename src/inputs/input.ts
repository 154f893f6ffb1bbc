import { ConchError } from "../base/errors.ts";
import type { DataType } from "../tensor/data-type.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** One file that the user chose, its bytes in memory. Decoders never write to `bytes`. */
export interface InputFile {
  /** File name without folders; a hint only, the bytes decide. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The model input that a tensor is made for. */
export interface InputTarget {
  /** Input name of the configuration. */
  readonly name: string;
  readonly dataType: DataType;
  /** As in config.pbtxt: without the batch dimension when `batch`; -1 is any size. */
  readonly dims: readonly number[];
  /** True when the model's max_batch_size is above 0, so that requests carry a batch dimension in front. */
  readonly batch: boolean;
  /** The model's max_batch_size where `batch`. Absent: a batch may be of any size. */
  readonly maxBatchSize?: number;
}

/** How a generated tensor is filled. */
export type Fill = "zeros" | "ones" | "uniform" | "normal";

/** Choices of the user. Each kind reads its own and ignores the rest. */
export interface DecodeOptions {
  /** NIfTI with several frames: the index of one, or "all" for the frames as the last axis. */
  readonly frame?: number | "all";
  /** .npz and JSON with several arrays: the name of one. Absent: the one named like the input, or the only one. */
  readonly array?: string;
  /** Allows floats to be rounded to the nearest value of a narrower float type. Absent: only exact casts. */
  readonly round?: boolean;
  /** Generated: sizes in place of dims, without the batch dimension. Absent: dims, with 1 for each -1. */
  readonly shape?: readonly number[];
  /** Generated; absent: "uniform". */
  readonly fill?: Fill;
  /** Generated: whole number; equal seeds give equal tensors. Absent: 0. */
  readonly seed?: number;
  /** Generated, uniform: [low, high). Absent: [0, 1) for floats, [0, 10) for integers, {0, 1} for bool. */
  readonly range?: readonly [number, number];
}

/** Something worth telling about a file that was read all the same. */
export interface InputWarning {
  /** Stable, upper snake case. */
  readonly code: string;
  readonly message: string;
}

/** One fact about the file for the interface: a stable name and a value to show as it is. */
export interface InputFact {
  readonly name: string;
  readonly value: string;
}

/** What a file became. */
export interface DecodedInput {
  /** Fits the target: its data type, its dims, with a batch dimension in front where the target has one. The caller owns it. */
  readonly tensor: Tensor;
  /** Voxel index → RAS millimetres, row-major 4 × 4; of files that say where their voxels lie. */
  readonly affine?: Float64Array;
  /** Frames that the file holds, when more than one. */
  readonly frames?: number;
  readonly warnings: readonly InputWarning[];
  readonly summary: readonly InputFact[];
}

/**
 * A way to make a tensor: one folder under inputs, one line in their list. Pure; runs in the page, the worker and the command line.
 */
export interface InputKind {
  /** Stable: "nifti". */
  readonly name: string;
  /** File name endings with their dot, lower case, for file pickers; empty for a kind without files. */
  readonly extensions: readonly string[];
  /** Whether the first bytes (at least 512, or the whole file) look like this kind. The name may decide only where bytes cannot. */
  sniff(head: Uint8Array, fileName: string): boolean;
  /**
   * The tensor. Throws NIFTI_*, NPY_INVALID, INPUT_INVALID, INPUT_TOO_LARGE, BATCH_TOO_LARGE or TENSOR_MISMATCH with what was found and what was expected.
   */
  decode(files: readonly InputFile[], target: InputTarget, options: DecodeOptions): DecodedInput;
}

/** The only file of a kind that takes one; throws INPUT_INVALID otherwise. */
export function singleFile(files: readonly InputFile[], kind: string): InputFile {
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new ConchError(
      "INPUT_INVALID",
      `A ${kind} input takes one file, found ${files.length}${files.length > 1 ? `: ${files.map((f) => f.name).join(", ")}` : ""}`,
      { data: { files: files.map((f) => f.name) } },
    );
  }
  return file;
}

/** `[2, -1, 3]` as the interface writes shapes and dims. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
