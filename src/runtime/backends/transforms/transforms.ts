import { ConchError, isAbort } from "../../../base/errors.ts";
import { isBytes, type Tensor } from "../../../tensor/tensor.ts";
import { loadCpuTable, loadGpuTable, loadOpenTable } from "../../../transforms/catalogue.ts";
import { parseChain, type TransformChain } from "../../../transforms/chain.ts";
import { openFiles, type OpenedItems } from "../../../transforms/chain-open.ts";
import { runChainOnCpu } from "../../../transforms/chain-run.ts";
import { runChainOnGpu, type GpuTable, type GpuValue } from "../../../transforms/gpu-chain.ts";
import type { Gpu } from "../../gpu.ts";
import { createRunReport, type RunReport } from "../../run-report.ts";
import type { Backend, BackendModel, ExecuteRequest, ModelSource, RuntimeTensor } from "../backend.ts";

/** Triton's python backend, for models whose version folder has a transforms.json: WGSL for KIND_GPU, TypeScript for KIND_CPU. */
export const transformsBackend: Backend = {
  name: "python",
  async load(source, placement, { gpu }, signal) {
    const chain = await readChain(source);
    signal.throwIfAborted();
    const openTable = await loadOpenTable(chain, (path) => readFile(source, path)).catch((thrown: unknown) => {
      throw ofModel(source, thrown);
    });
    const open = (request: ExecuteRequest): Promise<OpenedItems> => openFiles(chain, source.config, files(request), openTable, request.signal);
    if (placement === "cpu") {
      const table = await loadCpuTable(chain);
      return model(source, "host", async (request) => {
        const outputs = runChainOnCpu(chain, source.config, hostTensors(request), table, request.signal, request.requestedOutputs, await open(request));
        return new Map([...outputs].map(([name, tensor]): [string, RuntimeTensor] => [name, { location: "host", tensor }]));
      });
    }
    if (gpu === undefined) {
      throw new ConchError("NO_WEBGPU", `Model "${source.name}" is placed on KIND_GPU, and there is no WebGPU here: place it on KIND_CPU`, {
        data: { model: source.name },
      });
    }
    const table = await loadGpuTable(chain);
    return model(source, "gpu", async (request) => executeOnGpu(gpu, chain, source, table, request, await open(request)));
  },
};

async function readChain(source: ModelSource): Promise<TransformChain> {
  const file = await source.files.open("transforms.json");
  if (file === undefined) {
    throw new ConchError(
      "MODEL_NOT_RUNNABLE",
      `Model "${source.name}" has backend python, and version ${source.version} has no transforms.json: Conch cannot run model.py. Run it on a server`,
      { data: { model: source.name, version: source.version } },
    );
  }
  const path = `${source.name}/${source.version}/transforms.json`;
  const { chain, diagnostics } = parseChain(await file.text(), { model: source.name, file: path });
  if (chain !== undefined) return chain;
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
  throw new ConchError("TRANSFORMS_INVALID", `${path}: ${errors.join("; ")}`, { data: { model: source.name, file: path, problems: errors.length } });
}

async function readFile(source: ModelSource, path: string): Promise<Uint8Array | undefined> {
  const file = await source.files.open(path);
  return file === undefined ? undefined : new Uint8Array(await file.arrayBuffer());
}

/** The error with the model that it came from: an ensemble may have several, and a step's JSON path says nothing of that. */
function ofModel<Thrown>({ name }: ModelSource, thrown: Thrown): Thrown | ConchError {
  if (!(thrown instanceof ConchError) || isAbort(thrown)) return thrown;
  return new ConchError(thrown.code, `model "${name}", ${thrown.message}`, { data: { model: name, ...thrown.data }, cause: thrown.cause });
}

function model(source: ModelSource, side: "gpu" | "host", execute: BackendModel["execute"]): BackendModel {
  const { config } = source;
  return {
    async execute(request) {
      request.progress("running");
      try {
        return await execute(request);
      } catch (thrown) {
        throw ofModel(source, thrown);
      }
    },
    accepts: (input) => (config.input.find(({ name }) => name === input)?.data_type === "TYPE_STRING" ? "host" : side),
    dispose: () => Promise.resolve(),
  };
}

function hostTensors({ inputs }: ExecuteRequest): Map<string, Tensor> {
  return new Map(
    [...inputs].map(([name, input]) => {
      if (input.location === "host") return [name, input.tensor];
      throw new Error(`Conch bug: input ${name} of a KIND_CPU step lies on the GPU`);
    }),
  );
}

/** The TYPE_STRING inputs, which stay on the host. */
function files({ inputs }: ExecuteRequest): Map<string, Tensor> {
  return new Map([...inputs].flatMap(([name, input]) => (input.location === "host" && isBytes(input.tensor) ? [[name, input.tensor] as const] : [])));
}

function gpuValues({ inputs }: ExecuteRequest): Map<string, GpuValue> {
  return new Map([...inputs].flatMap(([name, input]) => (input.location === "gpu" ? [[name, input] as const] : [])));
}

async function executeOnGpu(gpu: Gpu, chain: TransformChain, source: ModelSource, table: GpuTable, request: ExecuteRequest, opened: OpenedItems): Promise<Map<string, RuntimeTensor>> {
  // Without a run to report to, what kernels find is asked for at once.
  const own = request.report === undefined ? createRunReport(gpu) : undefined;
  const made = request.report ?? own;
  if (made === undefined) throw new Error("Conch bug: a report was made above");
  const report: RunReport = { ...made, flag: (makeError) => made.flag((word) => ofModel(source, makeError(word))) };
  try {
    for (const item of opened) for (const [key, { data }] of item) request.uploaded?.(key, data.byteLength);
    const values = await runChainOnGpu({ gpu, report, signal: request.signal }, chain, source.config, gpuValues(request), table, request.requestedOutputs, opened);
    const [error] = (await own?.finish())?.errors ?? [];
    if (error !== undefined) {
      for (const { buffer } of values.values()) buffer.release();
      throw error;
    }
    return new Map([...values].map(([name, value]): [string, RuntimeTensor] => [name, { location: "gpu", ...value }]));
  } finally {
    own?.dispose();
  }
}
