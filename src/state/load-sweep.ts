import type { Machine } from "./comparison.ts";

/** How a load sweep measures. */
export interface LoadProtocol {
  /** Clients that send at once, ascending. */
  readonly concurrencies: readonly number[];
  /** Items per request, ascending. */
  readonly batches: readonly number[];
  /** Requests that count, of each level; every client sends one at least. */
  readonly requests: number;
  /** Requests of each client before those. */
  readonly warmup: number;
  /** Milliseconds after which a level sends no more; null: no end. */
  readonly milliseconds: number | null;
  /** Milliseconds for all levels of a side, after which it sends no more; null: no end. */
  readonly budget: number | null;
}

/** What is put under load: this browser, or a server. */
export interface LoadSide {
  /** "here", or a server's id behind "server ", so that no id is taken for the browser. */
  readonly key: string;
  /** Of a server what it is called and what it says of itself; null of the browser. */
  readonly server: { readonly id: string; readonly name: string; readonly product: string | null } | null;
}

/** Failures of one kind. */
export interface LoadErrors {
  /** Of the error. */
  readonly code: string;
  /** HTTP status that came with it. */
  readonly status: number | null;
  /** Of the first. */
  readonly message: string;
  readonly count: number;
}

/** One level: so many clients, each sending its next request as soon as its last was answered, with so many items per request. */
export interface LoadLevel {
  readonly batch: number;
  readonly concurrency: number;
  /** Requests that were answered. */
  readonly requests: number;
  /** Requests that failed, by kind. */
  readonly errors: readonly LoadErrors[];
  /** From the first request that counts until the last was answered. */
  readonly milliseconds: number;
  /** Milliseconds from sending to the whole answer, by nearest rank over those that were answered; null where none was. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Items per second: those of all answered requests over `milliseconds`. */
  readonly throughput: number;
}

/** Why a side was measured no further. */
export interface LoadStop {
  readonly reason: "max-batch-size" | "memory" | "failed" | "budget" | "cancelled" | "edited";
  /** The level that was not, or not fully, measured. */
  readonly batch: number;
  readonly concurrency: number;
  readonly code: string | null;
  readonly message: string;
}

/** What was found of one side. */
export interface LoadResult {
  readonly side: LoadSide;
  /** By batch, then by concurrency. */
  readonly levels: readonly LoadLevel[];
  /** null: every level that was asked for was measured. */
  readonly stop: LoadStop | null;
}

/** A whole sweep. */
export interface LoadSweep {
  readonly model: string;
  /** What the browser runs on, and sends from. */
  readonly machine: Machine;
  readonly protocol: LoadProtocol;
  readonly results: readonly LoadResult[];
}

/** Levels that are worth a look: powers of two. */
export const CONCURRENCIES = [1, 2, 4, 8, 16] as const;

/** Failed requests of a level. */
export function failures({ errors }: LoadLevel): number {
  return errors.reduce((sum, { count }) => sum + count, 0);
}

/** Every batch at which any side was measured, ascending. */
export function loadBatches({ results }: LoadSweep): number[] {
  return ascending(results.flatMap(({ levels }) => levels.map(({ batch }) => batch)));
}

/** Every concurrency at which any side was measured at a batch, ascending. */
export function loadConcurrencies({ results }: LoadSweep, batch: number): number[] {
  return ascending(results.flatMap(({ levels }) => levels.filter((level) => level.batch === batch).map(({ concurrency }) => concurrency)));
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
