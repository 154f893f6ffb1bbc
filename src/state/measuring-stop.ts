/** Thrown while measuring for what is no failure: too much memory is foreseen, or the repository was edited meanwhile. */
export class MeasuringStop extends Error {
  readonly reason: "memory" | "edited";
  readonly code: string | null;

  constructor(reason: "memory" | "edited", code: string | null, message: string) {
    super(message);
    this.reason = reason;
    this.code = code;
  }
}
