// Runs in the browser: one function per benchmark, called by run.mjs.
import { acquireDevice } from "../src/runtime/device.ts";
import { createGpu, type Gpu } from "../src/runtime/gpu.ts";
import { anchors } from "./anchors.ts";
import { forests } from "./forests.ts";
import { language } from "./language.ts";
import { network } from "./network.ts";
import { pictures } from "./pictures.ts";
import { pipeline } from "./pipeline.ts";
import { residency } from "./residency.ts";
import type { Table } from "./table.ts";
import { texts } from "./texts.ts";
import { transforms } from "./transforms.ts";

/** How large the measured volumes are, per axis; of forests the rows. */
interface Sizes {
  readonly sizes: readonly number[];
}

const { adapter, software, gpu, problem } = await open();

async function open(): Promise<{ adapter: string | null; software: boolean; gpu: Gpu | null; problem: string | null }> {
  try {
    const acquired = await acquireDevice();
    if (acquired === null) return { adapter: null, software: false, gpu: null, problem: null };
    const { vendor, architecture, device, description, isFallback } = acquired.adapter;
    const words = [vendor, architecture, device, description].filter((word) => word !== "").join(" ");
    return { adapter: words, software: isFallback || /swiftshader|llvmpipe|lavapipe/i.test(words), gpu: createGpu(acquired.device), problem: null };
  } catch (thrown) {
    return { adapter: null, software: false, gpu: null, problem: String(thrown) };
  }
}

function withoutGpu(title: string): Table[] {
  return [{ title, columns: [], rows: [], notes: [`Skipped: no WebGPU here${problem === null ? "" : ` (${problem})`}.`] }];
}

const benchmarks = {
  /** What the tables were measured on. */
  environment: () =>
    Promise.resolve({
      adapter,
      software,
      features: gpu === null ? [] : [...gpu.device.features],
      cores: navigator.hardwareConcurrency,
      isolated: crossOriginIsolated,
      wasmThreads: crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 4) : 1,
    }),
  anchors: async (options: { large: boolean }): Promise<Table[]> => (gpu === null ? withoutGpu("Anchors") : [await anchors(gpu, { software, ...options })]),
  transforms: async (options: Sizes): Promise<Table[]> => (gpu === null ? withoutGpu("Transforms") : transforms(gpu, options)),
  pictures: async (): Promise<Table[]> => (gpu === null ? withoutGpu("Pictures") : pictures(gpu)),
  texts: (): Promise<Table[]> => texts(),
  forests: async (options: Sizes): Promise<Table[]> => (gpu === null ? withoutGpu("Forests") : [await forests(gpu, options)]),
  residency: async (options: Sizes): Promise<Table[]> => (gpu === null ? withoutGpu("Residency") : residency(options)),
  network: async (options: Sizes): Promise<Table[]> => (gpu === null ? withoutGpu("The network alone") : network(options)),
  pipeline: (options: Sizes): Promise<Table[]> => pipeline(options),
  language,
};

Object.assign(window, { conchBench: benchmarks });
