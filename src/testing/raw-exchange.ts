// A request written on a socket as it was recorded, byte for byte, and the whole answer.
import { connect } from "node:net";
import { gunzipSync, inflateSync } from "node:zlib";

/** An answer, its chunks joined and its coding undone. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What is sent. The server is asked to close the connection. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** Sends a request to a server of this machine. Rejects where the connection breaks without an answer. */
export async function exchangeRaw(base: string, { method, path, headers, body }: RawRequest): Promise<RawAnswer> {
  const { port } = new URL(base);
  const own = headers.filter(([name]) => !/^(?:connection|host)$/i.test(name));
  const hasLength = own.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
  const lines = ["Host: localhost", "Connection: close", ...own.map(([name, value]) => `${name}: ${value}`), ...(hasLength ? [] : [`Content-Length: ${body.byteLength}`])];
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`), body]));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return parse(Buffer.concat(chunks));
}

function parse(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const [line = "", ...fields] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(line)?.[1]);
  // Told to go on, the client has sent all that it has.
  if (status === 100) return parse(bytes.subarray(end + 4));
  const headers = new Map(fields.map((field) => [field.slice(0, field.indexOf(":")).toLowerCase(), field.slice(field.indexOf(":") + 1).trim()]));
  const raw = bytes.subarray(end + 4);
  const joined = headers.get("transfer-encoding") === "chunked" ? unframed(raw) : raw;
  return { status, headers, body: decoded(joined, headers.get("content-encoding")) };
}

/** A body in the coding that a header names. */
export function decoded(body: Buffer, coding: string | undefined): Buffer {
  return coding === "gzip" ? gunzipSync(body) : coding === "deflate" ? inflateSync(body) : body;
}

function unframed(raw: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < raw.byteLength; ) {
    const end = raw.indexOf("\r\n", at);
    const size = Number.parseInt(raw.subarray(at, end).toString("latin1"), 16);
    parts.push(raw.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
    if (size === 0) break;
  }
  return Buffer.concat(parts);
}
