import type { StoreApi } from "zustand/vanilla";
import { ConchError, isAbort, textOf, toErrorRecord, type ErrorRecord } from "../base/errors.ts";
import { itemInputs } from "../plan/item-inputs.ts";
import type { PlacementDecision, Plan, TensorType } from "../plan/plan.ts";
import type { RuntimeClient } from "../runtime/client.ts";
import type { ModelInspection, ModelServer, ModelUpload } from "../runtime/protocol.ts";
import { chosenServers } from "./chosen-servers.ts";
import type { Derivation } from "./derived.ts";
import type { DispatchingStore, RunWhere } from "./dispatching.ts";
import type { DocumentStore } from "./document.ts";
import type { ModelHeaders } from "./model-headers.ts";
import { isRepeatable, onnxPath, uploads } from "./model-uploads.ts";
import { planModels, planRun } from "./planning.ts";
import { reachableModels, waitsForFiles, type KindOf, type RunModel, type ServerOf } from "./run-models.ts";
import { checkServed } from "./served-models.ts";
import type { SessionState } from "./session-state.ts";

/** What is handed to the worker for runs of its own plan, and what it was made of. */
export interface PreparedRun {
  readonly plan: Plan;
  /** Every model that the plan reaches in the browser, and those that servers run for it. */
  readonly models: ReadonlyMap<string, RunModel>;
}

/** How a prepared run differs from the plain one. */
export interface PrepareOptions {
  readonly kindOf?: KindOf;
  /** Here, on servers, or both; absent: in the browser, whatever the user chose for the models. */
  readonly where?: RunWhere;
  /** Items of the inputs that count them (`item-inputs.ts`); absent: those that they have. */
  readonly items?: number;
  readonly signal: AbortSignal;
}

/** What preparing shares with its session. */
export interface PreparingOptions {
  readonly document: DocumentStore;
  readonly derivation: Derivation;
  readonly headers: ModelHeaders;
  readonly client: RuntimeClient;
  readonly store: StoreApi<SessionState>;
  /** Absent where there are no servers. */
  readonly dispatching: DispatchingStore | undefined;
}

/** How a plan is made. */
interface CompileOptions {
  readonly items?: number | undefined;
  /** The window does not learn of its placements. */
  readonly unseen?: boolean;
}

