import { decodeModel } from "../../../onnx/decode.ts";
import { encodeModel } from "../../../onnx/encode.ts";
import { rewriteModel, type RewriteChange } from "../../../onnx/rewrite/rewrite.ts";
import { WEBGPU_REWRITES } from "../../../onnx/rewrite/webgpu-rewrites.ts";
import type { Placement } from "../backend.ts";
import { mountWeights, partBytes, readLargeWeights, type MountedWeights } from "./large-weights.ts";
import type { ModelFile } from "./model-file.ts";

/** A model ready for a session. */
export interface PreparedModel extends MountedWeights {
  readonly bytes: Uint8Array;
  /** What was rewritten, for the interface. */
  readonly changes: readonly RewriteChange[];
}

/** How a model is prepared. */
export interface PrepareOptions {
  readonly placement: Placement;
  /** Concrete input shapes, where the session is for these alone. */
  readonly inputShapes: ReadonlyMap<string, readonly number[]>;
  /** Bytes up to which a model file is read as a whole; weights of a larger one stay in it until ONNX Runtime takes them. */
  readonly wholeUpTo: number;
  readonly signal: AbortSignal;
  /** Told of the bytes of weights that were read so far. */
  read(bytes: number): void;
}

const NOTHING_MOUNTED: MountedWeights = { externalData: [], failure: () => undefined, dispose: () => undefined };

/** Reads the model, without large weights that it keeps in other files or in a large one, and rewrites it for WebGPU. */
export async function prepareModel(file: ModelFile, options: PrepareOptions): Promise<PreparedModel> {
  if (file.weights.size === 0 && file.access.size <= options.wholeUpTo) {
    const original = await file.access.read(0, file.access.size);
    if (options.placement === "cpu") return { bytes: original, changes: [], ...NOTHING_MOUNTED };
    const decoded = decodeModel(original);
    const { model, changes } = rewriteModel(decoded, options, WEBGPU_REWRITES);
    return { bytes: model === decoded ? original : encodeModel(model), changes, ...NOTHING_MOUNTED };
  }
  // openModel has opened every file that the model names.
  const { model: bare, parts } = await readLargeWeights(file.access, (location) => file.weights.get(location)!);
  const mounted = await mountWeights(parts, options.signal, options.read);
  if (options.placement === "cpu") return { ...mounted, bytes: encodeModel(bare), changes: [] };
  const { model, changes } = rewriteModel(bare, { inputShapes: options.inputShapes, external: partBytes(parts, mounted) }, WEBGPU_REWRITES);
  return { ...mounted, bytes: encodeModel(model), changes };
}
