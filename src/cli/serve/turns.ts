/** Lets one task run at a time, in the order in which they came. */
export interface Turns {
  /** Runs the task when all before it are done. A task whose signal is aborted while it waits is dropped and never runs. */
  take<T>(signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T>;
  /** How many wait. */
  readonly waiting: number;
}

interface Waiting {
  start(): void;
}

/** Turns of which nobody has taken any. */
export function createTurns(): Turns {
  const queue: Waiting[] = [];
  let busy = false;

  function next(): void {
    const first = queue.shift();
    busy = first !== undefined;
    first?.start();
  }

  return {
    get waiting() {
      return queue.length;
    },
    async take(signal, task) {
      signal?.throwIfAborted();
      if (busy) await place(signal);
      busy = true;
      try {
        return await task();
      } finally {
        next();
      }
    },
  };

  function place(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const drop = (): void => {
        queue.splice(queue.indexOf(entry), 1);
        reject(signal?.reason as Error);
      };
      const entry: Waiting = {
        start() {
          signal?.removeEventListener("abort", drop);
          resolve();
        },
      };
      signal?.addEventListener("abort", drop, { once: true });
      queue.push(entry);
    });
  }
}
