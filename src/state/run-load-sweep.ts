import { isAbort } from "../base/errors.ts";
import { itemInputs } from "../plan/item-inputs.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { byteLength } from "../tensor/tensor.ts";
import { infer } from "../triton/v2/infer.ts";
import type { InferRequest } from "../triton/v2/infer-request.ts";
import type { Connection } from "../triton/v2/connection.ts";
import { modelConfig, serverMetadata } from "../triton/v2/metadata.ts";
import { batchLimit, type BatchLimit } from "./comparison-protocol.ts";
import type { LoadProtocol, LoadResult, LoadSide, LoadSweep } from "./load-sweep.ts";
import { sweepLoad, type Loaded, type LoadProgress } from "./load-sweep-protocol.ts";
import { machineOf } from "./machine.ts";
import { MeasuredPlans } from "./measured-plans.ts";
import { MeasuringStop } from "./measuring-stop.ts";
import { RepeatedInputs } from "./repeated-inputs.ts";
import type { ServersStore } from "./servers.ts";
import type { SessionStore } from "./session.ts";

/** A sweep that was asked for. */
export interface LoadRequest {
  readonly model: string;
  /** Whether the browser is measured. */
  readonly here: boolean;
  /** Ids of the servers that are measured. */
  readonly servers: readonly string[];
  readonly protocol: LoadProtocol;
  /** Name and version of the browser. */
  readonly browser: string;
  readonly signal: AbortSignal;
  progress(progress: LoadProgress): void;
  found(sweep: LoadSweep): void;
}

/** A run of a sweep moves its own bytes and repeats all work, as a request to a server does. */
const OPTIONS = { cache: false, keepWires: false, keepModels: true, isolated: true } as const;
/** Bytes of inputs that requests of one level may hold at once in the page. */
const MOST_IN_FLIGHT = 2 ** 31;

/**
 * Puts a model or ensemble under load with the inputs at hand: in the browser, as its models are placed there, and whole on servers. The caller has
 * occupied the session. A side that fails is a result like others; throws where nothing can be measured at all: a model or input that is missing.
 */
export async function runLoadSweep(session: SessionStore, servers: ServersStore, request: LoadRequest): Promise<LoadSweep> {
  const { model, signal, protocol } = request;
  const source = new LoadSource(session, servers, request);
  try {
    await session.runInputs(model, signal);
    const batches = source.batches ? protocol.batches : [1];
    const sides = await source.sides();
    const sweep = (results: readonly LoadResult[], onnxruntime: string | null): LoadSweep => ({
      model,
      machine: machineOf(session, request.browser, onnxruntime),
      protocol: { ...protocol, batches },
      results,
    });
    const results = await sweepLoad(sides, { ...protocol, batches }, signal, {
      limit: (side) => source.limit(side),
      ready: (side, batch, concurrency) => source.ready(side, batch, concurrency),
      now: () => performance.now(),
      progress: (progress) => request.progress(progress),
      found: (found) => request.found(sweep(found, null)),
    });
    const { onnxruntime } = await session.client.request("versions", {});
    return sweep(results, onnxruntime);
  } finally {
    await source.end();
  }
}

/** Requests of one sweep, and what it holds for them. */
class LoadSource implements Pick<Loaded, "limit" | "ready"> {
  /** Whether a request to the target can have several items. */
  readonly batches: boolean;
  readonly #session: SessionStore;
  readonly #servers: ServersStore;
  readonly #request: LoadRequest;
  readonly #plans: MeasuredPlans;
  readonly #inputs: RepeatedInputs;
  /** Inputs of one batch in the page, for servers. */
  #tensors: { readonly batch: number; readonly given: ReadonlyMap<string, Tensor> } | undefined;

  constructor(session: SessionStore, servers: ServersStore, request: LoadRequest) {
    const { model, signal } = request;
    this.#session = session;
    this.#servers = servers;
    this.#request = request;
    this.#plans = new MeasuredPlans(session);
    this.#inputs = new RepeatedInputs(session, model, signal);
    const target = session.reachable(model).get(model);
    this.batches = target !== undefined && itemInputs(target.config).length > 0;
  }

