import { ConchError } from "../../../base/errors.ts";
import { readHeader, type OnnxHeader } from "../../../onnx/header.ts";
import { precheck } from "../../../onnx/precheck.ts";
import { isVolumetric } from "../../../onnx/rewrite/conv-transpose.ts";
import { fromOnnx } from "../../../tensor/data-type.ts";
import { openAccess } from "../file-access.ts";
import type { FileAccess, ModelSource, Placement } from "../backend.ts";

/** A model's file with its header; the weights stay in the files. */
export interface ModelFile {
  readonly name: string;
  readonly access: FileAccess;
  readonly header: OnnxHeader;
  /** Location as the model writes it → the file beside it. */
  readonly weights: ReadonlyMap<string, FileAccess>;
}

/** Opens the model's file and checks what can be checked without a session. Throws ONNX_*, MODEL_TOO_LARGE and MODEL_NOT_RUNNABLE. */
export async function openModel(source: ModelSource, placement: Placement, device: GPUDevice | undefined): Promise<ModelFile> {
  const name = source.config.default_model_filename || "model.onnx";
  const access = await openAccess(source, name);
  if (access === undefined) {
    throw new ConchError(
      "MODEL_NOT_RUNNABLE",
      `Model "${source.name}" has no ${source.version}/${name}; its version folder holds ${source.files.names.join(", ") || "nothing"}`,
      { data: { model: source.name, file: name } },
    );
  }
  requireMessageSize(source, name, access.size);
  const header = await readHeader(access).catch((thrown: unknown) => {
    if (!(thrown instanceof ConchError)) throw thrown;
    throw new ConchError(thrown.code, `${source.name}/${source.version}/${name}: ${thrown.message}`, { data: { ...thrown.data, model: source.name }, cause: thrown });
  });
  requireRunnable(source, header, placement, device);
  requireNames(source, header);
  return { name, access, header, weights: await openWeights(source, header) };
}

/** Messages of protobuf end below 2 GiB. Bytes. */
const LARGEST_MESSAGE = 2 ** 31 - 1;

function requireMessageSize({ name: model, version }: ModelSource, name: string, bytes: number): void {
  if (bytes <= LARGEST_MESSAGE) return;
  const file = `${version}/${name}`;
  throw new ConchError("MODEL_TOO_LARGE", `Model "${model}" is too large: ${file} has ${bytes} bytes, and an ONNX file ends below 2 GiB (${LARGEST_MESSAGE} bytes), for Triton too: save its weights as external data`, {
    data: { model, file, bytes, limit: LARGEST_MESSAGE },
  });
}

/** The files beside the model that hold its weights, each long enough. Throws ONNX_EXTERNAL_MISSING and ONNX_EXTERNAL_OUTSIDE. */
async function openWeights(source: ModelSource, header: OnnxHeader): Promise<ReadonlyMap<string, FileAccess>> {
  const opened = [...header.externalData].map(async ([location, needed]): Promise<[string, FileAccess]> => {
    const path = insidePath(location);
    if (path === undefined) {
      throw new ConchError("ONNX_EXTERNAL_OUTSIDE", `Model "${source.name}" keeps weights in ${location || "a file without a name"}, which is no path inside its version folder: put that file beside the model, and its name into it`, {
        data: { model: source.name, path: location },
      });
    }
    const access = await openAccess(source, path);
    if (access === undefined || access.size < needed) {
      const found = access === undefined ? "is not there" : `has ${access.size} bytes of ${needed}`;
      throw new ConchError("ONNX_EXTERNAL_MISSING", `Model "${source.name}" keeps weights in ${path}, which ${found}`, { data: { model: source.name, path, needed } });
    }
    return [location, access];
  });
  return new Map(await Promise.all(opened));
}

/** The path in the version folder, or undefined for one that leaves it. */
function insidePath(location: string): string | undefined {
  if (/^[/\\]|^[A-Za-z]:|\\/.test(location)) return undefined;
  const parts = location.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 || parts.includes("..") ? undefined : parts.join("/");
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

/** Bytes of weights up to which reading them again for other shapes costs less than shape arithmetic on the CPU. */
const QUICKLY_READ = 64 << 20;

/** True where the model needs a session for each set of input shapes: a rewrite takes static sizes, or shape arithmetic would run on the CPU. */
export function needsStaticShapes(header: OnnxHeader, placement: Placement): boolean {
  if (placement === "cpu") return false;
  const open = header.inputs.some((input) => input.shape?.some((size) => typeof size !== "number") ?? true) && header.weightBytes <= QUICKLY_READ;
  const { graph } = header.model;
  return graph.nodes.some((node) => isVolumetric(header.model, node) || (open && (node.op === "Shape" || node.op === "Size")));
}
