import type { ConchError } from "../../base/errors.ts";
import type { OnnxHeader } from "../../onnx/header.ts";
import { allNodes, isStandard, type OnnxNode } from "../../onnx/model.ts";
import { inferShapes } from "../../onnx/shape-inference.ts";
import { tensorByteLength } from "../../onnx/tensor-values.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import type { Path } from "../pbtxt/path.ts";
import type { ModelVersion } from "../repository/repository.ts";
import type { Refusal } from "./completion.ts";
import type { RepositoryContent } from "./content.ts";
import { type OnnxRuntimeError, refuseGraph } from "./onnx-graph.ts";
import { operatorState } from "./onnx-operators.ts";

/** The .onnx file that a version of a model is loaded from. */
export interface OnnxFile {
  /** Repository path: "unet/1/model.onnx". */
  readonly path: string;
  /** "missing": the server finds no such file; "folder": a folder of that name without a model.onnx in it. */
  readonly state: "file" | "missing" | "folder";
  /** As RepositoryContent.onnx gives it. Undefined: nothing is checked or completed. */
  readonly header: OnnxHeader | ConchError | undefined;
  /** Set where weights lie in another file, and it is not there or ends too early: the first such tensor. */
  readonly missingWeights?: MissingWeights;
}

/** A tensor whose elements another file should have. */
interface MissingWeights {
  readonly tensor: string;
  /** Repository path. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  /** Bytes of the file; undefined where it is not there. */
  readonly size: number | undefined;
}

/**
 * The file that the backend opens for a version of the model `name`, by the completed configuration. The server makes the folder's name of
 * the version's number, whatever the folder is called.
 */
export function onnxFile(content: RepositoryContent, name: string, version: ModelVersion, config: ModelConfig): OnnxFile {
  const exists = (path: string): boolean => version.files.includes(path) || content.size(path) !== undefined;
  const given = resolvePath(`${name}/${version.number}/${config.default_model_filename || "model.onnx"}`);
  const isFolder = !exists(given) && version.files.some((path) => path.startsWith(`${given}/`));
  const path = isFolder ? `${given}/model.onnx` : given;
  if (!exists(path)) return { path, state: isFolder ? "folder" : "missing", header: undefined };
  const header = content.onnx(path);
  const missingWeights = header === undefined || header instanceof Error ? undefined : findMissingWeights(header, path, content);
  return { path, state: "file", header, ...(missingWeights && { missingWeights }) };
}

function findMissingWeights({ model }: OnnxHeader, path: string, content: RepositoryContent): MissingWeights | undefined {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  for (const tensor of model.graph.initializers) {
    if (tensor.payload.kind !== "external") continue;
    const { location, offset, length = tensorByteLength(tensor) } = tensor.payload;
    const file = resolvePath(folder + location);
    const size = content.size(file);
    if (size === undefined || size < offset + length) return { tensor: tensor.name, file, offset, length, size };
  }
  return undefined;
}

/** The path without "." and "..", which a file name may hold. */
function resolvePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** Parameters that the backend reads before anything else, in its order, with what they must be. */
const PARAMETERS: readonly (readonly [key: string, kind: "integer" | "boolean"])[] = [
  ["execution_mode", "integer"],
  ["intra_op_thread_count", "integer"],
  ["inter_op_thread_count", "integer"],
  ["enable_mem_arena", "boolean"],
  ["enable_mem_pattern", "boolean"],
  ["share_session_between_instances", "boolean"],
];

/** Why the backend refuses its parameters. */
export function refuseSettings({ parameters }: ModelConfig): Refusal | undefined {
  for (const [key, kind] of PARAMETERS) {
    const value = parameters[key]?.string_value;
    if (value === undefined) continue;
    const refuse = (message: string, hint: string): Refusal => ({ code: "ONNX_PARAMETER", message, path: ["parameters", key], hint });
    if (kind === "boolean") {
      if (["true", "on", "1", "false", "off", "0"].includes(value.toLowerCase())) continue;
      return refuse(`Invalid argument: failed to convert '${value}' to boolean`, "Write true or false.");
    }
    const number = /^\s*[-+]?\d+/.exec(value);
    if (number === null) return refuse(`Invalid argument: failed to convert '${value}' to integral number`, "Write a whole number.");
    if (key === "execution_mode" && ![0, 1].includes(Number(number[0]))) {
      const expected = "Invalid configuration value provided. Expected values for  execution_mode are 0 or 1 but got";
      return refuse(`Invalid argument: ${expected} ${Number(number[0])} .`, "Write 0 (one node at a time) or 1 (branches at the same time).");
    }
  }
  return undefined;
}