  /** What is measured. A server that does not say what it is may still answer requests. */
  async sides(): Promise<LoadSide[]> {
    const { here, servers, signal } = this.#request;
    const there = servers.map(async (id): Promise<LoadSide> => {
      const name = this.#servers.find(id)?.name ?? id;
      try {
        const { name: product, version } = await serverMetadata(await this.#servers.connection(id), { signal });
        return { key: `server ${id}`, server: { id, name, product: `${product} ${version}` } };
      } catch (thrown) {
        if (isAbort(thrown)) throw thrown;
        return { key: `server ${id}`, server: { id, name, product: null } };
      }
    });
    return [...(here ? [{ key: "here", server: null }] : []), ...(await Promise.all(there))];
  }

  /** Of a server by its own configuration; of one that does not give it by the folder's. */
  async limit({ server }: LoadSide): Promise<BatchLimit> {
    const { model, signal } = this.#request;
    const configs = new Map([...this.#session.reachable(model)].map(([name, { config }]) => [name, config]));
    if (server === null) return batchLimit(model, configs);
    const own = configs.get(model)?.max_batch_size ?? 0;
    const served = (await this.#servedLimit(await this.#servers.connection(server.id), model, signal)) ?? own;
    if (served === 0 && own === 0) return batchLimit(model, configs);
    return { limit: Math.max(1, served), model };
  }

  async #servedLimit(connection: Connection, model: string, signal: AbortSignal): Promise<number | undefined> {
    try {
      const { max_batch_size: most } = await modelConfig(connection, { model }, { signal });
      return typeof most === "number" ? most : 0;
    } catch (thrown) {
      if (isAbort(thrown)) throw thrown;
      return undefined;
    }
  }

  async ready({ server }: LoadSide, batch: number, concurrency: number): Promise<() => Promise<void>> {
    return server === null ? this.#here(batch) : this.#there(server.id, batch, concurrency);
  }

  /** The worker takes runs one after the other: of several at once all but one wait there. */
  async #here(batch: number): Promise<() => Promise<void>> {
    const { model, signal } = this.#request;
    const { client } = this.#session;
    const plan = await this.#plans.prepare(model, { where: "browser", ...(this.batches && { items: batch }), signal });
    const inputs = await this.#inputs.at(this.batches ? batch : null);
    return async () => {
      const { outputs } = await client.request("run", { plan, inputs, options: OPTIONS }, { signal });
      await client.request("release", { handles: Object.values(outputs) });
    };
  }

  async #there(id: string, batch: number, concurrency: number): Promise<() => Promise<void>> {
    const { model, signal } = this.#request;
    const connection = await this.#servers.connection(id);
    const tensors = await this.#read(batch);
    const bytes = [...tensors.values()].reduce((sum, tensor) => sum + byteLength(tensor), 0);
    if (bytes * concurrency > MOST_IN_FLIGHT) {
      throw new MeasuringStop("memory", null, `${concurrency} requests at once hold ${bytes * concurrency} bytes of inputs, and the page keeps at most ${MOST_IN_FLIGHT}`);
    }
    const wanted = this.#session.getState().requestedOutputs[model];
    const request: InferRequest = {
      inputs: [...tensors].map(([name, tensor]) => ({ name, tensor })),
      ...(wanted !== undefined && wanted.length > 0 && { outputs: wanted.map((name) => ({ name })) }),
    };
    return async () => {
      await infer(connection, { model }, request, { signal });
    };
  }

  /** The inputs with so many items, read out of the worker once. */
  async #read(batch: number): Promise<ReadonlyMap<string, Tensor>> {
    if (this.#tensors?.batch === batch) return this.#tensors.given;
    this.#tensors = undefined;
    const handles = await this.#inputs.at(this.batches ? batch : null);
    const given = new Map<string, Tensor>();
    for (const [name, handle] of Object.entries(handles)) given.set(name, { dataType: handle.dataType, shape: handle.shape, data: await this.#session.read(handle) });
    this.#tensors = { batch, given };
    return given;
  }

  /** Frees everything that the sweep held. */
  async end(): Promise<void> {
    this.#tensors = undefined;
    await this.#inputs.end();
    await this.#session.client.request("freeModels", {}).catch(() => undefined);
  }
}