/** Makes runs ready: hands models to the worker, inspects them, and plans. One per session; comes when something may run. */
export function createPreparing({ document, derivation, headers, client, store, dispatching }: PreparingOptions) {
  /** Model → content key, of those that the worker itself runs. */
  const uploaded = new Map<string, string>();
  /** Model and server → the two as they were handed over. */
  const reached = new Map<string, string>();
  let uploadedTo = -1;

  function repository() {
    const { files, origin } = document.getState();
    return { files, view: derivation.repository(files, origin?.emptyFolders) };
  }

  const nowhere: ServerOf = () => undefined;
  const serverOf = (target: string, where: RunWhere): ServerOf => (dispatching === undefined ? nowhere : chosenServers(dispatching, target, where));

  /** Hands the reachable models to the worker and inspects those it has not seen in their present form. */
  async function prepareModels(model: string, serversOf: ServerOf, { kindOf, signal }: { kindOf?: KindOf | undefined; signal?: AbortSignal } = {}): Promise<ReadonlyMap<string, RunModel>> {
    await client.environment();
    if (waitsForFiles(repository().view, model, serversOf)) await headers.settled();
    const { files, view } = repository();
    const models = reachableModels(view, files, model, kindOf, serversOf);
    if (uploadedTo !== client.generation) {
      uploaded.clear();
      reached.clear();
      uploadedTo = client.generation;
    }
    const options = signal === undefined ? {} : { signal };
    await reach([...models].filter(([, { server }]) => server !== undefined), serversOf, options);
    const fresh = new Map([...models].filter(([name, { contentKey, server }]) => server === undefined && uploaded.get(name) !== contentKey));
    if (fresh.size > 0) {
      const handed = await uploads(fresh, files);
      await client.request("models", { models: handed }, options);
      await readHeaders(fresh, handed);
      for (const [name, { contentKey }] of fresh) uploaded.set(name, contentKey);
    }
    const inspected: Record<string, ModelInspection> = {};
    const errors: Record<string, ErrorRecord | undefined> = {};
    try {
      for (const [name, { view: modelView }] of fresh) {
        if (modelView.isEnsemble) continue;
        try {
          inspected[name] = await client.request("inspect", { model: name, inputs: {} }, options);
          errors[name] = undefined;
        } catch (thrown) {
          if (isAbort(thrown)) throw thrown;
          errors[name] = toErrorRecord(thrown);
        }
      }
    } finally {
      // All at once: whoever looks at the state looks at every change of it.
      if (Object.keys(errors).length > 0) {
        store.setState(({ inspections, inspectionErrors }) => ({ inspections: { ...inspections, ...inspected }, inspectionErrors: { ...inspectionErrors, ...errors } }));
      }
    }
    if (store.getState().preparationErrors[model] !== undefined) store.setState(({ preparationErrors }) => ({ preparationErrors: { ...preparationErrors, [model]: undefined } }));
    return models;
  }

  /** Tells the worker the way to models on servers, where that is not what it knows. */
  async function reach(served: readonly (readonly [string, RunModel])[], serversOf: ServerOf, options: { signal?: AbortSignal }): Promise<void> {
    const { files, view } = repository();
    const ways = new Map<string, ModelServer>();
    const fresh = new Map<string, RunModel>();
    for (const [name, model] of served) {
      const { id, name: called, base, headers: sent } = serversOf(name)!;
      const server: ModelServer = { id, name: called, base: absolute(base), headers: sent, repeatable: isRepeatable(view, name) };
      const known = JSON.stringify([model.contentKey, server]);
      if (reached.get(`${name}@${id}`) === known) continue;
      reached.set(`${name}@${id}`, known);
      ways.set(name, server);
      fresh.set(name, model);
    }
    if (fresh.size > 0) await client.request("models", { models: await uploads(fresh, files, (name) => ways.get(name)) }, options);
  }

  /** Reads the headers of models that are not known yet from the files that the worker has got. */
  async function readHeaders(models: ReadonlyMap<string, RunModel>, handed: readonly ModelUpload[]): Promise<void> {
    const { files } = document.getState();
    await Promise.all(
      handed.map(async ({ name, files: given }) => {
        const model = models.get(name);
        const path = model && onnxPath(model);
        const file = path === undefined ? undefined : files.get(path)?.file;
        const content = given.find((one) => `${name}/${one.path}` === path)?.content;
        if (file !== undefined && content !== undefined) await headers.readNow(file, () => client.request("header", { file: content }));
      }),
    );
  }

  function placementsOf(models: ReadonlyMap<string, RunModel>) {
    const { inspections, environment } = store.getState();
    return planModels(models, repository().files, inspections, headers.getState().headers, environment?.gpu != null);
  }

  function show(planned: ReadonlyMap<string, { readonly placement: PlacementDecision }>): void {
    store.setState(({ placements }) => ({ placements: { ...placements, ...Object.fromEntries([...planned].map(([name, each]) => [name, each.placement])) } }));
  }

  /** Inspects a model and all that it reaches, and says where each will run. Never throws: errors are in the state. */
  async function inspect(model: string): Promise<void> {
    try {
      show(placementsOf(await prepareModels(model, serverOf(model, "as-configured"))));
    } catch (thrown) {
      store.setState(({ preparationErrors }) => ({ preparationErrors: { ...preparationErrors, [model]: toErrorRecord(thrown) } }));
    }
  }

  function compile(model: string, models: ReadonlyMap<string, RunModel>, { items, unseen }: CompileOptions = {}): Plan {
    const { inspectionErrors, environment, inputs, requestedOutputs } = store.getState();
    for (const [name, { server }] of models) {
      const error = server === undefined ? inspectionErrors[name] : undefined;
      if (error !== undefined) throw new ConchError(error.code, `model '${name}': ${error.message}`, { data: error.data });
    }
    const planned = placementsOf(models);
    if (unseen !== true) show(planned);
    const types = new Map<string, TensorType>();
    const counting = new Set(items === undefined ? [] : itemInputs(models.get(model)!.config));
    for (const [name, input] of Object.entries(inputs[model] ?? {})) {
      const handle = input?.decoded?.handle;
      if (handle !== undefined && input?.status === "ready") types.set(name, { dataType: handle.dataType, shape: items === undefined || !counting.has(name) ? handle.shape : [items, ...handle.shape.slice(1)] });
    }
    return planRun(
      { model, inputs: types, requestedOutputs: requestedOutputs[model] ?? [], reportReadback: environment?.gpu != null },
      planned,
      environment?.gpu ?? undefined,
    );
  }

  /** The plan of a run with the inputs at hand, where the user chose. Throws as `compilePlan` does. */
  async function plan(model: string): Promise<Plan> {
    return compile(model, await prepareModels(model, serverOf(model, "as-configured")));
  }

  /**
   * Hands the worker what a run needs, plans it, and asks the servers that have a part in it for their models. `readInputs` of a run that the window
   * shows is awaited before the plan is made. Throws as `compilePlan` does; SERVER_UNKNOWN, SERVER_WITHOUT_MODEL or V2_… where a server cannot have its part.
   */
  async function prepare(model: string, { kindOf, where = "browser", items, signal }: PrepareOptions, readInputs?: () => Promise<void>): Promise<PreparedRun> {
    const models = await prepareModels(model, serverOf(model, where), { kindOf, signal });
    await readInputs?.();
    const made = compile(model, models, { items, unseen: readInputs === undefined });
    if (dispatching !== undefined) await checkServed(made, dispatching.servers, signal);
    return { models, plan: made };
  }

  return { inspect, plan, prepare };
}

/** An address as the worker needs it, which does not know where the page lies. */
function absolute(base: string): string {
  try {
    return new URL(base, globalThis.location?.href).href;
  } catch (thrown) {
    throw new ConchError("V2_REQUEST_INVALID", `${base} is no address of a server: ${textOf(thrown)}`, { data: { base } });
  }
}
