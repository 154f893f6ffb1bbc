import { ConchError, type ErrorData } from "../../base/errors.ts";
import type { ConchErrorCode } from "../../base/error-codes.ts";
import { isJsonObject, readExactJson } from "../../base/exact-json.ts";

/** What a request is for; an error is judged by it. */
export type Purpose = "inference" | "reading" | "control";

/** What every V2_… error says of the exchange that failed. */
export interface V2Failure {
  /** Method and path: `POST /v2/models/m/infer`. */
  readonly request: string;
  /** The HTTP status of the answer; undefined where none came. 200 for an error that came after the answer had begun. */
  readonly status: number | undefined;
  /** The server's own message. */
  readonly message: string | undefined;
  /** Whether the same request may well succeed later. */
  readonly retryable: boolean;
  /** True for a status 5xx by which Triton says that the JSON of the request is wrong, and not that the server failed. */
  readonly jsonError: boolean;
  /** Why a proxy answered in the server's place, by its own word: `CONNECTION_REFUSED`. Undefined for an answer of the server. */
  readonly proxy: string | undefined;
}

/** The header by which a proxy says that an answer is its own, and why. */
const PROXY_REASON = "conch-proxy-error";

/** What a V2_… error says of its exchange; undefined for any other error, and for one that no server had a part in. */
export function v2Failure(error: unknown): V2Failure | undefined {
  if (!(error instanceof ConchError) || !error.code.startsWith("V2_")) return undefined;
  const { request, status, server, retryable, jsonError, proxy } = error.data;
  if (typeof request !== "string") return undefined;
  return {
    request,
    status: typeof status === "number" ? status : undefined,
    message: typeof server === "string" ? server : undefined,
    retryable: retryable === true,
    jsonError: jsonError === true,
    proxy: typeof proxy === "string" ? proxy : undefined,
  };
}

/** An error of an exchange, with the names that {@link v2Failure} reads. `data` adds the numbers that the message speaks of. */
export function exchangeError(
  code: ConchErrorCode,
  request: string,
  message: string,
  details: { readonly retryable?: boolean; readonly status?: number; readonly cause?: unknown; readonly data?: ErrorData } = {},
): ConchError {
  const { retryable = false, status, cause, data } = details;
  return new ConchError(code, `${request}: ${message}`, {
    data: { ...data, request, retryable, ...(status === undefined ? {} : { status }) },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What RapidJSON's wrapper in Triton, which knows only the code of an internal error, says of a request. */
const JSON_ERROR =
  /^failed to parse the request JSON buffer|attempt to access (?:JSON non-|non-existing object member)|^Unable to (?:parse|set) '|^Failed to parse 'data' field|^unexpected error on creating Triton parameter/;
const POLL_ERROR = /failed to poll from model repository$/;
const LONGEST_EXCERPT = 300;

/** The error for an answer that is one: `body` is its text, as much of it as was read; `header` reads its headers. */
export function refusal(request: string, purpose: Purpose, status: number, body: string, header: (name: string) => string | undefined = () => undefined): ConchError {
  const server = serverMessage(body) ?? excerpt(body);
  const proxy = header(PROXY_REASON);
  if (proxy !== undefined) {
    return new ConchError("V2_REFUSED", `${request}: the proxy answered ${status}: ${server}`, {
      data: { request, status, server, retryable: isRetryable(purpose, status), jsonError: false, proxy },
    });
  }
  const jsonError = status >= 500 && JSON_ERROR.test(server);
  const said = server === "" ? `the server answered ${status} without a message` : `the server answered ${status}: ${server}`;
  return new ConchError("V2_REFUSED", `${request}: ${said}${remark(status, server, jsonError)}`, {
    data: { request, status, server, retryable: isRetryable(purpose, status), jsonError },
  });
}

/** The message of an error document, `{"error":"…"}`, also where it comes as an event; undefined for any other text. */
export function serverMessage(body: string): string | undefined {
  const found = readExactJson(body.replace(/^data: ?/, ""));
  if ("problem" in found || !isJsonObject(found.value)) return undefined;
  const { error } = found.value;
  return typeof error === "string" ? error : undefined;
}

function remark(status: number, server: string, jsonError: boolean): string {
  if (jsonError) return ` (Triton answers ${status} to JSON that it cannot use: the request is at fault, not the server)`;
  if (POLL_ERROR.test(server)) return " (Triton writes the reason into its log alone: the model's files or the configuration that was sent are at fault)";
  return "";
}

/**
 * A server that is starting, stopping, overloaded or behind a gateway may answer later. Triton's 503 to what changes a server says that this
 * server was started otherwise.
 */
function isRetryable(purpose: Purpose, status: number): boolean {
  return [408, 429, 502, 504].includes(status) || (status === 503 && purpose !== "control");
}

function excerpt(body: string): string {
  const text = body.trim();
  return text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}…` : text;
}
