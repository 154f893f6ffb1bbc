import type { Backend } from "./backend.ts";

/** Every way to run a model in the browser: Triton's backend name, and its code when it is needed. */
export const BACKENDS: Readonly<Record<string, () => Promise<Backend>>> = {
  onnxruntime: async () => (await import("./onnxruntime/onnxruntime.ts")).onnxruntimeBackend,
  python: async () => (await import("./transforms/transforms.ts")).transformsBackend,
  fil: async () => (await import("./fil/fil.ts")).filBackend,
  identity: async () => (await import("./identity/identity.ts")).identityBackend,
};

/** What runs a model of any backend on a server, when it is needed. */
export const SERVED = () => import("./v2/served-model.ts");
