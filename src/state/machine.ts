import type { Machine } from "./comparison.ts";
import type { SessionStore } from "./session.ts";

/** What a session runs on, as its worker found it. */
export function machineOf(session: SessionStore, browser: string, onnxruntime: string | null): Machine {
  const { environment } = session.getState();
  const gpu = environment?.gpu ?? null;
  return {
    adapter: gpu === null ? null : [...new Set([gpu.vendor, gpu.architecture, gpu.description])].filter((part) => part !== "").join(" "),
    software: gpu?.software ?? false,
    threads: environment?.threads ?? 1,
    browser,
    onnxruntime,
  };
}
