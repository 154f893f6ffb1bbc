/** A v2 server on a socket of this machine. */
export interface HostedServer {
  readonly base: string;
  /** Address of the metrics page. */
  readonly metrics: string;
  /** Ends it with all of its connections. */
  close(): Promise<void>;
}

/** See serve.mjs, whose options these are. */
export interface HostOptions {
  readonly dir: string;
  readonly host?: string;
  readonly port?: number;
  readonly metricsPort?: number;
  readonly explicit?: boolean;
  readonly load?: readonly string[];
  readonly autoComplete?: boolean;
  readonly maxInputBytes?: number;
  readonly version?: string;
  log?(line: string): void;
}

/**
 * A v2 server on a socket of this machine, of `core` (what loadServer gives). Port 0 is any. `metricsPort`: the metrics page on a port of its own,
 * besides. Rejects with the error of `listen` (EADDRINUSE, EACCES, …).
 */
export function hostServer(core: typeof import("./serve/entry.ts"), options: HostOptions): Promise<HostedServer>;
