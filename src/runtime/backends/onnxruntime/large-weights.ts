import { ConchError } from "../../../base/errors.ts";
import { decodeModel } from "../../../onnx/decode.ts";
import { makeExternal, makeTensor } from "../../../onnx/encode.ts";
import { allTensors } from "../../../onnx/header.ts";
import type { OnnxModel, OnnxTensor } from "../../../onnx/model.ts";
import { readSkeleton, SMALL_PAYLOAD } from "../../../onnx/skeleton.ts";
import { tensorByteLength, type ExternalBytes } from "../../../onnx/tensor-values.ts";
import type { FileAccess } from "../backend.ts";
import { PIECE } from "../file-access.ts";

/** A model without its large weights, and where each of them is read when ONNX Runtime asks for it. */
export interface LargeWeights {
  readonly model: OnnxModel;
  /** Name that the model calls a part by → the part. */
  readonly parts: ReadonlyMap<string, WeightPart>;
}

/** A range of a file that holds weights. */
export interface WeightPart {
  readonly file: FileAccess;
  readonly from: number;
  readonly to: number;
}

/** Gives access to a file beside the model; the path is as the model writes it. */
export type OpenWeights = (location: string) => FileAccess;

/** Tensors whose elements are read at once, of those that are read before the session is made. */
const AT_ONCE = 16;

/**
 * Reads a model so that its weights stay where they are, inside its own file or beside it: every initializer of the outermost graph above 4 KiB becomes
 * external data under a name of its own, so that neither the file's size nor an offset meets a limit of 32 bits. Smaller ones are read.
 */
export async function readLargeWeights(file: FileAccess, open: OpenWeights): Promise<LargeWeights> {
  const model = decodeModel(await readSkeleton(file, "raw"));
  const parts = new Map<string, WeightPart>();
  const { initializers } = model.graph;
  const placed: OnnxTensor[] = [];
  for (let from = 0; from < initializers.length; from += AT_ONCE) {
    placed.push(...(await Promise.all(initializers.slice(from, from + AT_ONCE).map((tensor, i) => place(tensor, `weights/${from + i}`, file, open, parts)))));
  }
  // A Constant node or an inner graph may name a file as well: that is there by its own name.
  for (const { payload } of allTensors({ ...model.graph, initializers: [] })) {
    if (payload.kind !== "external" || parts.has(payload.location)) continue;
    const whole = open(payload.location);
    parts.set(payload.location, { file: whole, from: 0, to: whole.size });
  }
  return { model: { ...model, graph: { ...model.graph, initializers: placed } }, parts };
}

async function place(tensor: OnnxTensor, name: string, model: FileAccess, open: OpenWeights, parts: Map<string, WeightPart>): Promise<OnnxTensor> {
  const { payload } = tensor;
  if (payload.kind === "inline") return tensor;
  const length = tensorByteLength(tensor);
  const at = payload.kind === "omitted" ? { file: model, from: payload.from, found: payload.to - payload.from } : { file: open(payload.location), from: payload.offset, found: payload.length ?? length };
  if (at.found !== length) {
    throw new ConchError("ONNX_UNSUPPORTED", `Initializer "${tensor.name}" [${tensor.dims.join(", ")}] has ${at.found} bytes, and its type and shape make ${length}`, {
      data: { tensor: tensor.name, found: at.found, expected: length },
    });
  }
  const part = { file: at.file, from: at.from, to: at.from + length };
  if (length <= SMALL_PAYLOAD) return makeTensor(tensor.name, tensor.elementType, tensor.dims, await part.file.read(part.from, part.to));
  parts.set(name, part);
  return makeExternal(tensor.name, tensor.elementType, tensor.dims, name, 0, length);
}

/** Parts of files as ONNX Runtime takes them for its external data. */
export interface MountedWeights {
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
  /** What reading failed with: ONNX Runtime says of it only that it failed. */
  failure(): unknown;
  /** Frees what was read and not handed over. */
  dispose(): void;
}

/**
 * Reads the parts, and mounts them. What ONNX Runtime has taken is freed before it takes the next, so that weights are in memory once; should it ask again, the
 * file is read again, where this thread may wait for it. `read` is told of the bytes so far.
 */
export async function mountWeights(parts: ReadonlyMap<string, WeightPart>, signal: AbortSignal, read: (bytes: number) => void): Promise<MountedWeights> {
  let failure: unknown;
  let done = 0;
  const held = new Map<string, Uint8Array<ArrayBuffer>>();
  let handedOver: string | undefined;
  const free = (path: string): void => {
    held.get(path)?.buffer.transfer?.(0);
    held.delete(path);
  };
  const externalData: { path: string; data: Uint8Array }[] = [];
  for (const [path, { file, from, to }] of parts) {
    const bytes = new Uint8Array(to - from);
    held.set(path, bytes);
    for (let at = 0; at < bytes.byteLength; at += PIECE) {
      const piece = await file.read(from + at, Math.min(to, from + at + PIECE));
      signal.throwIfAborted();
      bytes.set(piece, at);
      read((done += piece.byteLength));
    }
    if (file.readNow === undefined) {
      externalData.push({ path, data: bytes });
      continue;
    }
    const part = (start: number, end: number): Uint8Array => {
      if (handedOver !== undefined && handedOver !== path) free(handedOver);
      handedOver = path;
      const kept = held.get(path);
      if (kept !== undefined) return kept.subarray(start, end);
      try {
        return readNow(parts.get(path)!, start, end);
      } catch (thrown) {
        failure ??= thrown;
        throw thrown;
      }
    };
    externalData.push({ path, data: readOnDemand(to - from, part) });
  }
  return { externalData, failure: () => failure, dispose: () => [...held.keys()].forEach(free) };
}

/** The elements of the parts for rewrites, which keep them. */
export function partBytes(parts: ReadonlyMap<string, WeightPart>, { externalData }: MountedWeights): ExternalBytes {
  return (location) => {
    const part = parts.get(location);
    if (part?.file.readNow === undefined) return externalData.find(({ path }) => path === location)?.data;
    return readOnDemand(part.to - part.from, (start, end) => readNow(part, start, end));
  };
}

function readNow({ file, from }: WeightPart, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  file.readNow!(from + start, bytes);
  return bytes;
}

/** An array whose bytes come when a part of it is taken: ONNX Runtime and rewrites ask for its length and for parts, and for nothing else. */
function readOnDemand(byteLength: number, part: (from: number, to: number) => Uint8Array): Uint8Array {
  return Object.defineProperties(new Uint8Array(0), { byteLength: { value: byteLength }, subarray: { value: part } });
}
