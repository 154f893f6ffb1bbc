import { decodeSourceText } from "../../base/source-text.ts";
import { tooLarge, type BodySource } from "./body-source.ts";
import { exchangeError } from "./failure.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The data of the events of an event stream (WHATWG HTML, server-sent events), one after the other; comments and other fields are left out. Throws
 * V2_RESPONSE_TOO_LARGE for an event beyond `limit` bytes, and V2_RESPONSE_INVALID where the stream ends within one.
 */
export async function* eventData(source: BodySource, limit: number, request: string): AsyncGenerator<string, void, undefined> {
  const lines = new LineSplitter();
  let data: string[] = [];
  let size = 0;
  for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
    for (const line of lines.split(chunk)) {
      size += line.length;
      if (size > limit) throw tooLarge(request, limit);
      if (line === "") {
        if (data.length > 0) yield data.join("\n");
        data = [];
        size = 0;
      } else if (/^data(?::|$)/.test(line)) {
        data.push(line.replace(/^data:? ?/, ""));
      }
    }
    if (size + lines.unfinished > limit) throw tooLarge(request, limit);
  }
  if (data.length > 0 || lines.unfinished > 0) throw exchangeError("V2_RESPONSE_INVALID", request, "the stream ends within an event", { retryable: true });
}

/** Lines that end in a line feed, a carriage return, or both, over chunks that end anywhere. */
class LineSplitter {
  /** Bytes of the line that has no end yet. */
  unfinished = 0;
  private pieces: Uint8Array[] = [];
  private afterReturn = false;
  private first = true;

  /** The lines that end in the next chunk. */
  *split(chunk: Uint8Array): Generator<string, void, undefined> {
    let from = 0;
    for (let at = 0; at < chunk.byteLength; at++) {
      const byte = chunk[at];
      const second = this.afterReturn && byte === LINE_FEED;
      this.afterReturn = byte === CARRIAGE_RETURN;
      if (second) from = at + 1;
      else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        yield this.line(chunk.subarray(from, at));
        from = at + 1;
      }
    }
    if (from === chunk.byteLength) return;
    this.pieces.push(chunk.subarray(from));
    this.unfinished += chunk.byteLength - from;
  }

  private line(last: Uint8Array): string {
    const bytes = new Uint8Array(this.unfinished + last.byteLength);
    let at = 0;
    for (const piece of [...this.pieces, last]) {
      bytes.set(piece, at);
      at += piece.byteLength;
    }
    this.pieces = [];
    this.unfinished = 0;
    const text = decodeSourceText(bytes);
    const marked = this.first && text.charCodeAt(0) === 0xfeff;
    this.first = false;
    return marked ? text.slice(1) : text;
  }
}
