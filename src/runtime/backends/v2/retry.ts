import { v2Failure } from "../../../triton/v2/failure.ts";

/** Pauses before the second and the third try. Milliseconds. */
const PAUSES = [250, 1000];

/**
 * Statuses by which a request was turned away before a model ran, or by which a gateway says that it got no answer. Those of a gateway's own clock (504)
 * and of an upload that took too long (408) are not among them: sending the same again would take as long.
 */
const TURNED_AWAY: ReadonlySet<number | undefined> = new Set([429, 502, 503]);

/** Reasons of a proxy that will be the same in a second. */
const LASTING: ReadonlySet<string | undefined> = new Set(["NAME_NOT_FOUND", "TLS", "REDIRECT"]);

/** Waits so many milliseconds; rejects once the signal is aborted. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/**
 * Tries again, twice at most, where that is safe. 429 and 503 say that nothing ran; so does 502 of a connection that was refused, and where the server
 * ended meanwhile, running a model again that keeps nothing of a request changes nothing: that is what `repeatable` says. What failed without any status
 * may have run and may run still, so that it is not sent again.
 */
export async function withRetries<T>(repeatable: boolean, signal: AbortSignal, attempt: () => Promise<T>, pause: Pause = sleep): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (thrown) {
      const failure = v2Failure(thrown);
      const wait = PAUSES[tries];
      if (!repeatable || wait === undefined || failure?.retryable !== true || !TURNED_AWAY.has(failure.status) || LASTING.has(failure.proxy)) throw thrown;
      await pause(wait, signal);
    }
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
