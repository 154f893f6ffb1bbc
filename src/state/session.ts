import { createStore } from "zustand/vanilla";
import { ConchError, isAbort, toErrorRecord } from "../base/errors.ts";
import type { OnnxHeader } from "../onnx/header.ts";
import type { Plan } from "../plan/plan.ts";
import { RuntimeClient, type RequestOptions, type RuntimePort } from "../runtime/client.ts";
import type { DecodedInput, FileContent, InputTarget, RunOptions, RunResult, TensorHandle, TensorSummary } from "../runtime/protocol.ts";
import type { TensorData } from "../tensor/data-type.ts";
import type { PictureLayout } from "../tensor/picture-layout.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import type { Derivation } from "./derived.ts";
import type { DispatchingStore, RunWhere } from "./dispatching.ts";
import type { DocumentStore } from "./document.ts";
import type { ModelHeaders } from "./model-headers.ts";
import type { PreparedRun, PrepareOptions } from "./preparing.ts";
import { reachableModels, type RunModel } from "./run-models.ts";
import type { InputSource, InputState, RunState, SessionState } from "./session-state.ts";

export type { InputSource, InputState, RunState, SessionState } from "./session-state.ts";

/** How a run differs from the plain one. */
export interface RunRequestOptions extends Partial<RunOptions> {
  /** Overrides every instance_group for this run only. */
  readonly kind?: "gpu" | "cpu";
  /** Here, on servers, or both; absent: as the user chose. */
  readonly where?: RunWhere;
}

const IDLE: RunState = { status: "idle", model: null, steps: {}, result: null, error: null, plan: null, inputs: {} };

/** What a session needs. */
export interface SessionOptions {
  readonly document: DocumentStore;
  readonly derivation: Derivation;
  /** What of models the plan follows; the session reads into it those that it hands to the worker. */
  readonly headers: ModelHeaders;
  /** Starts the worker. */
  spawn(): RuntimePort;
  /** False: behave as in a browser without WebGPU. */
  readonly gpu?: boolean;
  /** Which models servers run; absent: none. */
  readonly dispatching?: DispatchingStore;
}

