import { ConchError } from "../../../base/errors.ts";
import { decodeModel } from "../../../onnx/decode.ts";
import { encodeModel } from "../../../onnx/encode.ts";
import { readHeader, type OnnxHeader } from "../../../onnx/header.ts";
import { precheck } from "../../../onnx/precheck.ts";
import { isVolumetric } from "../../../onnx/rewrite/conv-transpose.ts";
import { rewriteModel, type RewriteChange } from "../../../onnx/rewrite/rewrite.ts";
import { WEBGPU_REWRITES } from "../../../onnx/rewrite/webgpu-rewrites.ts";
import { blobAccess } from "../../../onnx/skeleton.ts";
import { fromOnnx } from "../../../tensor/data-type.ts";
import type { ModelSource, Placement } from "../backend.ts";

/** A model's file with its header; the weights stay in the Blob. */
export interface ModelFile {
  readonly name: string;
  readonly blob: Blob;
  readonly header: OnnxHeader;
}

/** Opens the model's file and checks what can be checked without a session. Throws ONNX_* and MODEL_NOT_RUNNABLE. */
export async function openModel(source: ModelSource, placement: Placement, device: GPUDevice | undefined): Promise<ModelFile> {
  const name = source.config.default_model_filename || "model.onnx";
  const blob = await source.files.open(name);
  if (blob === undefined) {
    throw new ConchError(
      "MODEL_NOT_RUNNABLE",
      `Model "${source.name}" has no ${source.version}/${name}; its version folder holds ${source.files.names.join(", ") || "nothing"}`,
      { data: { model: source.name, file: name } },
    );
  }
  const header = await readHeader(blobAccess(blob)).catch((thrown: unknown) => {
    if (!(thrown instanceof ConchError)) throw thrown;
    throw new ConchError(thrown.code, `${source.name}/${source.version}/${name}: ${thrown.message}`, { data: { ...thrown.data, model: source.name }, cause: thrown });
  });
  requireRunnable(source, header, placement, device);
  requireNames(source, header);
  return { name, blob, header };
}

function requireRunnable(source: ModelSource, header: OnnxHeader, placement: Placement, device: GPUDevice | undefined): void {
  const provider = placement === "gpu" ? "webgpu" : "wasm";
  const refused = precheck(header.model, provider, { shaderF16: device?.features.has("shader-f16") ?? false }).filter(
    (finding) => finding.effect === "refused",
  );
  if (refused.length === 0) return;
  const reasons = new Map(refused.map((finding) => [finding.reason, finding]));
  const told = [...reasons.values()].slice(0, 3).map(({ node, op, reason }) => `${op === "" ? `"${node}"` : `${op} "${node}"`}: ${reason}`);
  const more = reasons.size > 3 ? ` (and ${reasons.size - 3} more reasons)` : "";
  const elsewhere =
    placement === "gpu" && precheck(header.model, "wasm").length === 0 ? "Set instance_group to KIND_CPU, where it runs." : "Run this step on a Triton server.";
  throw new ConchError("MODEL_NOT_RUNNABLE", `Model "${source.name}" cannot run on ${placement === "gpu" ? "WebGPU" : "the CPU here"}. ${told.join("; ")}${more}. ${elsewhere}`, {
    data: { model: source.name, ops: [...new Set(refused.map(({ domain, op }) => (domain === "" ? op : `${domain}::${op}`)))] },
  });
}

/** The configured inputs and outputs have to be the model's, by name and data type, as Triton's backend demands when it loads the model. */
function requireNames(source: ModelSource, header: OnnxHeader): void {
  for (const [kind, configured, values] of [
    ["input", source.config.input, header.inputs],
    ["output", source.config.output, header.outputs],
  ] as const) {
    for (const { name, data_type: wanted } of configured) {
      const value = values.find((candidate) => candidate.name === name);
      if (value === undefined) {
        const allowed = values.map((candidate) => candidate.name).join(", ");
        throw new ConchError("MODEL_NOT_RUNNABLE", `unexpected inference ${kind} '${name}', allowed ${kind}s are: ${allowed}`, {
          data: { model: source.name, name },
        });
      }
      const found = fromOnnx(value.elementType);
      if (found !== wanted && wanted !== "TYPE_INVALID") {
        throw new ConchError(
          "MODEL_NOT_RUNNABLE",
          `Model "${source.name}" has ${kind} "${name}" of ${found ?? `ONNX element type ${value.elementType}`}, its configuration says ${wanted}`,
          { data: { model: source.name, name } },
        );
      }
    }
  }
}

/** A model ready for a session. */
export interface PreparedModel {
  readonly bytes: Uint8Array;
  readonly externalData: readonly { path: string; data: Uint8Array }[];
  /** What was rewritten, for the interface. */
  readonly changes: readonly RewriteChange[];
}

/** True where the model needs a session for each set of input shapes: a rewrite takes static sizes, or shape arithmetic would run on the CPU. */
export function needsStaticShapes(header: OnnxHeader, placement: Placement): boolean {
  if (placement === "cpu") return false;
  const open = header.inputs.some((input) => input.shape?.some((size) => typeof size !== "number") ?? true);
  const { graph } = header.model;
  return graph.nodes.some((node) => isVolumetric(header.model, node) || (open && (node.op === "Shape" || node.op === "Size")));
}

/** Reads the model and its external data into memory, and rewrites it for WebGPU. Throws ONNX_EXTERNAL_MISSING. */
export async function prepareModel(
  source: ModelSource,
  file: ModelFile,
  placement: Placement,
  inputShapes: ReadonlyMap<string, readonly number[]>,
): Promise<PreparedModel> {
  const original = new Uint8Array(await file.blob.arrayBuffer());
  const externalData = await readExternal(source, file.header);
  if (placement === "cpu") return { bytes: original, externalData, changes: [] };
  const files = new Map(externalData.map(({ path, data }) => [path, data]));
  const decoded = decodeModel(original);
  const { model, changes } = rewriteModel(decoded, { inputShapes, external: (location) => files.get(location) }, WEBGPU_REWRITES);
  return { bytes: model === decoded ? original : encodeModel(model), externalData, changes };
}

async function readExternal(source: ModelSource, header: OnnxHeader): Promise<{ path: string; data: Uint8Array }[]> {
  return Promise.all(
    [...header.externalData].map(async ([path, needed]) => {
      const blob = await source.files.open(path);
      if (blob === undefined || blob.size < needed) {
        const found = blob === undefined ? "is not there" : `has ${blob.size} bytes of ${needed}`;
        throw new ConchError("ONNX_EXTERNAL_MISSING", `Model "${source.name}" keeps weights in ${path}, which ${found}`, {
          data: { model: source.name, path, needed },
        });
      }
      return { path, data: new Uint8Array(await blob.arrayBuffer()) };
    }),
  );
}