/** Why no session can be made: no file, an accelerator that the server lacks, or a model that ONNX Runtime does not load. */
export function refuseSession(file: OnnxFile, config: ModelConfig): Refusal | undefined {
  const { path, state, header, missingWeights } = file;
  const refuse = (code: string, message: string, hint: string, at: Path = []): Refusal => ({ code, message, path: at, hint });
  if (state === "missing") {
    const at: Path = config.default_model_filename === "model.onnx" ? [] : ["default_model_filename"];
    return refuse("ONNX_FILE_MISSING", `Internal: failed to stat file ${path}`, `Put the model at ${path}.`, at);
  }
  if (state === "folder") {
    return refuse("ONNX_FILE_MISSING", `Unavailable: unable to find '${path}' for model instance '${config.name}'`, `Put the model at ${path}.`);
  }
  const [accelerator] = config.optimization?.execution_accelerators?.cpu_execution_accelerator ?? [];
  if (accelerator !== undefined) {
    const at: Path = ["optimization", "execution_accelerators", "cpu_execution_accelerator", 0, "name"];
    return refuse("ONNX_ACCELERATOR", `Invalid argument: unknown Execution Accelerator '${accelerator.name}' is requested`, "Remove it: this build of the server has none for CPUs.", at);
  }
  if (header === undefined) return undefined;
  const failed = (code: number, message: string): string => `Internal: onnx runtime error ${code}: Load model from ${path} failed:${message}`;
  if (header instanceof Error) {
    // Zero bytes are an empty message: a model without a graph.
    if (header.code === "ONNX_EMPTY") return refuse("ONNX_EMPTY", failed(1, NO_GRAPH), header.message);
    return refuse(header.code, failed(7, "Protobuf parsing failed."), header.message);
  }
  const format = refuseFormat(header);
  if (format !== undefined) return refuse("ONNX_FORMAT", failed(1, format), "Export the model for an older version of ONNX, or take a newer server.");
  const graph = refuseGraph(header.model.graph);
  if (graph !== undefined) return refuse("ONNX_GRAPH", failed(...graph), "Export the model again: its graph does not hold together.");
  // A library of operators may bring any.
  const operator = (config.model_operations?.op_library_filename.length ?? 0) > 0 ? undefined : refuseOperator(header);
  if (operator !== undefined) return refuse("ONNX_OPERATOR", failed(...operator), "Export the model with operators of a standard operator set.");
  return missingWeights && refuse("ONNX_WEIGHTS_MISSING", weightsError(missingWeights), `Put ${missingWeights.file} there whole.`);
}

function weightsError({ tensor, file, offset, length, size }: MissingWeights): string {
  const cause =
    size === undefined
      ? `GetFileLength for ${file} failed:Invalid fd was supplied: -1`
      : `External initializer: ${tensor} offset: ${offset} size to read: ${length} given file_length: ${size} are out of bounds or can not be read in full.`;
  return `Internal: onnx runtime error 1: Deserialize tensor ${tensor} failed.${cause}`;
}

/** The newest that ONNX Runtime 1.24, in Triton 2.70, may take: it was built with ONNX 1.20 at the latest. */
const NEWEST_IR = 13;
const NEWEST_OPSET = 25;

const MODEL =
  "onnxruntime::Model::Model(onnx::ModelProto&&, const onnxruntime::PathString&, const onnxruntime::IOnnxRuntimeOpSchemaRegistryList*, " +
  "const onnxruntime::logging::Logger&, const onnxruntime::ModelOptions&)";
const NO_GRAPH = `/onnxruntime_src/onnxruntime/core/graph/model.cc:166 ${MODEL} ModelProto does not have a graph.\n`;

function refuseFormat({ irVersion, opsets }: OnnxHeader): string | undefined {
  if (irVersion > NEWEST_IR) return `Unsupported model IR version: ${irVersion}, max supported IR version: ${NEWEST_IR}\n`;
  const opset = opsets.get("") ?? opsets.get("ai.onnx");
  if (opset === undefined || opset <= NEWEST_OPSET) return undefined;
  return (
    `ONNX Runtime only *guarantees* support for models stamped with official released onnx opset versions. Opset ${opset} is under development ` +
    "and support for this is limited. The operator schemas and or other functionality may change before next ONNX release and in this case " +
    `ONNX Runtime will not guarantee backward compatibility. Current official support for domain ai.onnx is till opset ${NEWEST_OPSET}.`
  );
}

/** The first node that ONNX Runtime has no operator for: the code and words of its error. */
function refuseOperator(header: OnnxHeader): OnnxRuntimeError | undefined {
  const { model, opsets } = header;
  const own = new Set(model.functions.map(({ domain, name }) => `${domain}::${name}`));
  for (const node of allNodes(model.graph)) {
    if (own.has(`${node.domain}::${node.op}`)) continue;
    const domain = isStandard(node.domain) ? "" : node.domain;
    const version = opsets.get(node.domain) ?? opsets.get(domain) ?? opsets.get("ai.onnx") ?? 1;
    const state = operatorState(domain, node.op, version);
    if (state === "no-domain") return [1, `Fatal error: ${domain}:${node.op}(-1) is not a registered function/op`];
    if (state === "no-operator") {
      return [10, `This is an invalid model. In Node, ${describeNode(header, node)}, Error No Op registered for ${node.op} with domain_version of ${version}`];
    }
  }
  return undefined;
}

const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: "float", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool", 10: "float16", 11: "double", 12: "uint32", 13: "uint64", 16: "bfloat16",
};

function describeNode({ model }: OnnxHeader, node: OnnxNode): string {
  const { facts } = inferShapes(model, new Map());
  const declared = new Map([...model.graph.inputs, ...model.graph.values, ...model.graph.outputs].map((value) => [value.name, value.elementType]));
  const value = (name: string): string => {
    const type = TYPE_NAMES[declared.get(name) ?? facts.get(name)?.elementType ?? 0];
    return `"${name}"${type === undefined ? "" : `: tensor(${type})`},`;
  };
  return `("${node.name}", ${node.op}, "${node.domain}", -1) : (${node.inputs.map(value).join("")}) -> (${node.outputs.map(value).join("")}) `;
}
