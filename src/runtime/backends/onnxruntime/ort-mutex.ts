/** Runs tasks one after another, in the order in which they came. A failed task does not stop the next. */
export interface Mutex {
  run<T>(task: () => Promise<T> | T): Promise<T>;
}

/** A mutex that nobody holds. */
export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const result = last.then(task);
      last = result.catch(() => undefined);
      return result;
    },
  };
}

/** The one mutex around every ONNX Runtime call of this worker: two calls at once corrupt its memory. */
export const ortMutex: Mutex = createMutex();
