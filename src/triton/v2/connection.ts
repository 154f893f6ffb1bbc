import { answer, BodySource, tooLarge } from "./body-source.ts";
import { Deadline } from "./deadline.ts";
import { exchangeError, refusal, type Purpose } from "./failure.ts";
import type { BodyParts, FetchInit, FetchLike, FetchResponse, Timer } from "./transport.ts";

/** How a server is reached. */
export interface ConnectionOptions<B> {
  /** What `/v2/…` is appended to: `http://host:8000`, or the prefix of a proxy, `/v2-proxy/1`. */
  readonly base: string;
  /** Address of the server's Prometheus page, which Triton has on a port of its own: `http://host:8002/metrics`. */
  readonly metrics?: string;
  /** Sent with every request: keys of a restricted API, authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch: FetchLike<B>;
  /** Makes the body of a request that has one. */
  readonly body: (parts: BodyParts) => B;
  readonly timer: Timer;
  readonly limits?: Partial<Limits>;
}

/** What an answer may take. */
export interface Limits {
  /** Bytes of a JSON document, of the JSON part of a binary answer, of one event, and of a metrics page. 64 MiB unless said otherwise. */
  readonly documentBytes: number;
  /** Bytes of a whole answer with binary tensors. 2 GiB unless said otherwise. */
  readonly responseBytes: number;
}

/** How one request is sent. */
export interface CallOptions {
  /** Gives the request up; it then fails with CANCELLED, and Triton drops it from its queue. */
  readonly signal?: AbortSignal;
  /** For the whole exchange, for a stream from one event to the next. Default: 30 s, where models run or load 10 min. */
  readonly milliseconds?: number;
  /** Beside those of the connection, and instead of those of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes the body smaller on its way. Triton takes it for `infer` alone. */
  readonly compression?: Compression;
}

/** A content coding and the function that applies it. */
export interface Compression {
  readonly coding: "gzip" | "deflate";
  readonly compress: (parts: BodyParts) => Promise<BodyParts>;
}

/** A request as this layer sends it. */
export interface Outgoing {
  readonly method: "GET" | "POST";
  /** From `/v2` on. */
  readonly path: string;
  /** Where it is not below the base. */
  readonly address?: string;
  readonly body?: BodyParts;
  readonly headers?: Readonly<Record<string, string>>;
  readonly purpose: Purpose;
  /** True where models run or load, which takes longer. */
  readonly slow?: boolean;
  /** Statuses besides 2xx that are answers and no errors. */
  readonly accepted?: readonly number[];
}

/** An answer whose head has come. */
export interface Incoming {
  /** Names the request in messages. */
  readonly request: string;
  readonly purpose: Purpose;
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly source: BodySource;
  readonly deadline: Deadline;
  readonly limits: Limits;
}

/** A server, as the operations of this folder take it. No connection is held open; it is only the way there. */
export interface Connection {
  readonly metrics: string | undefined;
  /** Sends a request; the answer must be given to {@link close}. Throws V2_…, or CANCELLED. */
  open(request: Outgoing, call: CallOptions): Promise<Incoming>;
}

const QUICK = 30_000;
const SLOW = 600_000;
const ERROR_BYTES = 65_536;
const LIMITS: Limits = { documentBytes: 2 ** 26, responseBytes: 2 ** 31 };

/** A way to a server that speaks the v2 protocol. Sends nothing. */
export function connect<B>(options: ConnectionOptions<B>): Connection {
  const base = options.base.replace(/\/+$/, "");
  const limits = { ...LIMITS, ...options.limits };
  // A page's fetch must not be called as a method of another object.
  const { fetch } = options;
  return {
    metrics: options.metrics,
    async open(outgoing, call) {
      const request = `${outgoing.method} ${outgoing.address ?? outgoing.path}`;
      const deadline = new Deadline(options.timer, call.milliseconds ?? (outgoing.slow === true ? SLOW : QUICK), call.signal);
      try {
        const init = await fetchInit(options, outgoing, call, deadline.signal);
        const response = await answer(fetch(outgoing.address ?? base + outgoing.path, init), deadline, request);
        const incoming = incomingOf(response, request, outgoing.purpose, deadline, limits);
        try {
          await checkHead(incoming, outgoing.accepted ?? []);
        } catch (error) {
          incoming.source.abandon();
          throw error;
        }
        return incoming;
      } catch (error) {
        deadline.stop();
        throw error;
      }
    },
  };
}

/** Sends a request and gives what `read` makes of the answer, of which nothing is left behind. Throws V2_…, or CANCELLED. */
export async function exchange<T>(connection: Connection, request: Outgoing, call: CallOptions, read: (incoming: Incoming) => Promise<T>): Promise<T> {
  const incoming = await connection.open(request, call);
  try {
    return await read(incoming);
  } finally {
    close(incoming);
  }
}

/** Lets go of an answer: its timer, and the connection where not all of it was read. */
export function close({ source, deadline }: Incoming): void {
  deadline.stop();
  source.abandon();
}

async function fetchInit<B>(options: ConnectionOptions<B>, outgoing: Outgoing, call: CallOptions, signal: AbortSignal): Promise<FetchInit<B>> {
  const headers = { ...options.headers, ...call.headers, ...outgoing.headers };
  const init = { method: outgoing.method, headers, redirect: "manual", signal } as const;
  if (outgoing.body === undefined) return init;
  if (call.compression === undefined) return { ...init, body: options.body(outgoing.body) };
  const { coding, compress } = call.compression;
  return { ...init, headers: { ...headers, "Content-Encoding": coding }, body: options.body(await compress(outgoing.body)) };
}

function incomingOf(response: FetchResponse, request: string, purpose: Purpose, deadline: Deadline, limits: Limits): Incoming {
  const source = new BodySource(response.body?.getReader(), deadline, request);
  return { request, purpose, status: response.status, header: (name) => response.headers.get(name) ?? undefined, source, deadline, limits };
}

async function checkHead(incoming: Incoming, accepted: readonly number[]): Promise<void> {
  const { request, purpose, status, header, source, limits } = incoming;
  if (status === 0 || (status >= 300 && status < 400)) {
    const to = header("location");
    const where = to === undefined ? "elsewhere" : `to ${to}`;
    throw exchangeError("V2_REDIRECTED", request, `the server sends the client ${where}, and redirects are not followed: give the address that it leads to`, {
      status,
      ...(to === undefined ? {} : { data: { location: to } }),
    });
  }
  const announced = announcedBytes(incoming);
  if (announced !== undefined && announced > limits.responseBytes) throw tooLarge(request, limits.responseBytes, announced);
  if ((status >= 200 && status < 300) || accepted.includes(status)) return;
  throw refusal(request, purpose, status, await source.beginning(ERROR_BYTES), header);
}

/** Bytes that the head announces for the body as it is sent, so where it is compressed not those that are read. */
export function announcedBytes({ header }: Incoming): number | undefined {
  const length = header("content-length");
  return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
}
