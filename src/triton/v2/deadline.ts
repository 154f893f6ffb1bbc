import { ConchError } from "../../base/errors.ts";
import type { Timer } from "./transport.ts";

/** Ends an exchange when its time is over or its caller gave it up, whatever the platform does with the signal. */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: Timer;
  private readonly milliseconds: number;
  private readonly caller: AbortSignal | undefined;
  private stopTimer: (() => void) | undefined;
  private end: { readonly by: "time" | "caller" } | undefined;
  private reject: ((reason: unknown) => void) | undefined;

  /** Starts to count. {@link stop} must follow. */
  constructor(timer: Timer, milliseconds: number, caller?: AbortSignal) {
    this.timer = timer;
    this.milliseconds = milliseconds;
    this.caller = caller;
    if (caller?.aborted === true) this.expire("caller");
    caller?.addEventListener("abort", this.cancel);
    this.restart();
  }

  /** For the platform's own part in the exchange. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Gives the exchange its whole time again. */
  restart(): void {
    this.stopTimer?.();
    this.stopTimer = this.timer(this.milliseconds, () => this.expire("time"));
  }

  /** Must be called when the exchange is over. */
  stop(): void {
    this.stopTimer?.();
    this.caller?.removeEventListener("abort", this.cancel);
  }

  /** What a promise gives, unless the end comes before. One at a time. */
  async within<T>(promise: Promise<T>): Promise<T> {
    if (this.end !== undefined) {
      promise.catch(() => undefined);
      throw new Error("The exchange is over");
    }
    try {
      return await new Promise<T>((resolve, reject) => {
        this.reject = reject;
        promise.then(resolve, reject);
      });
    } finally {
      this.reject = undefined;
    }
  }

  /** The error for an exchange that this ended; undefined while it did not. */
  failure(request: string): ConchError | undefined {
    if (this.end === undefined) return undefined;
    if (this.end.by === "caller") return new ConchError("CANCELLED", `${request} was cancelled`, { data: { request } });
    return new ConchError("V2_TIMEOUT", `${request}: no complete answer within ${this.milliseconds / 1000} s`, {
      data: { request, retryable: true, milliseconds: this.milliseconds },
    });
  }

  private readonly cancel = (): void => this.expire("caller");

  private expire(by: "time" | "caller"): void {
    this.end ??= { by };
    this.controller.abort();
    this.reject?.(new Error("The exchange is over"));
  }
}
