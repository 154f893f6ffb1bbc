/** Runs work so that at most `atOnce` of it is under way; what comes later waits its turn. A browser refuses requests when thousands are open. */
export function paced(atOnce: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // The place goes to the next in the queue as it is.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
