import { lookup as lookupName } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline } from "node:stream/promises";
import { isLoopbackAddress, refusedAddress } from "./allowed-servers.mjs";

/** Where the proxy lies: /v2-proxy/<server>/v2/models/… */
const PROXY_BASE = "/v2-proxy";

/** Of every answer of the proxy, so that a page can tell it from a host that has none. */
const MARK = "Conch-Proxy";
/** The reason of an answer that the proxy made itself: one of the keys of REASONS. */
const REASON = "Conch-Proxy-Error";

/** Why the proxy answers itself: the status that it answers with. */
const REASONS = {
  NOT_OWN_PAGE: 403,
  SERVER_NOT_ALLOWED: 403,
  ADDRESS_NOT_ALLOWED: 403,
  PATH_NOT_ALLOWED: 404,
  METHOD_NOT_ALLOWED: 405,
  BAD_REQUEST: 400,
  REDIRECT: 502,
  NAME_NOT_FOUND: 502,
  CONNECTION_REFUSED: 502,
  TLS: 502,
  TIMEOUT: 504,
  UNREACHABLE: 502,
};

const CONNECT_MILLISECONDS = 10_000;

/** Headers of one connection (RFC 9110, 7.6.1), those that name the page or its visitor, and those that a proxy would vouch for. */
const KEPT_BACK = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|origin|referer|cookie|cookie2|set-cookie|set-cookie2|forwarded|x-forwarded-.*|x-real-ip|via|sec-.*|priority|expect)$/i;

/** Of an answer these go on, besides what the page must not take from another server. */
const ANSWER_HEADERS = ["content-type", "content-length", "content-encoding", "inference-header-content-length", "endpoint-load-metrics", "retry-after", "www-authenticate"];

/** What of a v2 server may be asked for: its protocol and its metrics. */
const PATH = /^\/(v2(\/[^?#]*)?|metrics)$/;

/**
 * A connect-style handler that hands requests of this server's own pages on to v2 servers, and nothing of anybody else's: `servers` says which
 * (see allowed-servers.mjs), and Host, Origin and Sec-Fetch-Site who may ask. Bodies stream both ways and are never held; a request that is given up
 * ends at the server too. Redirects are not followed. Nothing is logged, and no header is kept.
 * `lookup` is dns.lookup's, for tests.
 */
export function v2Proxy({ servers, isOwnHost, lookup = lookupName }) {
  return async (request, response, next) => {
    const target = request.url ?? "/";
    if (target !== PROXY_BASE && !target.startsWith(`${PROXY_BASE}/`)) return next();
    response.setHeader(MARK, "1");
    response.setHeader("Cache-Control", "no-store");
    const stranger = strangerOf(request, isOwnHost);
    if (stranger !== undefined) return refuse(request, response, "NOT_OWN_PAGE", stranger);
    const rest = target.slice(PROXY_BASE.length + 1);
    if (rest === "") return list(request, response, servers);
    const slash = rest.indexOf("/");
    const id = slash < 0 ? rest : rest.slice(0, slash);
    const server = servers.find(id);
    if (server === undefined) {
      const known = servers.loopback ? "localhost:PORT" : servers.list().map((each) => each.id).join(", ");
      return refuse(request, response, "SERVER_NOT_ALLOWED", `This proxy reaches ${known}, not "${printable(id)}". Allow it with --server NAME=URL or CONCH_SERVERS`);
    }
    const path = slash < 0 ? "/" : rest.slice(slash);
    if (!isPlainPath(path)) return refuse(request, response, "PATH_NOT_ALLOWED", `A v2 server is asked for /v2/… and /metrics, not for "${printable(path)}"`);
    if (request.method !== "GET" && request.method !== "POST") {
      return refuse(request, response, "METHOD_NOT_ALLOWED", `The v2 protocol has GET and POST, not ${printable(request.method ?? "")}`);
    }
    return forward(request, response, server, path, lookup);
  };
}

/** Why a request does not come from a page of this server, or undefined. Old browsers send no Sec-Fetch-Site, programs neither header. */
function strangerOf(request, isOwnHost) {
  const { host = "", origin } = request.headers;
  if (!isOwnHost(host)) return "This server does not go by that name";
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return `Only this server's own pages may use its proxy; this request is ${printable(String(site))}`;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) return "Only this server's own pages may use its proxy; this request has another origin";
  return undefined;
}

/** Whether the path, as it was sent, is one of a v2 server and stays so however a server reads it. */
function isPlainPath(path) {
  // No dots, slashes, backslashes or control characters, written plainly or as escapes.
  if (/%(2e|2f|5c|0[0-9a-f]|1[0-9a-f]|7f)/i.test(path) || /\\|\/\/|\/\.{1,2}(\/|$)/.test(path)) return false;
  return /^[\x21-\x7e]*$/.test(path) && PATH.test(path);
}

async function forward(request, response, server, path, lookup) {
  const { url } = server;
  const give = url.protocol === "https:" ? httpsRequest : httpRequest;
  const upstream = give({
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port,
    method: request.method,
    path: `${url.pathname.replace(/\/$/, "")}${path}`,
    headers: headersFor(request, url),
    lookup: guarded(lookup, server),
    timeout: CONNECT_MILLISECONDS,
  });
  // Nobody waits for the answer any more: Triton cancels a request whose connection closes.
  const giveUp = () => {
    if (!response.writableFinished) upstream.destroy();
  };
  response.on("close", giveUp);
  let late = false;
  upstream.on("timeout", () => {
    // The time to connect. A server may think as long as it likes.
    if (!upstream.socket?.connecting) return;
    late = true;
    upstream.destroy(new Error("no connection"));
  });
  const answered = new Promise((resolve, reject) => {
    upstream.on("response", resolve);
    upstream.on("error", reject);
    upstream.on("close", () => reject(new Error("the connection was closed")));
  });
  const sent = pipeline(request, upstream).catch(() => undefined);
  try {
    const answer = await answered;
    await send(answer, request, response, server);
    await sent;
  } catch (error) {
    upstream.destroy();
    if (response.headersSent) response.destroy();
    else if (!response.destroyed) fail(request, response, server, error, late);
  }
}

function headersFor(request, url) {
  const listed = String(request.headers.connection ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase());
  const headers = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !KEPT_BACK.test(name) && !listed.includes(name)) headers[name] = value;
  }
  headers.host = url.host;
  // Browsers accept gzip and no page can refuse it. Triton would pack each tensor then, which takes many times longer than sending it.
  headers["accept-encoding"] = "identity";
  return headers;
}

