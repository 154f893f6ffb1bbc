import { isAbort } from "../../base/errors.ts";
import { encodeSourceText } from "../../base/source-text.ts";
import { v2Name } from "../../tensor/data-type.ts";
import { configJson } from "../../triton/model-config/json.ts";
import { configTextOfJson } from "../../triton/model-config/from-json.ts";
import type { InferCall } from "../../triton/v2/serving/infer-call.ts";
import { decodeInfer, tooLarge } from "../../triton/v2/serving/infer-decode.ts";
import { encodeInfer } from "../../triton/v2/serving/infer-encode.ts";
import { loadParameters, unloadsDependents, wantsReadyOnly } from "../../triton/v2/serving/load-parameters.ts";
import { metricsText } from "../../triton/v2/serving/metrics-text.ts";
import { internal, invalidArgument, ProtocolError, unavailable, unsupported } from "../../triton/v2/serving/protocol-error.ts";
import type { RequestBody } from "../../triton/v2/serving/request-body.ts";
import { routeOf, type Route, type RoutedModel } from "../../triton/v2/serving/routes.ts";
import type { BodyParts } from "../../triton/v2/transport.ts";
import { callTarget, runInference, type InferenceContext } from "./inference.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import type { Clocks } from "./run-statistics.ts";
import type { Override, ServedFolder } from "./served-folder.ts";
import { ServedRepository } from "./served-repository.ts";
import { createTurns } from "./turns.ts";

/** What a server is started with, and what it needs of its surroundings. */
export interface ServeOptions extends Clocks {
  /** Lists the repository as it is now. */
  folder(): ServedFolder;
  /** Whether models are loaded and unloaded by requests; otherwise all are loaded at the start and stay. */
  readonly explicit: boolean;
  /** Models to load at the start of an explicit server; "*" for all. */
  readonly load: readonly string[];
  readonly autoComplete: boolean;
  /** The most bytes of a JSON document. */
  readonly maxInputBytes: number;
  /** Of Conch. */
  readonly version: string;
  log(line: string): void;
  breathe(): Promise<void>;
}

/** A request as the host hands it over. */
export interface ServedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  header(name: string): string | undefined;
  readonly body: RequestBody;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** An answer as the host sends it. */
export interface ServedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: BodyParts;
  /** Whether it may be packed: answers to inferences alone. */
  readonly packable?: true;
}

/** A v2 server without its sockets. */
export interface Server {
  /** Answers a request. Never throws but for a client that went away. */
  handle(request: ServedRequest): Promise<ServedResponse>;
}

const EXTENSIONS = ["classification", "model_repository", "model_repository(unload_dependents)", "model_configuration", "binary_tensor_data", "parameters", "statistics"];

