import type { TritonServer } from "../triton/loading/server.ts";

/** The values of SERVER_OPTIONS as parseArgs gives them. */
export interface ServerValues {
  readonly "no-auto-complete": boolean;
  readonly "gpus"?: string;
  readonly "backends"?: string;
  readonly "repository-agents"?: string;
  readonly "default-max-batch-size": string;
}

/** The server that the options describe. Throws UsageError. */
export function serverOf(values: ServerValues): TritonServer;
