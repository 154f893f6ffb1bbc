import type { Value } from "./value.ts";

/**
 * Results of steps, so that an unchanged step is not run again. The key holds model contents, placement, inputs and requested outputs. Bounded by the
 * bytes that the results hold; the least recently used go first. Holds one reference to each value.
 */
export class StepCache {
  readonly #entries = new Map<string, ReadonlyMap<string, Value>>();
  readonly #limit: number;

  /** @param limit bytes. */
  constructor(limit = 1 << 30) {
    this.#limit = limit;
  }

  /** The results, each retained for the caller, or undefined. */
  take(key: string): Map<string, Value> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if ([...entry.values()].some((value) => value.gone)) {
      this.#drop(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return new Map([...entry].map(([port, value]) => [port, value.retain()]));
  }

  put(key: string, values: ReadonlyMap<string, Value>): void {
    this.#drop(key);
    this.#entries.set(key, new Map([...values].map(([port, value]) => [port, value.retain()])));
    let bytes = [...this.#entries.values()].reduce((sum, entry) => sum + bytesOf(entry), 0);
    for (const [oldest, entry] of this.#entries) {
      if (bytes <= this.#limit || oldest === key) break;
      bytes -= bytesOf(entry);
      this.#drop(oldest);
    }
  }

  clear(): void {
    for (const key of this.#entries.keys()) this.#drop(key);
  }

  #drop(key: string): void {
    for (const value of this.#entries.get(key)?.values() ?? []) value.release();
    this.#entries.delete(key);
  }
}

function bytesOf(entry: ReadonlyMap<string, Value>): number {
  return [...entry.values()].reduce((sum, value) => sum + value.bytes, 0);
}
