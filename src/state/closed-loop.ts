import { isAbort, toErrorRecord } from "../base/errors.ts";
import type { LoadErrors } from "./load-sweep.ts";

/** So many requests by so many clients. */
export interface LoopOrder {
  readonly clients: number;
  /** Requests of all clients together. */
  readonly requests: number;
  /** Time of `now` from which on no request is sent. */
  readonly until: number;
  readonly signal: AbortSignal;
  /** Milliseconds, monotonic. */
  now(): number;
  /** One request. Throws what stands against it. */
  send(): Promise<void>;
  /** A request has ended, well or not. */
  ended(): void;
}

/** What a loop found. */
export interface LoopResult {
  /** Milliseconds of each request that was answered, in the order of their ends. */
  readonly latencies: readonly number[];
  readonly errors: readonly LoadErrors[];
  /** From the first request until the last ended. */
  readonly milliseconds: number;
  readonly end: "requests" | "time" | "failing" | "cancelled";
}

/** Failures in a row after which nothing better is expected. */
const MOST_FAILURES = 10;

/** A closed loop: each client sends its next request as soon as its last has ended. No request is left behind, so that none disturbs what follows. Never throws. */
export async function closedLoop(order: LoopOrder): Promise<LoopResult> {
  const { clients, requests, until, signal, now } = order;
  const latencies: number[] = [];
  const errors = new Map<string, LoadErrors>();
  let sent = 0;
  let failing = 0;
  let cancelled = false;
  const began = now();
  let last = began;

  async function client(): Promise<void> {
    while (sent < requests && failing < MOST_FAILURES && !signal.aborted && !cancelled && (now() < until || sent < 1)) {
      sent++;
      const start = now();
      try {
        await order.send();
        latencies.push(now() - start);
        failing = 0;
      } catch (thrown) {
        if (isAbort(thrown)) {
          cancelled = true;
          return;
        }
        failing++;
        count(errors, thrown);
      }
      last = now();
      order.ended();
    }
  }

  await Promise.all(Array.from({ length: Math.min(clients, requests) }, client));
  const end = cancelled || signal.aborted ? "cancelled" : failing >= MOST_FAILURES ? "failing" : sent < requests ? "time" : "requests";
  return { latencies, errors: [...errors.values()].sort((a, b) => b.count - a.count), milliseconds: last - began, end };
}

function count(errors: Map<string, LoadErrors>, thrown: unknown): void {
  const { code, message, data } = toErrorRecord(thrown);
  const status = typeof data?.["status"] === "number" ? data["status"] : null;
  const kind = `${code} ${status}`;
  const known = errors.get(kind);
  errors.set(kind, { code, status, message: known?.message ?? message, count: (known?.count ?? 0) + 1 });
}