async function send(answer, request, response, server) {
  const status = answer.statusCode ?? 502;
  if (status >= 300 && status < 400 && status !== 304) {
    answer.destroy();
    const to = String(answer.headers.location ?? "");
    return refuse(request, response, "REDIRECT", `Server "${server.id}" redirects to "${printable(to)}", which is not followed. Give the proxy the address that answers itself`);
  }
  response.statusCode = status;
  for (const name of ANSWER_HEADERS) {
    const value = answer.headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  await pipeline(answer, response);
}

/** dns.lookup that answers with allowed addresses alone, so that what is asked is what is connected to. */
function guarded(lookup, server) {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error);
      const addresses = Array.isArray(found) ? found : [{ address: found, family: 0 }];
      const allowed = addresses.filter(({ address }) => refusedAddress(address) === undefined && (!server.loopbackOnly || isLoopbackAddress(address)));
      const [first] = allowed;
      if (first === undefined) {
        const refused = addresses.map(({ address }) => address).join(", ");
        return callback(Object.assign(new Error(`${hostname} is at ${refused}`), { code: "ADDRESS_NOT_ALLOWED" }));
      }
      return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
}

function fail(request, response, server, error, late) {
  const where = `Server "${server.id}" (${server.url.host})`;
  const code = String(error.code ?? "");
  if (late || code === "ETIMEDOUT") return refuse(request, response, "TIMEOUT", `${where} did not take the connection within ${CONNECT_MILLISECONDS / 1000} s`);
  if (code === "ADDRESS_NOT_ALLOWED") return refuse(request, response, "ADDRESS_NOT_ALLOWED", `${error.message}, where no v2 server may be`);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return refuse(request, response, "NAME_NOT_FOUND", `${where}: its name has no address`);
  if (code === "ECONNREFUSED") return refuse(request, response, "CONNECTION_REFUSED", `${where} takes no connections: it is not running, or listens on another port`);
  if (/CERT|SSL|TLS|SELF_SIGNED|EPROTO|UNABLE_TO/.test(code)) return refuse(request, response, "TLS", `${where}: no secure connection (${code})`);
  return refuse(request, response, "UNREACHABLE", `${where} cannot be reached (${code || error.message})`);
}

function list(request, response, servers) {
  if (request.method !== "GET") return refuse(request, response, "METHOD_NOT_ALLOWED", "The list of servers is read with GET");
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ servers: servers.list(), loopback: servers.loopback }));
}

/** An answer of the proxy's own, in the form of a v2 error. What is still being sent is not read. */
function refuse(request, response, reason, message) {
  response.statusCode = REASONS[reason];
  response.setHeader(REASON, reason);
  response.setHeader("Content-Type", "application/json");
  if (!request.complete) response.setHeader("Connection", "close");
  response.end(JSON.stringify({ error: message }));
}

/** Text of a stranger for a message: printable ASCII, not long. */
function printable(text) {
  return text.replace(/[^\x20-\x7e]/g, "?").replace(/\/\/[^/@]*@/g, "//…@").slice(0, 100);
}
