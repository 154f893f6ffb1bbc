import type { DataType, TypedData } from "../tensor/data-type.ts";

/** A dimension known before the data are seen, or null where it depends on them (CropForeground). */
export type Dimension = number | null;

/** The mode of a PIL image: what its channels mean. */
export type ImageMode = "L" | "RGB" | "RGBA";

/** What is known of a dictionary entry before a run. `shape` has no batch axis; `affine` says whether one travels with it. */
export interface ArrayType {
  readonly dataType: DataType;
  readonly shape: readonly Dimension[];
  readonly affine: boolean;
  /** The entry is a PIL image, TYPE_UINT8 [height, width, channels], and no array yet. */
  readonly image?: ImageMode;
}

/** A dictionary entry in host memory: MONAI's MetaTensor. C order, axes (i, j, k) as nibabel gives them, channel first once one was added. */
export interface ArrayItem {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /** Never written to by a transform: several keys, and the caller, may share it. */
  readonly data: TypedData;
  /** Voxel index → RAS millimetres, row-major 4 × 4; absent when no affine was declared. */
  readonly affine?: Float64Array;
  /** The entry is a PIL image, TYPE_UINT8 [height, width, channels], and no array yet. */
  readonly image?: ImageMode;
}

/** One parameter of a transform, MONAI's by name and default. */
export interface ParameterSpec {
  /** What transforms.json may hold for it. */
  readonly type: "boolean" | "integer" | "number" | "string" | "integer-list" | "number-list" | "choice" | "any";
  /** Of a `choice`. */
  readonly choices?: readonly string[];
  /** Whether null is a value (MONAI's None). */
  readonly nullable?: boolean;
  /** A list parameter that also takes a single value, for every axis or key. */
  readonly scalarToo?: boolean;
  /** Whether the value stays a {@link PythonNumber}, because 1 and 1.0 mean different arithmetic. Only of a `number`. */
  readonly literal?: boolean;
  /** Whether a list with one value per key is taken too; the reader then splits the step, so a transform always sees one value. */
  readonly perKey?: boolean;
  /** Absent: the parameter is required. MONAI 1.5's. */
  readonly default?: unknown;
  /** Defaults of MONAI before a version ("1.5"), oldest first, where they were others. */
  readonly olderDefaults?: readonly { readonly before: string; readonly value: unknown }[];
  /** Our own words, for hover and the inspector. */
  readonly doc: string;
}

/** A number with the type that Python gives its literal: `-57` is an int, `-57.0` and `1e3` are floats. */
export interface PythonNumber {
  readonly value: number;
  readonly integer: boolean;
}

/** Parameters after defaults were filled in and types were checked. */
export type Parameters = Readonly<Record<string, unknown>>;

/**
 * What a transform is, free of any data: name, parameters, shape and type inference. Pure; loaded eagerly by editor, rules and plan.
 * `P` is the interface of the checked parameters.
 */
export interface TransformSpec<P = Parameters> {
  /**
   * MONAI's class name without the dictionary suffix: "ScaleIntensityRange" (read as ScaleIntensityRange or ScaleIntensityRanged, short or
   * dotted); torchvision's with its module: "v2.Resize" (read as torchvision.transforms.v2.Resize and torchvision.transforms.Resize); else the
   * whole target: "PIL.Image.open".
   */
  readonly name: string;
  /** Whose it is, where it is not MONAI's. */
  readonly library?: "torchvision" | "PIL" | "transformers" | "conch";
  /**
   * It takes TYPE_STRING entries and makes arrays or images of them, see {@link OpenTransform}. "file": each is the bytes of one file, and is
   * replaced. "texts": each is UTF-8 texts, [n], and stays beside what is made of it; of an item of a batch, which is one text, its shape is [].
   */
  readonly opens?: "file" | "texts";
  /** It works on PIL images too; any other refuses them. */
  readonly takesImages?: true;
  /** Older names of the same thing, without suffix: "AddChannel"; with the parameters that they imply. */
  readonly aliases?: Readonly<Record<string, Partial<P>>>;
  /** One sentence for the catalogue. */
  readonly summary: string;
  readonly parameters: Readonly<Record<keyof P & string, ParameterSpec>>;
  /** Parameters that hold a dictionary key to be read, besides `keys` ("source_key"), so that the reader can check it. */
  readonly keyParameters?: readonly (keyof P & string)[];
  /** The dictionary keys that the transform adds. Absent: none. */
  produces?(parameters: P, keys: readonly string[]): readonly string[];
  /** Problems between parameters, as messages; types are checked before. */
  check?(parameters: P): readonly string[];
  /** What will surprise with such arrays, as messages; the transform runs nevertheless. Called where `infer` succeeds. */
  warn?(parameters: P, keys: readonly string[], dictionary: ReadonlyMap<string, ArrayType>): readonly string[];
  /**
   * The dictionary after the transform, for shape, type and memory estimates. `keys` is the checked list of keys.
   * Throws TRANSFORM_FAILED where the transform cannot be applied to such arrays.
   */
  infer(parameters: P, keys: readonly string[], dictionary: ReadonlyMap<string, ArrayType>): Map<string, ArrayType>;
}

/** The KIND_CPU path: a new dictionary, entries shared where unchanged. Throws TRANSFORM_FAILED. */
export type CpuTransform<P = Parameters> = (
  parameters: P,
  keys: readonly string[],
  dictionary: ReadonlyMap<string, ArrayItem>,
  signal?: AbortSignal,
) => Map<string, ArrayItem>;

/** The bytes of a file of the model, by its path from the version folder; undefined where there is none. */
export type ReadModelFile = (path: string) => Promise<Uint8Array | undefined>;

/**
 * What an opening step does, on the host, before the rest of the chain, with key → bytes to key → entry. It may not write to the bytes.
 * `each` opens the files of one item, `together` all texts of a request: its entries have the texts as their first axis.
 * Throws INPUT_INVALID, INPUT_TOO_LARGE, TEXT_INVALID, TRANSFORM_FAILED, or the signal's reason.
 */
export type Opener =
  | { readonly each: (files: ReadonlyMap<string, Uint8Array>, signal?: AbortSignal) => Promise<ReadonlyMap<string, ArrayItem>> }
  | { readonly together: (texts: ReadonlyMap<string, readonly Uint8Array[]>, signal?: AbortSignal) => Promise<ReadonlyMap<string, ArrayItem>> };

/** The opener of a step, made once for a loaded model, with the files that its parameters name. Throws MODEL_FILE_INVALID. */
export type OpenTransform<P = Parameters> = (parameters: P, keys: readonly string[], read: ReadModelFile) => Promise<Opener>;
