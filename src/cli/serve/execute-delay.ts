import type { BackendModel } from "../../runtime/backends/backend.ts";
import type { ModelConfig } from "../../triton/model-config/model-config.ts";

/** The parameter by which Triton's identity backend waits before it answers, in milliseconds. */
const PARAMETER = "execute_delay_ms";

/** The identity model with the delay that its configuration asks for; it ends at once where the request is cancelled. */
export function delayed(model: BackendModel, { parameters }: ModelConfig): BackendModel {
  const milliseconds = Number(parameters[PARAMETER]?.string_value ?? 0);
  if (!(milliseconds > 0)) return model;
  return {
    ...model,
    async execute(request) {
      await pause(milliseconds, request.signal);
      return model.execute(request);
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
