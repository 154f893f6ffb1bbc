import { ConchError } from "../base/errors.ts";
import { decodeModel } from "./decode.ts";
import { allNodes, feeds, type OnnxGraph, type OnnxModel, type OnnxTensor, type OnnxValue } from "./model.ts";
import { readSkeleton, type RandomAccess } from "./skeleton.ts";
import { tensorByteLength } from "./tensor-values.ts";

/** What a model says of itself, read without its weights. */
export interface OnnxHeader {
  /** Bytes of the .onnx file. */
  readonly fileSize: number;
  readonly irVersion: number;
  /** Name and version of the program that wrote the file; "" where it does not say. */
  readonly producer: string;
  /** Domain → version; "" is ai.onnx. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  /** What a request gives, in the model's order; initializers that are also graph inputs are not among them. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** "Conv" or "com.microsoft::Gelu" → how many nodes, subgraphs included; most frequent first. */
  readonly ops: ReadonlyMap<string, number>;
  readonly nodeCount: number;
  /** Bytes of all initializers in memory, external ones included. */
  readonly weightBytes: number;
  /** Files beside the model that hold its weights, with the bytes that it takes of each (to the highest offset). */
  readonly externalData: ReadonlyMap<string, number>;
  /** The graph; the elements of tensors above 4 KiB are left out. */
  readonly model: OnnxModel;
}

/**
 * Reads the header of an .onnx file: some KB per node, never the weights.
 * Throws ONNX_EMPTY, ONNX_NOT_ONNX (naming what was found) or ONNX_TRUNCATED.
 */
export async function readHeader(file: RandomAccess): Promise<OnnxHeader> {
  if (file.size === 0) throw new ConchError("ONNX_EMPTY", "The model file is empty (0 bytes): copy or download it again");
  const found = recognise(await file.read(0, Math.min(512, file.size)));
  if (found !== undefined) {
    throw new ConchError("ONNX_NOT_ONNX", `The file is no ONNX model, it is ${found}`, { data: { found } });
  }
  const model = decodeModel(await readSkeleton(file));
  if (model.opsets.size === 0 && model.irVersion >= 3) {
    throw new ConchError("ONNX_TRUNCATED", "The model ends before its operator set versions: the file is incomplete, copy or download it again", {
      data: { size: file.size },
    });
  }
  return describe(model, file.size);
}

function describe(model: OnnxModel, fileSize: number): OnnxHeader {
  const { graph } = model;
  const nodes = allNodes(graph);
  const tensors = allTensors(graph);
  const externalData = new Map<string, number>();
  for (const tensor of tensors) {
    if (tensor.payload.kind !== "external") continue;
    const { location, offset, length } = tensor.payload;
    externalData.set(location, Math.max(externalData.get(location) ?? 0, offset + (length ?? tensorByteLength(tensor))));
  }
  return {
    fileSize,
    irVersion: model.irVersion,
    producer: model.producer,
    opsets: model.opsets,
    metadata: model.metadata,
    inputs: feeds(graph),
    outputs: graph.outputs,
    ops: histogram(nodes.map((node) => (node.domain === "" ? node.op : `${node.domain}::${node.op}`))),
    nodeCount: nodes.length,
    weightBytes: tensors.reduce((sum, tensor) => sum + tensorByteLength(tensor), 0),
    externalData,
    model,
  };
}

/** The initializers and the tensors of Constant nodes, subgraphs included. */
export function allTensors(graph: OnnxGraph): OnnxTensor[] {
  const inner = graph.nodes.flatMap((node) =>
    node.attributes.flatMap((each) => [
      ...(each.tensor ? [each.tensor] : []),
      ...[...(each.graph ? [each.graph] : []), ...(each.graphs ?? [])].flatMap(allTensors),
    ]),
  );
  return [...graph.initializers, ...inner];
}

function histogram(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}

/** What a file that is often found in place of a model is, from its first bytes; undefined where it may be a model. */
function recognise(head: Uint8Array): string | undefined {
  const text = new TextDecoder("latin1").decode(head);
  const start = text.replace(/^\u00ef\u00bb\u00bf/, "").trimStart().toLowerCase();
  if (start.startsWith("<!doctype html") || start.startsWith("<html")) return "an HTML page (a server answered with a page instead of the file)";
  if (start.startsWith("<")) return "an XML or HTML document";
  if (start.startsWith("version https://git-lfs")) return "a Git LFS pointer (fetch the file itself with git lfs pull)";
  if (start.startsWith("{") || start.startsWith("[")) return "JSON text";
  if (text.startsWith("PK\u0003\u0004")) return "a zip archive (PyTorch saves its .pt files so)";
  if (text.startsWith("\u001f\u008b")) return "a gzip file (unpack it first)";
  if (text.startsWith("\u0080") && text[2] === "}") return "a Python pickle";
  if (text.startsWith("\u0089HDF")) return "an HDF5 file";
  if (text.slice(4, 8) === "ORTM") return "an ONNX Runtime .ort model; the .onnx it was made from is needed";
  if (text.slice(4, 8) === "TFL3") return "a TensorFlow Lite model";
  if (text.slice(8, 10) === '{"') return "a safetensors file";
  return undefined;
}
