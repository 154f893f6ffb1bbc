/** Milliseconds of work between two pauses: a request to cancel waits no longer. */
const PAUSE_EVERY = 40;

/**
 * Takes steps to their end and gives their result, pausing now and then so that other messages are heard; each pause reports the fraction done.
 * Throws the signal's reason once it is aborted.
 */
export async function paced<Result>(steps: Generator<number, Result>, signal: AbortSignal, progress: (fraction: number) => void): Promise<Result> {
  let began = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - began < PAUSE_EVERY) continue;
    progress(step.value);
    await new Promise((resolve) => setTimeout(resolve));
    began = performance.now();
  }
}
