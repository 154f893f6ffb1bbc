import type { Gpu } from "../src/runtime/gpu.ts";
import { createRunReport } from "../src/runtime/run-report.ts";
import { tensorBytes, type Tensor } from "../src/tensor/tensor.ts";
import { loadCpuTable, loadGpuTable } from "../src/transforms/catalogue.ts";
import { parseChain } from "../src/transforms/chain.ts";
import { runChainOnCpu } from "../src/transforms/chain-run.ts";
import { runChainOnGpu, type GpuValue } from "../src/transforms/gpu-chain.ts";
import { parseConfig } from "../src/triton/model-config/decode.ts";
import { measure, type Protocol } from "./measure.ts";
import { logits, mask, scan } from "./phantoms.ts";
import { replaced, sampleFiles } from "./repository.ts";
import { cells, ratio, type Table } from "./table.ts";

/** Runs recorded one after another before they are waited for. */
const IN_A_ROW = 8;
const BRIEF: Protocol = { warmups: 3, runs: 20, budget: 6000 };

/** A chain to measure: its text, the model configuration around it, and its inputs. */
interface ChainCase {
  readonly name: string;
  readonly chain: string;
  readonly config: string;
  readonly inputs: ReadonlyMap<string, Tensor>;
}

/** Each transform that computes, alone between two tensors in memory, and the sample's chains: WGSL against TypeScript. */
export async function transforms(gpu: Gpu, { sizes }: { sizes: readonly number[] }): Promise<Table[]> {
  const files = await sampleFiles();
  const tables: Table[] = [];
  for (const size of sizes) {
    const rows = [];
    for (const one of [...singles(size), preprocess(files, size), postprocess(files, size)]) rows.push(await compare(gpu, one));
    gpu.memory.trim();
    tables.push({
      title: `Transforms at ${size}³: WGSL against TypeScript`,
      columns: ["chain", "WGSL median ms", "p95 ms", "runs", `WGSL ms a run, ${IN_A_ROW} in a row`, "TypeScript median ms", "p95 ms", "runs", "as fast as TypeScript", "in a row"],
      rows,
      notes: [
        "WGSL: one submit and one wait a run, inputs on the GPU before and outputs on the GPU after. TypeScript: one thread.",
        "A single transform reads its input from memory and writes its output to memory; within a chain neighbours share passes.",
        "CropForeground as an output has a shape that only the data tell, so its WGSL run includes reading the box back. EnsureType, EnsureChannelFirst and CopyItems move nothing and are left out.",
      ],
    });
  }
  return tables;
}

function singles(size: number): ChainCase[] {
  const [image, labels, scores] = [scan([1, size, size, size]), mask(size), logits(size)];
  const half = Math.round((size * 3) / 4);
  const single = (target: string, parameters: object, input: Tensor, type = "TYPE_FP32"): ChainCase => ({
    name: target,
    chain: JSON.stringify({ inputs: { x: "X" }, transforms: [{ _target_: `${target}d`, keys: "x", ...parameters }], outputs: { Y: "x" } }),
    config: `name: "single" backend: "python" input [{ name: "X" data_type: TYPE_FP32 dims: [ -1, -1, -1, -1 ] }] output [{ name: "Y" data_type: ${type} dims: [ -1, -1, -1, -1 ] }]`,
    inputs: new Map([["X", input]]),
  });
  return [
    single("ScaleIntensityRange", { a_min: -57, a_max: 164, b_min: 0, b_max: 1, clip: true }, image),
    single("CropForeground", { source_key: "x", margin: 0 }, scan([1, size, size, size], 0)),
    single("Resize", { spatial_size: [half, half, half], mode: "area" }, image),
    single("AsDiscrete", { argmax: true }, scores),
    single("KeepLargestConnectedComponent", { applied_labels: 1 }, labels),
    single("LabelToContour", {}, labels),
    single("CastToType", { dtype: "uint8" }, labels, "TYPE_UINT8"),
  ];
}

function preprocess(files: ReadonlyMap<string, Uint8Array<ArrayBuffer> | string>, size: number): ChainCase {
  const half = Math.round((size * 3) / 4);
  return {
    name: `preprocess of spleen_ct, to ${half}³`,
    chain: replaced(files, "preprocess/1/transforms.json", '"spatial_size": [48, 48, 48]', `"spatial_size": [${half}, ${half}, ${half}]`),
    config: String(files.get("preprocess/config.pbtxt")),
    inputs: new Map<string, Tensor>([
      ["IMAGE", scan([1, size, size, size])],
      ["IMAGE_AFFINE", { dataType: "TYPE_FP64", shape: [1, 4, 4], data: Float64Array.of(-1.5, 0, 0, 90, 0, 1.5, 0, -120, 0, 0, 2, 30, 0, 0, 0, 1) }],
    ]),
  };
}

function postprocess(files: ReadonlyMap<string, Uint8Array<ArrayBuffer> | string>, size: number): ChainCase {
  const { data } = logits(size);
  return {
    name: "postprocess of spleen_ct",
    chain: String(files.get("postprocess/1/transforms.json")),
    config: String(files.get("postprocess/config.pbtxt")),
    inputs: new Map([["LOGITS", { dataType: "TYPE_FP32", shape: [1, 2, size, size, size], data }]]),
  };
}

async function compare(gpu: Gpu, { name, chain: text, config: configText, inputs }: ChainCase): Promise<(string | number)[]> {
  const { chain, diagnostics } = parseChain(text, { model: "bench", file: "transforms.json" });
  if (chain === undefined) throw new Error(`${name}: ${diagnostics.map(({ message }) => message).join("; ")}`);
  const { config } = parseConfig(configText, "bench/config.pbtxt");
  const requested = config.output.map((output) => output.name);
  const [cpuTable, gpuTable] = [await loadCpuTable(chain), await loadGpuTable(chain)];
  const signal = new AbortController().signal;
  const values = new Map([...inputs].map(([input, tensor]): [string, GpuValue] => [input, { dataType: tensor.dataType, shape: tensor.shape, buffer: gpu.memory.upload("bench/in", tensorBytes(tensor)) }]));

  const record = async (check: boolean): Promise<void> => {
    const report = createRunReport(gpu);
    const outputs = await runChainOnGpu({ gpu, report, signal }, chain, config, values, gpuTable, requested);
    if (check) {
      const [error] = (await report.finish()).errors;
      if (error !== undefined) throw error;
    } else report.dispose();
    for (const { buffer } of outputs.values()) buffer.release();
    gpu.submit();
  };
  await record(true);
  const [once] = await measure([{ name, run: async () => (await record(false), gpu.device.queue.onSubmittedWorkDone()) }], BRIEF);
  const several = async (): Promise<void> => {
    for (let i = 0; i < IN_A_ROW; i++) await record(false);
    await gpu.device.queue.onSubmittedWorkDone();
  };
  const [row] = await measure([{ name, run: several }], BRIEF);
  const [cpu] = await measure([{ name, run: () => Promise.resolve(void runChainOnCpu(chain, config, inputs, cpuTable, signal)) }], BRIEF);
  for (const { buffer } of values.values()) buffer.release();
  const each = row!.time.median / IN_A_ROW;
  return [name, ...cells(once!.time), each, ...cells(cpu!.time), ratio(cpu!.time.median, once!.time.median), ratio(cpu!.time.median, each)];
}
