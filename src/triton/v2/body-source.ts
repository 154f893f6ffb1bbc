import { textOf } from "../../base/errors.ts";
import { decodeSourceText } from "../../base/source-text.ts";
import type { Deadline } from "./deadline.ts";
import { exchangeError } from "./failure.ts";
import type { BodyReader } from "./transport.ts";

/** The body of an answer, read as it comes and never further than asked: no memory is taken for bytes that are only announced. */
export class BodySource {
  private readonly reader: BodyReader | undefined;
  private readonly deadline: Deadline;
  private readonly request: string;
  private chunks: Uint8Array[] = [];
  private buffered = 0;
  private ended: boolean;

  constructor(reader: BodyReader | undefined, deadline: Deadline, request: string) {
    this.reader = reader;
    this.deadline = deadline;
    this.request = request;
    this.ended = reader === undefined;
  }

  /** Whatever comes next, at least one byte; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.buffered === 0) await this.more();
    const chunk = this.chunks.shift();
    this.buffered -= chunk?.byteLength ?? 0;
    return chunk;
  }

  /** Copies the next bytes into `target`, all of it. Throws V2_RESPONSE_INVALID where the body ends before; `what` is being read. */
  async copyTo(target: Uint8Array, what: string): Promise<void> {
    for (let at = 0; at < target.byteLength; ) {
      if (this.buffered === 0 && !(await this.more())) throw this.endsWithin(what, target.byteLength, at);
      const chunk = this.chunks.shift() ?? new Uint8Array(0);
      const taken = Math.min(chunk.byteLength, target.byteLength - at);
      target.set(chunk.subarray(0, taken), at);
      if (taken < chunk.byteLength) this.chunks.unshift(chunk.subarray(taken));
      this.buffered -= taken;
      at += taken;
    }
  }

  /** Waits until so many of the `all` bytes of something have come. Throws V2_RESPONSE_INVALID where the body ends before. */
  async begun(count: number, all: number, what: string): Promise<void> {
    while (this.buffered < count && (await this.more()));
    if (this.buffered < count) throw this.endsWithin(what, all, this.buffered);
  }

  /** Waits until so many bytes have come. Throws V2_RESPONSE_INVALID where the body ends before. */
  async wait(count: number, what: string): Promise<void> {
    await this.begun(count, count, what);
  }

  /** The text of the next bytes. Throws V2_RESPONSE_INVALID where the body ends before; `what` is being read. */
  async textOf(count: number, what: string): Promise<string> {
    await this.wait(count, what);
    const bytes = new Uint8Array(count);
    await this.copyTo(bytes, what);
    return decodeSourceText(bytes);
  }

  /** The text of what is left, losing nothing (see source-text.ts). Throws V2_RESPONSE_TOO_LARGE beyond `limit` bytes. */
  async text(limit: number): Promise<string> {
    while (this.buffered <= limit && (await this.more()));
    if (this.buffered > limit) throw tooLarge(this.request, limit);
    return this.textOf(this.buffered, "the text");
  }

  /** The text of what is left, or of its beginning where it is longer than `limit` bytes. */
  async beginning(limit: number): Promise<string> {
    while (this.buffered < limit && (await this.more()));
    return this.textOf(Math.min(this.buffered, limit), "the text");
  }

  /** Makes sure that nothing is left; throws V2_RESPONSE_INVALID otherwise. */
  async end(): Promise<void> {
    if (this.buffered === 0) await this.more();
    if (this.buffered > 0) throw exchangeError("V2_RESPONSE_INVALID", this.request, "the answer goes on after the last tensor that it announces");
  }

  /** Tells the server to stop where the body was not read to its end. Never throws. */
  abandon(): void {
    this.chunks = [];
    if (!this.ended) this.reader?.cancel().catch(() => undefined);
  }

  private endsWithin(what: string, expected: number, found: number): Error {
    return exchangeError("V2_RESPONSE_INVALID", this.request, `the answer ends within ${what}: expected ${expected} bytes, found ${found}`, {
      retryable: true,
      data: { expected, found },
    });
  }

  private async more(): Promise<boolean> {
    while (!this.ended && this.reader !== undefined) {
      const { done, value } = await answer(this.reader.read(), this.deadline, this.request);
      this.ended = done;
      if (value === undefined || value.byteLength === 0) continue;
      this.chunks.push(value);
      this.buffered += value.byteLength;
      return true;
    }
    return false;
  }
}

/** What the platform answers within the deadline. Throws V2_UNREACHABLE where it fails, V2_TIMEOUT or CANCELLED. */
export async function answer<T>(promise: Promise<T>, deadline: Deadline, request: string): Promise<T> {
  try {
    return await deadline.within(promise);
  } catch (cause) {
    throw (
      deadline.failure(request) ??
      exchangeError("V2_UNREACHABLE", request, `no complete answer came (${textOf(cause)}): is the server running, and can it be reached from here?`, {
        retryable: true,
        cause,
      })
    );
  }
}

/** The error for an answer beyond a limit; `bytes` where it announces how many it has. */
export function tooLarge(request: string, limit: number, bytes?: number): Error {
  const found = bytes === undefined ? `is larger than ${limit} bytes` : `announces ${bytes} bytes; at most ${limit} are taken`;
  return exchangeError("V2_RESPONSE_TOO_LARGE", request, `the answer ${found}`, { data: { limit, ...(bytes === undefined ? {} : { bytes }) } });
}
