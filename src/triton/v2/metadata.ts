import * as v from "valibot";
import type { JsonObject } from "../../base/exact-json.ts";
import { exchange, type CallOptions, type Connection } from "./connection.ts";
import { documentOf, readObject } from "./document.ts";
import { modelPath, type ModelTarget } from "./model-path.ts";

/** What a server says of itself. */
export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  /** Names of the protocol's extensions that it has. */
  readonly extensions: readonly string[];
}

/** What a server says of a model. */
export interface ModelMetadata {
  readonly name: string;
  /** The versions that are ready, or the one that was asked for. */
  readonly versions: readonly string[];
  /** A platform, or the backend where the configuration has none. */
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
}

/** An input or output. Whether an input is optional is in the configuration alone. */
export interface TensorMetadata {
  readonly name: string;
  /** The protocol's name, FP32; `fromV2` knows those of Triton. */
  readonly datatype: string;
  /** With the batch dimension; -1 is any size. */
  readonly shape: readonly number[];
}

const SERVER = v.object({ name: v.string(), version: v.string(), extensions: v.optional(v.array(v.string()), []) });
const TENSORS = v.optional(v.array(v.object({ name: v.string(), datatype: v.string(), shape: v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(-1))) })), []);
const MODEL = v.object({ name: v.string(), versions: v.optional(v.array(v.string()), []), platform: v.string(), inputs: TENSORS, outputs: TENSORS });

/** Name, version and extensions of the server. */
export function serverMetadata(connection: Connection, call: CallOptions = {}): Promise<ServerMetadata> {
  return exchange(connection, { method: "GET", path: "/v2", purpose: "reading" }, call, documentOf(SERVER));
}

/** Versions, inputs and outputs of a model. */
export function modelMetadata(connection: Connection, target: ModelTarget, call: CallOptions = {}): Promise<ModelMetadata> {
  return exchange(connection, { method: "GET", path: modelPath(target), purpose: "reading" }, call, documentOf(MODEL));
}

/** The configuration of a model as the server completed it: a ModelConfig as protobuf's JSON has it, with the names of the .proto. */
export function modelConfig(connection: Connection, target: ModelTarget, call: CallOptions = {}): Promise<JsonObject> {
  return exchange(connection, { method: "GET", path: modelPath(target, "/config"), purpose: "reading" }, call, readObject);
}
