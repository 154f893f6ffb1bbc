/** A dimension of a model's input or output: a size, a symbol's name, or undefined where the file says nothing. */
export type OnnxDimension = number | string | undefined;

/** An input, output or value_info of a graph. */
export interface OnnxValue {
  readonly name: string;
  /** "tensor", or another kind of TypeProto, which Triton tensors cannot carry. "none" where the file has no type. */
  readonly kind: "tensor" | "sequence" | "map" | "optional" | "sparse tensor" | "none";
  /** onnx.TensorProto.DataType; 0 where `kind` is not "tensor". */
  readonly elementType: number;
  /** undefined: the rank is unknown. */
  readonly shape: readonly OnnxDimension[] | undefined;
  /** The encoded ValueInfoProto. */
  readonly encoded: Uint8Array;
}

/** Where a tensor's elements are. */
export type OnnxPayload =
  /** Inside `encoded`. */
  | { readonly kind: "inline" }
  /** Left out while only the header was read: bytes [from, to) of the file hold them, in the TensorProto field `field`. */
  | { readonly kind: "omitted"; readonly from: number; readonly to: number; readonly field: number }
  /** In another file. `length` is undefined where the file does not state it. */
  | { readonly kind: "external"; readonly location: string; readonly offset: number; readonly length: number | undefined };

/** An initializer, or the tensor of an attribute. Its elements stay in the file's bytes until they are asked for. */
export interface OnnxTensor {
  readonly name: string;
  /** onnx.TensorProto.DataType. */
  readonly elementType: number;
  readonly dims: readonly number[];
  readonly payload: OnnxPayload;
  /** The encoded TensorProto: a view of the file, or what a rewrite made. */
  readonly encoded: Uint8Array;
}

/** An attribute of a node, of whatever type the file gives it. */
export interface OnnxAttribute {
  readonly name: string;
  readonly float?: number;
  /** Beyond ±2^53 rounded, which the "until the end" values of Slice survive. */
  readonly int?: number;
  readonly string?: string;
  readonly tensor?: OnnxTensor;
  readonly graph?: OnnxGraph;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly strings?: readonly string[];
  readonly graphs?: readonly OnnxGraph[];
  /** The encoded AttributeProto. */
  readonly encoded: Uint8Array;
}

/** A node. An empty name among `inputs` is an input that is left out. */
export interface OnnxNode {
  readonly name: string;
  /** "Conv". */
  readonly op: string;
  /** "" for ai.onnx. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly OnnxAttribute[];
  /** The encoded NodeProto; undefined once a rewrite changed the node. */
  readonly encoded: Uint8Array | undefined;
  /** Encoded fields that this interface does not name. */
  readonly rest: readonly Uint8Array[];
}

/** A graph. Values are named once; nodes are in topological order. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly values: readonly OnnxValue[];
  /** Encoded fields that this interface does not name. */
  readonly rest: readonly Uint8Array[];
}

/** A function that the model defines for itself: an operator of its own domain. */
export interface OnnxFunction {
  readonly domain: string;
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
}

/** A model. Untouched messages keep the bytes of the file. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  /** Domain → version; "" is ai.onnx. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly functions: readonly OnnxFunction[];
  readonly graph: OnnxGraph;
  /** Encoded fields of the model but the graph. */
  readonly rest: readonly Uint8Array[];
}

/** The attribute of that name, or undefined. */
export function attribute(node: OnnxNode, name: string): OnnxAttribute | undefined {
  return node.attributes.find((candidate) => candidate.name === name);
}

/** An integer attribute, or its default. */
export function intAttribute(node: OnnxNode, name: string, otherwise: number): number {
  return attribute(node, name)?.int ?? otherwise;
}

/** Inputs of a graph that a request gives: those that no initializer provides a value for. */
export function feeds(graph: OnnxGraph): OnnxValue[] {
  const initialized = new Set(graph.initializers.map((tensor) => tensor.name));
  return graph.inputs.filter((input) => !initialized.has(input.name));
}

/** True for the standard domain, under either of its names. */
export function isStandard(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

/** The version of the standard operator set that the model imports; 1 where it imports none. */
export function standardOpset(model: OnnxModel): number {
  return model.opsets.get("") ?? model.opsets.get("ai.onnx") ?? 1;
}

/** Graphs inside a node: the bodies of If, Loop and Scan. */
function subgraphs(node: OnnxNode): OnnxGraph[] {
  return node.attributes.flatMap((each) => [...(each.graph ? [each.graph] : []), ...(each.graphs ?? [])]);
}

/** Every node of the graph and of the graphs inside it. */
export function allNodes(graph: OnnxGraph): OnnxNode[] {
  return graph.nodes.flatMap((node) => [node, ...subgraphs(node).flatMap(allNodes)]);
}

/** Names that the graphs inside the node read, their own values included. */
export function captured(node: OnnxNode): string[] {
  return subgraphs(node).flatMap((graph) => [
    ...allNodes(graph).flatMap((inner) => inner.inputs),
    ...graph.outputs.map((output) => output.name),
  ]);
}
