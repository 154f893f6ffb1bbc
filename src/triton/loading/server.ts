/** What a Triton server has, as far as it decides whether a model loads there. */
export interface TritonServer {
  /** False for a server started with --disable-auto-complete-config. */
  readonly autoComplete: boolean;
  /** Names of the installed backends; undefined: not known, every backend counts as installed. */
  readonly backends?: ReadonlySet<string>;
  /** Ids of its GPUs, empty for a server without one; undefined: not known, any GPU that a configuration asks for counts as there, and no other. */
  readonly gpus?: readonly number[];
  /** Names of its repository agents; undefined: not known, every agent counts as there. */
  readonly repositoryAgents?: ReadonlySet<string>;
  /** max_batch_size that ONNX auto-completion writes: --backend-config=default-max-batch-size. */
  readonly defaultMaxBatchSize: number;
}

/** A server as NVIDIA ships it, with nothing known of its GPUs and backends. */
export const DEFAULT_SERVER: TritonServer = { autoComplete: true, defaultMaxBatchSize: 4 };
