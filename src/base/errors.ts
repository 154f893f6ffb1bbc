import type { ConchErrorCode } from "./error-codes.ts";

/** What `ConchError.data` may hold: plain data that survives structured cloning and JSON. */
export type ErrorData = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>;

/**
 * An operation that failed, as opposed to a {@link Diagnostic} about the user's files and to a bug (`assert`).
 * The message names the thing, says what was found and what was expected and, where known, the next step.
 */
export class ConchError extends Error {
  override readonly name = "ConchError";
  /** Stable; tests and the interface match on it, never on the message. */
  readonly code: ConchErrorCode;
  /** The names and numbers that the message speaks of. */
  readonly data: ErrorData;

  constructor(code: ConchErrorCode, message: string, options: { data?: ErrorData; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}

/** An error as plain data: what crosses the worker boundary and what `--json` prints. */
export interface ErrorRecord {
  code: ConchErrorCode;
  message: string;
  data: ErrorData;
  cause?: string;
}

/** Any thrown value as plain data. What is not a ConchError becomes INTERNAL, its text kept. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof ConchError) {
    const record: ErrorRecord = { code: thrown.code, message: thrown.message, data: thrown.data };
    if (thrown.cause !== undefined) record.cause = textOf(thrown.cause);
    return record;
  }
  if (isAbort(thrown)) return { code: "CANCELLED", message: "The run was cancelled", data: {} };
  const record: ErrorRecord = { code: "INTERNAL", message: textOf(thrown), data: {} };
  if (thrown instanceof Error && thrown.stack !== undefined) record.cause = thrown.stack;
  return record;
}

/** The ConchError that an {@link ErrorRecord} described on the other side of a boundary. */
export function fromErrorRecord(record: ErrorRecord): ConchError {
  return new ConchError(record.code, record.message, { data: record.data, cause: record.cause });
}

/** True for the error that an aborted AbortSignal throws, and for its ConchError form. */
export function isAbort(thrown: unknown): boolean {
  if (thrown instanceof ConchError) return thrown.code === "CANCELLED";
  return typeof thrown === "object" && thrown !== null && "name" in thrown && thrown.name === "AbortError";
}

/** Text of anything thrown; ORT throws numbers now and then. */
export function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === "string" ? thrown : String(thrown);
}

/** States what the code takes for granted. A failure is a bug in Conch, not in the user's files. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Conch bug: ${message}`);
}
