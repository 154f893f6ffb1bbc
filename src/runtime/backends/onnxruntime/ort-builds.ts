import type * as Ort from "onnxruntime-web";
import type { Placement } from "../backend.ts";

/** The API of an ONNX Runtime build. */
export type OrtApi = typeof Ort;

const loaded = new Map<Placement, Promise<OrtApi>>();

/**
 * ONNX Runtime for a placement, loaded once: "gpu" is the build with the WebGPU provider, "cpu" the one with all CPU operators (classic machine
 * learning, strings, float64). The wasm and its glue come from our own address, both by URL, so that threads do not start a second copy of this worker.
 */
export function ortFor(placement: Placement): Promise<OrtApi> {
  let api = loaded.get(placement);
  if (api === undefined) {
    api = placement === "gpu" ? loadWebGpuBuild() : loadWasmBuild();
    loaded.set(placement, api);
    api.catch(() => loaded.delete(placement));
  }
  return api;
}

let version: string | null = null;

/** ONNX Runtime's version, or null before a build was loaded. */
export function ortVersion(): string | null {
  return version;
}

async function loadWebGpuBuild(): Promise<OrtApi> {
  const [ort, wasm, mjs] = await Promise.all([
    import("onnxruntime-web/webgpu"),
    import("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url"),
    import("onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url"),
  ]);
  // The CPU operators that remain in a WebGPU session compute shapes: not worth a thread.
  return configure(ort, wasm.default, mjs.default, 1);
}

async function loadWasmBuild(): Promise<OrtApi> {
  const [ort, wasm, mjs] = await Promise.all([
    import("onnxruntime-web/wasm"),
    import("onnxruntime-web/ort-wasm-simd-threaded.wasm?url"),
    import("onnxruntime-web/ort-wasm-simd-threaded.mjs?url"),
  ]);
  return configure(ort, wasm.default, mjs.default, globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 4) : 1);
}

function configure(ort: OrtApi, wasm: string, mjs: string, threads: number): OrtApi {
  version = ort.env.versions.web ?? ort.env.versions.common;
  ort.env.logLevel = "error";
  ort.env.wasm.wasmPaths = { wasm, mjs };
  ort.env.wasm.numThreads = threads;
  return ort;
}