/** A session: the store, and the verbs that change it. One per page; the command line uses the same. */
export function createSession({ document, derivation, headers, spawn, gpu, dispatching }: SessionOptions) {
  const store = createStore<SessionState>()(() => ({
    environment: null,
    loss: null,
    inspections: {},
    inspectionErrors: {},
    preparationErrors: {},
    placements: {},
    inputs: {},
    requestedOutputs: {},
    run: IDLE,
    occupied: false,
  }));
  let losses = 0;
  const client = new RuntimeClient(
    spawn,
    {
      onEnvironment: (environment) => store.setState({ environment }),
      onLoss: (kind, message) => store.setState({ loss: { kind, message, at: ++losses } }),
    },
    gpu === undefined ? {} : { gpu },
  );
  let controller: AbortController | undefined;
  /** Settles when those who occupy the worker have left it. */
  let left: Promise<void> | undefined;
  let resets = 0;
  /** What makes runs ready is not there before something may run. */
  const preparing = once(async () => (await import("./preparing.ts")).createPreparing({ document, derivation, headers, client, store, dispatching }));

  function repository() {
    const { files, origin } = document.getState();
    return { files, view: derivation.repository(files, origin?.emptyFolders) };
  }

  function configOf(model: string): ModelConfig {
    const config = repository().view.models.get(model)?.config;
    if (config === undefined) throw new ConchError("MODEL_NOT_RUNNABLE", `Request for unknown model: '${model}' is not found`, { data: { model } });
    return config;
  }

  function targetOf(model: string, input: string): InputTarget {
    const config = configOf(model);
    const found = config.input.find(({ name }) => name === input);
    if (found === undefined) {
      throw new ConchError("REQUEST_INVALID", `unexpected inference input '${input}' for model '${model}'`, {
        data: { model, found: input, expected: config.input.map(({ name }) => name) },
      });
    }
    return { name: input, dataType: found.data_type, dims: found.dims, maxBatchSize: config.max_batch_size };
  }

  function patchInput(model: string, input: string, state: InputState | undefined): void {
    store.setState(({ inputs }) => ({ inputs: { ...inputs, [model]: { ...inputs[model], [input]: state } } }));
  }

  /** The input that takes the affine of `input`: "<input>_AFFINE", else the only TYPE_FP64 [4, 4] input. */
  function affineInput(model: string, input: string): string | undefined {
    const matrices = configOf(model).input.filter(({ data_type, dims }) => data_type === "TYPE_FP64" && dims.length === 2 && dims.every((size) => size === 4));
    const named = matrices.find(({ name }) => name.toLowerCase() === `${input.toLowerCase()}_affine`);
    return (named ?? (matrices.length === 1 ? matrices[0] : undefined))?.name;
  }

  async function setInput(model: string, input: string, source: InputSource, signal?: AbortSignal): Promise<void> {
    patchInput(model, input, { source, status: "decoding" });
    const current = (): boolean => store.getState().inputs[model]?.[input]?.source === source;
    try {
      const decoded = await decode(model, input, source, signal);
      if (!current()) return;
      patchInput(model, input, { source, status: "ready", decoded });
      const matrix = decoded.affine === null ? undefined : affineInput(model, input);
      if (matrix !== undefined && matrix !== input) await setInput(model, matrix, { kind: "affine", of: input }, signal);
    } catch (thrown) {
      if (current()) patchInput(model, input, { source, status: "failed", error: toErrorRecord(thrown) });
    }
  }

  function decode(model: string, input: string, source: InputSource, signal: AbortSignal | undefined): Promise<DecodedInput> {
    const target = targetOf(model, input);
    const options = signal === undefined ? {} : { signal };
    if (source.kind === "files") {
      const { files, frame } = source;
      return client.request("decode", { kind: "auto", files, target, options: frame === undefined ? {} : { frame } }, options);
    }
    if (source.kind === "generated") {
      const { fill, shape, seed } = source;
      return client.request("decode", { kind: "generated", files: [], target, options: { fill, ...(shape && { shape }), ...(seed !== undefined && { seed }) } }, options);
    }
    const affine = store.getState().inputs[model]?.[source.of]?.decoded?.affine;
    if (affine === undefined || affine === null) {
      throw new ConchError("REQUEST_INVALID", `Input "${source.of}" brought no affine`, { data: { input: source.of } });
    }
    return client.request("decode", { kind: "affine", files: [], target, options: { affine } }, options);
  }

  /** Inputs whose worker or device is gone are decoded again from where they came. */
  async function refreshInputs(model: string, signal: AbortSignal): Promise<Record<string, TensorHandle>> {
    const config = configOf(model);
    const handles: Record<string, TensorHandle> = {};
    const order = [...config.input].sort((a, b) => rank(model, a.name) - rank(model, b.name));
    for (const { name, optional } of order) {
      let input = await decodedInput(model, name, signal);
      if (input?.status === "ready" && input.decoded!.handle.generation !== client.generation) {
        await setInput(model, name, input.source, signal);
        input = store.getState().inputs[model]?.[name];
      }
      if (input?.status === "failed") throw new ConchError(input.error!.code, input.error!.message, { data: input.error!.data });
      if (input?.status === "ready") handles[name] = input.decoded!.handle;
      else if (!optional) {
        throw new ConchError("REQUEST_INVALID", `expected ${config.input.length} inputs but got ${Object.keys(handles).length} inputs for model '${model}'. Missing: ${name}`, {
          data: { model, input: name },
        });
      }
    }
    return handles;
  }

  /** The input once it is no longer being read: a run that is started meanwhile waits for it. */
  function decodedInput(model: string, name: string, signal: AbortSignal): Promise<InputState | undefined> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const input = store.getState().inputs[model]?.[name];
        if (input?.status === "decoding" && !signal.aborted) return;
        stop();
        signal.removeEventListener("abort", look);
        if (signal.aborted) reject(new ConchError("CANCELLED", "The run was cancelled"));
        else resolve(input);
      };
      const stop = store.subscribe(look);
      signal.addEventListener("abort", look);
      look();
    });
  }

  function rank(model: string, input: string): number {
    return store.getState().inputs[model]?.[input]?.source.kind === "affine" ? 1 : 0;
  }

  /** Runs a model or ensemble with the inputs at hand. Never throws: the outcome is in the state. */
  async function run(model: string, { kind, where = "as-configured", ...options }: RunRequestOptions = {}): Promise<void> {
    // A comparison that was cancelled is on its way out.
    if (controller?.signal.aborted === true) await left;
    if (controller !== undefined) return;
    const mine = new AbortController();
    controller = mine;
    const patch = (next: Partial<RunState>): void => store.setState(({ run: before }) => ({ run: { ...before, ...next } }));
    const old = store.getState().run.result;
    patch({ ...IDLE, status: "preparing", model });
    if (old !== null) void releaseAll(old);
    try {
      let inputs: Readonly<Record<string, TensorHandle>> = {};
      const read = async (): Promise<void> => {
        inputs = await refreshInputs(model, mine.signal);
      };
      const { plan: compiled } = await (await preparing()).prepare(model, { kindOf: () => kind, where, signal: mine.signal }, read);
      const over = compiled.warnings.find(({ code }) => code === "OVER_DEVICE_LIMIT");
      if (over !== undefined) throw new ConchError("DEVICE_LIMIT", over.message, { data: { tensor: over.subject } });
      patch({ status: "running", plan: compiled, inputs: store.getState().inputs[model] ?? {} });
      const result = await client.request(
        "run",
        { plan: compiled, inputs, options: { cache: true, cacheServers: dispatching?.getState().reuse ?? false, keepWires: true, ...options } },
        {
          signal: mine.signal,
          progress: (progress) => store.setState(({ run: before }) => ({ run: { ...before, steps: { ...before.steps, [progress.step]: progress } } })),
        },
      );
      patch({ status: "done", result });
    } catch (thrown) {
      patch({ status: isAbort(thrown) ? "cancelled" : "failed", error: toErrorRecord(thrown) });
    } finally {
      controller = undefined;
    }
  }

  /** Takes the worker for runs of one's own: `execute` does nothing until the answer is called. undefined while something runs. */
  function occupy(mine: AbortController): (() => void) | undefined {
    if (controller !== undefined) return undefined;
    controller = mine;
    const { promise, resolve } = Promise.withResolvers<void>();
    left = promise;
    store.setState({ occupied: true });
    return () => {
      controller = undefined;
      left = undefined;
      store.setState({ occupied: false });
      resolve();
    };
  }

  /** First press: ends the run at the next step. Second: ends the worker at once. */
  function cancel(): void {
    if (controller === undefined) return;
    if (store.getState().run.status === "cancelling" || controller.signal.aborted) {
      client.restart("The run was cancelled and the worker restarted");
      return;
    }
    controller.abort();
    store.setState(({ run: before }) => ({ run: { ...before, status: "cancelling" } }));
  }

  async function releaseAll({ outputs, wires }: RunResult): Promise<void> {
    const handles = [...Object.values(outputs), ...Object.values(wires)].filter((handle) => handle.generation === client.generation);
    if (handles.length > 0) await client.request("release", { handles }).catch(() => undefined);
  }

  return Object.assign(store, {
    client,
    setInput,
    clearInput: (model: string, input: string) => patchInput(model, input, undefined),
    setRequestedOutputs: (model: string, outputs: readonly string[] | undefined) =>
      store.setState(({ requestedOutputs }) => ({ requestedOutputs: { ...requestedOutputs, [model]: outputs } })),
    /** Inspects a model and all that it reaches, and says where each will run. Never throws: errors are in the state. */
    inspect: async (model: string): Promise<void> => (await preparing()).inspect(model),
    /** The plan of a run with the inputs at hand, where the user chose. Throws as `compilePlan` does. */
    plan: async (model: string): Promise<Plan> => (await preparing()).plan(model),
    /** Hands the worker what a run needs and plans it, unseen by the rest of the window. Throws as `compilePlan` does; SERVER_… or V2_… where a server fails it. */
    prepare: async (model: string, options: PrepareOptions): Promise<PreparedRun> => (await preparing()).prepare(model, options),
    occupy,
    /** The inputs of a run by handle; those that the worker lost are decoded again. Throws REQUEST_INVALID where one is missing. */
    runInputs: refreshInputs,
    /** Where the models that a run of this one reaches are configured. Throws MODEL_NOT_RUNNABLE. */
    reachable: (model: string): ReadonlyMap<string, RunModel> => reachableModels(repository().view, repository().files, model),
    /** The header of an .onnx file, read in the worker. Throws ONNX_EMPTY, ONNX_NOT_ONNX, ONNX_TRUNCATED. */
    readHeader: (file: FileContent): Promise<OnnxHeader> => client.request("header", { file }),
    /** Starts the worker if need be. */
    start: () => client.environment(),
    /** Named so because the state has a `run` of its own. */
    execute: run,
    cancel,
    /** The elements of a tensor of the worker. Throws STALE_TENSOR. */
    read: async (handle: TensorHandle): Promise<TensorData> => (await client.request("read", { handle })).data,
    summarize: (handle: TensorHandle): Promise<TensorSummary> => client.request("summarize", { handle }),
    /** A tensor's voxels, to be drawn. Throws STALE_TENSOR; CANCELLED once `signal` is aborted. */
    intensities: (handle: TensorHandle, options: RequestOptions<"intensities"> = {}) => client.request("intensities", { handle }, options),
    /** A tensor's voxels as labels, with their statistics; null where it holds none. Throws as `intensities` does. */
    labels: (handle: TensorHandle, affine: readonly number[], options: RequestOptions<"labels"> = {}) => client.request("labels", { handle, affine }, options),
    /** One picture of a tensor as pixels. Throws as `intensities` does. */
    picture: (handle: TensorHandle, layout: PictureLayout, item: number, options: RequestOptions<"picture"> = {}) =>
      client.request("picture", { handle, layout, item }, options),
    /** One label mask of a tensor, by argmax where the layout has several channels; null where it holds none. Throws as `intensities` does. */
    mask: (handle: TensorHandle, layout: PictureLayout, item: number, options: RequestOptions<"mask"> = {}) => client.request("mask", { handle, layout, item }, options),
    /** A tensor as the bytes of a file. */
    encode: async (handle: TensorHandle, format: "npy" | "nifti", affine?: readonly number[]): Promise<Uint8Array<ArrayBuffer>> =>
      (await client.request("encode", affine === undefined ? { handle, format } : { handle, format, affine })).bytes,
    /** The text of a config.pbtxt for a model file, to bear this name. Throws what the worker throws. */
    describeFile: async (name: string, file: Blob): Promise<string> => (await client.request("describe", { name, blob: file })).configText,
    /** Makes a config.pbtxt from the model's file, as one step of undo. Throws what the worker throws. */
    describeModel: async (model: string): Promise<void> => {
      const { files, view } = repository();
      const path = `${model}/config.pbtxt`;
      const directory = view.models.get(model)?.directory;
      const file = directory?.versions.flatMap((version) => version.files).find((each) => each.endsWith(".onnx"));
      const handle = file === undefined ? undefined : files.get(file)?.file;
      if (handle === undefined) throw new ConchError("MODEL_NOT_RUNNABLE", `model '${model}' has no model.onnx to read`, { data: { model } });
      const { configText } = await client.request("describe", { name: model, blob: await handle.blob() });
      if (!document.getState().files.has(path)) document.getState().edit([{ path, create: configText }], "describe-model");
    },
    /** Forgets inputs and results: another repository was opened. */
    reset: () => {
      controller?.abort();
      resets += 1;
      dispatching?.reset();
      store.setState({ inspections: {}, inspectionErrors: {}, preparationErrors: {}, placements: {}, inputs: {}, requestedOutputs: {}, run: IDLE });
    },
    dispose: () => client.restart("The session ended"),
    /** How often another repository was opened. */
    get repositories() {
      return resets;
    },
  });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** The session store with its verbs. */
export type SessionStore = ReturnType<typeof createSession>;
