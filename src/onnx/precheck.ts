import { allNodes, attribute, feeds, intAttribute, isStandard, type OnnxModel, type OnnxNode } from "./model.ts";
import { isVolumetric, whyNotRewritable } from "./rewrite/conv-transpose.ts";
import { nodeName } from "./rewrite/uses.ts";
import { inferShapes } from "./shape-inference.ts";
import { ELEMENT } from "./tensor-values.ts";

/** The build of ONNX Runtime that would run the model: KIND_GPU takes "webgpu", KIND_CPU takes "wasm". */
export type Provider = "webgpu" | "wasm";

/** A node that a build cannot run, or not where it was asked to. */
export interface PrecheckFinding {
  /** Node name, or the name of the input or output. */
  readonly node: string;
  /** "" for an input or output. */
  readonly op: string;
  /** "" for ai.onnx. */
  readonly domain: string;
  readonly provider: Provider;
  /** "refused": creating or running the session fails. "host": the node runs on the CPU, and its tensors are copied there and back. */
  readonly effect: "refused" | "host";
  /** A clause: "the WebGPU build has no string tensors". */
  readonly reason: string;
}

/** What the device can do. */
export interface PrecheckDevice {
  readonly shaderF16: boolean;
}

/** Domains of which the CPU build has kernels. */
const WASM_DOMAINS = new Set(["", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.ms.internal.nhwc"]);

/** Operators of the standard domain that no browser build has. */
const NOWHERE = new Set(["ImageDecoder"]);

/** Operators that run on the CPU inside a WebGPU session. */
const HOST_OPS = new Set(
  "RoiAlign OneHot NonMaxSuppression NonZero QLinearConv QLinearMatMul QuantizeLinear MatMulInteger ConvInteger DynamicQuantizeLinear STFT".split(" "),
);

/** Operators on strings. */
const STRING_OPS = new Set("StringNormalizer TfIdfVectorizer StringSplit StringConcat RegexFullMatch".split(" "));

/** Element types that the WebGPU build was made without, for its CPU operators too. */
const NO_WEBGPU_TYPES: Readonly<Record<number, string>> = {
  [ELEMENT.STRING]: "string",
  [ELEMENT.DOUBLE]: "float64",
  [ELEMENT.INT16]: "int16",
  [ELEMENT.UINT16]: "uint16",
};

/**
 * What stands in the way of running the model, told before a session is made. Works on a model whose weights were not read. For WebGPU it
 * speaks of the model after the rewrites of webgpu-rewrites.ts.
 */
export function precheck(model: OnnxModel, provider: Provider, device: PrecheckDevice = { shaderF16: false }): PrecheckFinding[] {
  const own = new Set(model.functions.map((each) => `${each.domain}::${each.name}`));
  const nodes = [...allNodes(model.graph), ...model.functions.flatMap((each) => each.nodes)].filter(
    (node) => !own.has(`${node.domain}::${node.op}`),
  );
  const { facts } = inferShapes(model, new Map());
  const types = (names: readonly string[]) => names.map((name) => facts.get(name)?.elementType ?? 0);
  const findings: PrecheckFinding[] = valueFindings(model, provider);
  for (const node of nodes) {
    const found = provider === "wasm" ? onWasm(node) : onWebGpu(model, node, [...types(node.inputs), ...types(node.outputs)], device);
    if (found !== undefined) {
      const [effect, reason] = found;
      findings.push({ node: nodeName(node), op: node.op, domain: isStandard(node.domain) ? "" : node.domain, provider, effect, reason });
    }
  }
  return findings;
}

type Verdict = readonly [PrecheckFinding["effect"], string] | undefined;

function onWasm(node: OnnxNode): Verdict {
  if (!WASM_DOMAINS.has(node.domain)) return ["refused", `no browser build of ONNX Runtime has operators of the domain ${node.domain}`];
  if (isStandard(node.domain) && NOWHERE.has(node.op)) return ["refused", `no browser build of ONNX Runtime has ${node.op}`];
  return undefined;
}

function onWebGpu(model: OnnxModel, node: OnnxNode, types: readonly number[], device: PrecheckDevice): Verdict {
  const wasm = onWasm(node);
  if (wasm !== undefined) return wasm;
  if (node.domain === "ai.onnx.ml") return ["refused", "the WebGPU build has no ai.onnx.ml operators"];
  if (STRING_OPS.has(node.op)) return ["refused", "the WebGPU build has no string tensors"];
  const castTo = node.op === "Cast" ? intAttribute(node, "to", 0) : 0;
  const absent = [...types, castTo].map((type) => NO_WEBGPU_TYPES[type]).find((name) => name !== undefined);
  if (absent !== undefined) return ["refused", `the WebGPU build has no ${absent} tensors`];
  if (types.includes(ELEMENT.FLOAT16) && !device.shaderF16) return ["refused", "it computes in float16 and the device lacks shader-f16"];
  if (!isStandard(node.domain)) return undefined;
  if (node.op === "Conv" && intAttribute(node, "group", 1) !== 1 && spatialRank(model, node) === 3) {
    return ["refused", `WebGPU runs no grouped convolution over three axes (group ${intAttribute(node, "group", 1)})`];
  }
  if (isVolumetric(model, node)) {
    const why = whyNotRewritable(model, node);
    if (why !== undefined) return ["refused", `WebGPU runs no ConvTranspose over three axes, and this one cannot be rewritten: ${why}`];
  }
  if (HOST_OPS.has(node.op)) return ["host", `WebGPU has no ${node.op}`];
  return undefined;
}

function spatialRank(model: OnnxModel, node: OnnxNode): number {
  const kernel = attribute(node, "kernel_shape")?.ints;
  const weights = model.graph.initializers.find((tensor) => tensor.name === node.inputs[1]);
  return kernel?.length ?? (weights === undefined ? 0 : weights.dims.length - 2);
}

function valueFindings(model: OnnxModel, provider: Provider): PrecheckFinding[] {
  const values = [...feeds(model.graph), ...model.graph.outputs];
  return values.flatMap((value): PrecheckFinding[] => {
    const finding = { node: value.name, op: "", domain: "", provider, effect: "refused" } as const;
    if (value.kind !== "tensor" && value.kind !== "none") return [{ ...finding, reason: `it is a ${value.kind}, and Triton passes tensors only` }];
    if (value.elementType === ELEMENT.BFLOAT16) return [{ ...finding, reason: "no browser build of ONNX Runtime takes bfloat16 tensors" }];
    const absent = provider === "webgpu" ? NO_WEBGPU_TYPES[value.elementType] : undefined;
    if (absent !== undefined) return [{ ...finding, reason: `the WebGPU build has no ${absent} tensors` }];
    return [];
  });
}
