import * as v from "valibot";
import { writeExactJson } from "../../base/exact-json.ts";
import { base64Bytes } from "./base64.ts";
import { exchange, type CallOptions, type Connection, type Outgoing } from "./connection.ts";
import { documentBody, documentOf, expectNothing } from "./document.ts";
import { pathSegment } from "./model-path.ts";
import { jsonParameters, type Parameters } from "./parameters.ts";
import type { BodyParts } from "./transport.ts";

/** A model that the server's repository has, one entry for each version that was ever loaded. */
export interface RepositoryEntry {
  readonly name: string;
  /** Undefined for a folder of which no version was ever loaded, also because its configuration is wrong. */
  readonly version?: string | undefined;
  /** READY, UNAVAILABLE, LOADING, UNLOADING or UNKNOWN; undefined as the version is. */
  readonly state?: string | undefined;
  /** Why a version is not ready, by the server's own words. */
  readonly reason?: string | undefined;
}

/** What is loaded instead of what the repository has. All of it holds until the model is loaded plainly again. */
export interface LoadOptions {
  /** A ModelConfig as JSON text (`configJson` of model-config). */
  readonly config?: string;
  /**
   * Files of the model by their paths in its folder (`1/model.onnx`), instead of the whole folder. Triton takes them only together with
   * `config`, and all of it as one JSON document within its limit for input, 64 MiB unless it was started with another.
   */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Others, for servers that know them. */
  readonly parameters?: Parameters;
}

/** How a model is unloaded. */
export interface UnloadOptions {
  /** Whether an ensemble's steps go with it. */
  readonly dependents?: boolean;
  /** Others, for servers that know them. */
  readonly parameters?: Parameters;
}

const INDEX = v.array(v.object({ name: v.string(), version: v.optional(v.string()), state: v.optional(v.string()), reason: v.optional(v.string()) }));

/** What the server's repository has; with `ready`, only what takes requests. */
export function repositoryIndex(connection: Connection, options: { readonly ready?: boolean } = {}, call: CallOptions = {}): Promise<readonly RepositoryEntry[]> {
  const body = documentBody(jsonParameters({ ready: options.ready }));
  return exchange(connection, { ...control("/v2/repository/index", body), purpose: "reading" }, call, documentOf(INDEX));
}

/** Loads a model, or loads it again, and waits until it is ready or failed. Needs a server in explicit model control mode. */
export async function loadModel(connection: Connection, model: string, options: LoadOptions = {}, call: CallOptions = {}): Promise<void> {
  const path = `/v2/repository/models/${pathSegment("model", model)}/load`;
  await exchange(connection, { ...control(path, loadBody(options)), slow: true }, call, expectNothing);
}

/** Has a model unloaded. The server answers before it is, and also where it knows no such model: see the index. */
export async function unloadModel(connection: Connection, model: string, options: UnloadOptions = {}, call: CallOptions = {}): Promise<void> {
  const path = `/v2/repository/models/${pathSegment("model", model)}/unload`;
  const { dependents, parameters } = options;
  const empty = dependents === undefined && parameters === undefined;
  const body = empty ? undefined : documentBody({ parameters: jsonParameters({ unload_dependents: dependents, ...parameters }) });
  await exchange(connection, control(path, body), call, expectNothing);
}

function control(path: string, body: BodyParts | undefined): Outgoing {
  const sent = body === undefined ? {} : { body, headers: { "Content-Type": "application/json" } };
  return { method: "POST", path, purpose: "control", ...sent };
}

/** The files' bytes go between the pieces of the JSON text, for no string could hold a large model. */
function loadBody({ config, files = {}, parameters }: LoadOptions): BodyParts | undefined {
  const plain = { ...jsonParameters(parameters), ...(config === undefined ? {} : { config }) };
  const encoder = new TextEncoder();
  const members: BodyParts[] = Object.entries(plain).map(([name, value]) => [encoder.encode(`${JSON.stringify(name)}:${writeExactJson(value)}`)]);
  for (const [path, bytes] of Object.entries(files)) {
    members.push([encoder.encode(`${JSON.stringify(`file:${path}`)}:"`), base64Bytes(bytes), encoder.encode('"')]);
  }
  if (members.length === 0 && parameters === undefined) return undefined;
  const separated = members.flatMap((member, index) => (index === 0 ? member : [encoder.encode(","), ...member]));
  return [encoder.encode('{"parameters":{'), ...separated, encoder.encode("}}")];
}
