import type { ModelConfig } from "../model-config/model-config.ts";
import type { Completion } from "./completion.ts";
import type { TritonServer } from "./server.ts";

/** What the server fills in by itself, whatever the backend: version policy, batcher sizes, pinned memory, idle time. */
export function normalize(config: ModelConfig, _server: TritonServer): Completion {
  return { config, completed: [] };
}
