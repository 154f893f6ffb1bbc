import { UsageError } from "./usage.mjs";

/** Of parseArgs: what a server is given, as far as it decides what loads. */
export const SERVER_OPTIONS = {
  "no-auto-complete": { type: "boolean", default: false },
  "gpus": { type: "string" },
  "backends": { type: "string" },
  "repository-agents": { type: "string" },
  "default-max-batch-size": { type: "string", default: "4" },
};

export const SERVER_HELP = `  --no-auto-complete  a server started with --disable-auto-complete-config
  --gpus N|ID,ID,…    how many GPUs the server has, or their ids ("1," is the
                      one GPU 1); those that configurations ask for when left out
  --backends A,B,…    the backends that are installed; all when left out
  --repository-agents A,B,…
                      the repository agents that it has; all when left out
  --default-max-batch-size N
                      --backend-config=default-max-batch-size; 4 when left out
`;

/** The TritonServer (src/triton/loading/server.ts) that the options describe. Throws UsageError. */
export function serverOf(values) {
  const size = values["default-max-batch-size"];
  if (!/^\d{1,9}$/.test(size)) throw new UsageError(`--default-max-batch-size takes a whole number from 0, found "${size}"`);
  return {
    autoComplete: !values["no-auto-complete"],
    defaultMaxBatchSize: Number(size),
    ...(values.gpus === undefined ? {} : { gpus: gpuIds(values.gpus) }),
    ...(values.backends === undefined ? {} : { backends: new Set(listed(values.backends)) }),
    ...(values["repository-agents"] === undefined ? {} : { repositoryAgents: new Set(listed(values["repository-agents"])) }),
  };
}

function gpuIds(text) {
  const ids = listed(text);
  if (ids.length > 64 || !ids.every((id) => /^\d{1,4}$/.test(id)) || (ids.length === 0 && text.trim() !== "")) {
    throw new UsageError(`--gpus takes a number or a list of ids such as 0,1, found "${text}"`);
  }
  if (text.includes(",")) return [...new Set(ids.map(Number))].sort((a, b) => a - b);
  const count = Number(ids[0] ?? 0);
  if (count > 64) throw new UsageError(`--gpus takes up to 64 GPUs, found "${text}"`);
  return Array.from({ length: count }, (_, id) => id);
}

function listed(text) {
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}
