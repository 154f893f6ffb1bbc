import { ConchError, textOf } from "../base/errors.ts";
import { v2Failure } from "../triton/v2/failure.ts";

/** Why a server, or one of its interfaces, cannot be used. Stable; the interface has for each what to do. */
export type ServerProblem =
  // the way there
  | "NO_PROXY"
  | "PAGE_SERVER_GONE"
  | "NOT_OWN_PAGE"
  | "SERVER_NOT_ALLOWED"
  | "ADDRESS_NOT_ALLOWED"
  | "MIXED_CONTENT"
  | "CORS_REFUSED"
  | "NO_ANSWER"
  | "CORS_OR_NO_ANSWER"
  | "NAME_NOT_FOUND"
  | "CONNECTION_REFUSED"
  | "TLS"
  | "TIMEOUT"
  | "UNREACHABLE"
  | "REDIRECTED"
  // the server
  | "NOT_V2"
  | "NOT_LIVE"
  | "NOT_READY"
  | "RESTRICTED"
  | "UNAUTHORIZED"
  | "NO_MODEL_CONTROL"
  | "NOT_SUPPORTED"
  | "BAD_ANSWER"
  | "REFUSED"
  | "OTHER";

/** What is the matter with a server, for the interface to put into words. */
export interface ServerDiagnosis {
  readonly code: ServerProblem;
  /** By the words of who said it: the server, the proxy, or the client. */
  readonly detail: string;
  /** RESTRICTED: the header that the server expects. */
  readonly header?: string;
  /** NOT_READY: the models that are not, where the server lists them. */
  readonly models?: readonly string[];
}

/** What an answerless request to another origin was found to mean: a page is not told why its fetch failed. */
export type Probe = "answers" | "silent" | "mixed" | "unknown";

/** How a request went that failed. */
export interface Circumstances {
  /** Through the proxy of the page's own server. */
  readonly proxied: boolean;
  /** Of a direct address. */
  readonly probe?: Probe;
}

/** The proxy's own reasons (`Conch-Proxy-Error`), by the problem that each is. */
const OF_PROXY: Readonly<Record<string, ServerProblem>> = {
  NOT_OWN_PAGE: "NOT_OWN_PAGE",
  SERVER_NOT_ALLOWED: "SERVER_NOT_ALLOWED",
  ADDRESS_NOT_ALLOWED: "ADDRESS_NOT_ALLOWED",
  REDIRECT: "REDIRECTED",
  NAME_NOT_FOUND: "NAME_NOT_FOUND",
  CONNECTION_REFUSED: "CONNECTION_REFUSED",
  TLS: "TLS",
  TIMEOUT: "TIMEOUT",
  UNREACHABLE: "UNREACHABLE",
};

const OF_PROBE: Readonly<Record<Probe, ServerProblem>> = { answers: "CORS_REFUSED", silent: "NO_ANSWER", mixed: "MIXED_CONTENT", unknown: "CORS_OR_NO_ANSWER" };

/** What an error of the v2 client means. Never throws; what is no error of a server is OTHER. */
export function diagnose(error: unknown, { proxied, probe = "unknown" }: Circumstances): ServerDiagnosis {
  const detail = textOf(error);
  const failure = v2Failure(error);
  if (!(error instanceof ConchError) || failure === undefined) return { code: "OTHER", detail };
  switch (error.code) {
    case "V2_TIMEOUT":
      return { code: "TIMEOUT", detail };
    case "V2_REDIRECTED":
      return { code: "REDIRECTED", detail };
    case "V2_UNREACHABLE":
      return { code: proxied ? "PAGE_SERVER_GONE" : OF_PROBE[probe], detail };
    case "V2_RESPONSE_INVALID":
      return { code: failure.request === METADATA ? "NOT_V2" : "BAD_ANSWER", detail };
    case "V2_RESPONSE_TOO_LARGE":
      return { code: "BAD_ANSWER", detail };
    case "V2_REFUSED":
      return refused(failure.request, failure.status ?? 0, failure.message ?? "", failure.proxy);
    default:
      return { code: "OTHER", detail };
  }
}

/** The request by which a v2 server is known. */
const METADATA = "GET /v2";

function refused(request: string, status: number, message: string, proxy: string | undefined): ServerDiagnosis {
  const detail = `${request}: ${status}${message === "" ? "" : ` ${message}`}`;
  if (proxy !== undefined) return { code: OF_PROXY[proxy] ?? "OTHER", detail: message };
  const [, header] = /expecting header '([^']*)'/.exec(message) ?? [];
  if (status === 403 && header !== undefined) return { code: "RESTRICTED", detail, header };
  if (status === 401 || status === 403 || status === 407) return { code: "UNAUTHORIZED", detail };
  if (/explicit model load/.test(message)) return { code: "NO_MODEL_CONTROL", detail };
  if ([404, 405, 501].includes(status) && request === METADATA) return { code: "NOT_V2", detail };
  if (status === 405 || status === 501 || (status === 404 && !/model/i.test(message))) return { code: "NOT_SUPPORTED", detail };
  if (status === 502 || status === 504) return { code: "UNREACHABLE", detail };
  return { code: "REFUSED", detail };
}