/** Starts a server: loads what it is to have at once. */
export async function createServer(options: ServeOptions): Promise<Server> {
  const repository = new ServedRepository(options.folder, options.autoComplete, options.log);
  await repository.start(!options.explicit || options.load.includes("*") ? "all" : options.load);
  const turns = createTurns();
  const context: InferenceContext = { turns, find: (model, version) => repository.find(model, version), now: options.now, clock: options.clock, breathe: options.breathe };

  async function answer(request: ServedRequest): Promise<ServedResponse> {
    const route = routeOf(request.method, request.target);
    switch (route.kind) {
      case "live":
        return { status: 200, headers: {}, parts: [] };
      case "ready":
        return { status: repository.isReady ? 200 : 400, headers: {}, parts: [] };
      case "server-metadata":
        return json({ name: "conch", version: options.version, extensions: EXTENSIONS });
      case "model-ready":
        return modelReady(route);
      case "model-metadata":
        return json(metadata(repository.find(route.model, route.version), route));
      case "model-config":
        return document(configJson(repository.find(route.model, route.version).config));
      case "statistics":
        return json({ model_stats: measured(route).map(({ model, version, statistics }) => statistics.json(model, version)) });
      case "metrics":
        return metrics();
      case "infer":
        return infer(route, request);
      case "index":
        return json(repository.index(wantsReadyOnly(await small(request))));
      case "load":
      case "unload":
        return control(route, request);
      case "absent":
        throw unsupported(`conch serve has no ${route.what}; a Triton server does`);
    }
  }

  async function infer({ model, version }: RoutedModel, request: ServedRequest): Promise<ServedResponse> {
    const target = repository.find(model, version);
    let call: InferCall | undefined;
    try {
      call = await decodeInfer(request.body, request.header("inference-header-content-length"), callTarget(target, options.maxInputBytes));
      const { headers, parts } = encodeInfer(await runInference(target, call, context, request.signal));
      return { status: 200, headers, parts, packable: true };
    } catch (error) {
      if (request.signal.aborted || isAbort(error)) options.log(`cancelled ${[model, call?.id].filter(Boolean).join(" ")}`);
      throw error;
    }
  }

  function modelReady({ model, version }: RoutedModel): ServedResponse {
    const ready = repository.ready(model);
    if (version === undefined ? ready.length > 0 : ready.some((each) => each.version === version)) return { status: 200, headers: {}, parts: [] };
    throw invalidArgument("Model version not ready");
  }

  function metadata({ model, config }: LoadedVersion, { version }: RoutedModel): unknown {
    const batch = config.max_batch_size > 0 ? [-1] : [];
    const tensors = (list: readonly { readonly name: string; readonly data_type: Parameters<typeof v2Name>[0]; readonly dims: readonly number[] }[]): unknown =>
      list.map(({ name, data_type, dims }) => ({ name, datatype: v2Name(data_type), shape: [...batch, ...dims] }));
    return {
      name: model,
      versions: version === undefined ? repository.ready(model).map((each) => String(each.version)) : [String(version)],
      platform: config.platform === "" ? config.backend : config.platform,
      inputs: tensors(config.input),
      outputs: tensors(config.output),
    };
  }

  function measured({ model, version }: { readonly model: string | undefined; readonly version: number | undefined }): readonly LoadedVersion[] {
    const found = repository.ready(model).filter((each) => version === undefined || each.version === version);
    if (model !== undefined && found.length === 0) throw invalidArgument(`requested model '${model}'${version === undefined ? "" : ` version ${version}`} is not available`);
    return found;
  }

  function metrics(): ServedResponse {
    const models = repository.ready().map((each) => ({ name: each.model, version: each.version, statistics: each.statistics, pending: each.queue.waiting }));
    return { status: 200, headers: { "Content-Type": "text/plain; charset=utf-8" }, parts: [new TextEncoder().encode(metricsText(models))] };
  }

  async function control({ kind, model }: Extract<Route, { kind: "load" | "unload" }>, request: ServedRequest): Promise<ServedResponse> {
    if (!options.explicit) throw unavailable("explicit model load / unload is not allowed if polling is enabled");
    const body = await small(request);
    if (kind === "unload") {
      const dependents = unloadsDependents(body);
      await turns.take(request.signal, () => repository.unload(model, dependents));
      options.log(`unloaded ${model}`);
    } else {
      const override = overrideOf(model, body);
      await turns.take(request.signal, () => repository.load(model, override));
    }
    return { status: 200, headers: { "Content-Type": "application/json" }, parts: [] };
  }

  function overrideOf(model: string, body: Uint8Array): Override | undefined {
    const { config, files } = loadParameters(body);
    if (config === undefined && files.size === 0) return undefined;
    try {
      if (config === undefined) throw new Error("files are given without a configuration");
      return { config: configTextOfJson(config), files: new Map([...files].map(([path, base64]) => [safePath(path), bytesOf(base64)])) };
    } catch (error) {
      options.log(`poll failed for model directory '${model}': ${error instanceof Error ? error.message : String(error)}`);
      throw internal(`failed to load '${model}', failed to poll from model repository`);
    }
  }

  async function small({ body }: ServedRequest): Promise<Uint8Array> {
    const announced = body.left;
    const bytes = await body.all(options.maxInputBytes);
    if (bytes === undefined) throw tooLarge(announced ?? options.maxInputBytes + 1, options.maxInputBytes);
    return bytes;
  }

  return {
    async handle(request) {
      try {
        return await answer(request);
      } catch (error) {
        if (request.signal.aborted || isAbort(error)) throw error;
        const { status, message } = error instanceof ProtocolError ? error : { status: 500, message: error instanceof Error ? error.message : String(error) };
        return { ...json({ error: message }), status };
      }
    },
  };
}

function json(value: unknown): ServedResponse {
  return document(JSON.stringify(value));
}

function document(text: string): ServedResponse {
  return { status: 200, headers: { "Content-Type": "application/json" }, parts: [encodeSourceText(text)] };
}

/** A path inside a model's folder. Throws an Error for one that leaves it. */
function safePath(path: string): string {
  const parts = path.split("/");
  if (path.startsWith("/") || parts.some((part) => part === "" || part === "." || part === "..") || path.includes("\0")) throw new Error(`the file '${path}' does not lie in the model's folder`);
  return path;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
