import { isProxied, proxyBase, type ProxyServers } from "../../state/proxy-servers.ts";
import type { Remembered } from "../../state/server-memory.ts";
import type { V2Server } from "../../state/servers.ts";

/** A server as its user describes it. */
export interface ServerForm {
  readonly way: "proxy" | "direct";
  /** Proxy: the name of the server there. */
  readonly id: string;
  /** Direct: its address. */
  readonly address: string;
  /** What to call it; empty for its name at the proxy, or its host. */
  readonly name: string;
  /** Proxy: the name of its metrics port there. Direct: the address of the page. Empty for none. */
  readonly metrics: string;
  readonly headers: readonly HeaderField[];
  readonly remember: boolean;
  readonly rememberHeaders: boolean;
}

/** A header that goes with every request. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** What is wrong with a field, by the key of its message. */
export type FormProblem =
  | "idMissing"
  | "idWrong"
  | "addressMissing"
  | "addressWrong"
  | "addressScheme"
  | "addressSecret"
  | "headerNameWrong"
  | "headerForbidden"
  | "headerTwice"
  | "headerValueWrong";

/** The fields that are wrong; headers by their place. */
export interface FormProblems {
  readonly id?: FormProblem;
  readonly address?: FormProblem;
  readonly metrics?: FormProblem;
  readonly headers: ReadonlyMap<number, FormProblem>;
}

export const EMPTY_FORM: ServerForm = { way: "proxy", id: "", address: "", name: "", metrics: "", headers: [], remember: true, rememberHeaders: false };

/** Names at the proxy: one segment of a path that needs no escape, or a port of the proxy's machine. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(:\d{1,5})?$/;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Names that browsers leave out without a word (Fetch, "forbidden request-header"), and those that the client sets. */
const KEPT_BACK =
  /^(accept-charset|accept-encoding|access-control-.*|connection|content-encoding|content-length|content-type|cookie2?|date|dnt|expect|host|inference-header-content-length|keep-alive|origin|proxy-.*|referer|sec-.*|set-cookie|te|trailer|transfer-encoding|upgrade|via|x-http-method.*|x-method-override)$/i;

/** What is wrong with a form; undefined where it describes a server. */
export function problemsOf({ way, id, address, metrics, headers }: ServerForm): FormProblems | undefined {
  const ofHeaders = new Map<number, FormProblem>();
  for (const [index, { name, value }] of headers.entries()) {
    const problem = headerProblem(name.trim(), value, headers.slice(0, index));
    if (problem !== undefined) ofHeaders.set(index, problem);
  }
  const proxied = way === "proxy";
  const ofId = proxied ? idProblem(id.trim(), "idMissing") : undefined;
  const ofAddress = proxied ? undefined : addressProblem(address.trim(), "addressMissing");
  const ofMetrics = metrics.trim() === "" ? undefined : proxied ? idProblem(metrics.trim(), "idMissing") : addressProblem(metrics.trim(), "addressMissing");
  if (ofHeaders.size === 0 && ofId === undefined && ofAddress === undefined && ofMetrics === undefined) return undefined;
  return { headers: ofHeaders, ...(ofId && { id: ofId }), ...(ofAddress && { address: ofAddress }), ...(ofMetrics && { metrics: ofMetrics }) };
}

/** The server that a form without problems describes. `page` is the page's base address. */
export function serverOf({ way, id, address, name, metrics, headers }: ServerForm, page: string): V2Server {
  const proxied = way === "proxy";
  const base = proxied ? proxyBase(page, id.trim()) : address.trim().replace(/\/+$/, "");
  const asked = metrics.trim();
  return {
    id: base,
    base,
    name: name.trim() || (proxied ? id.trim() : new URL(base).host),
    ...(asked !== "" && { metrics: proxied ? `${proxyBase(page, asked)}/metrics` : asked }),
    headers: Object.fromEntries(headers.map((header) => [header.name.trim(), header.value.trim()])),
  };
}

/** The form that describes a server. */
export function formOf({ base, name, metrics = "", headers }: V2Server, remembered: Remembered): ServerForm {
  const proxied = isProxied(base);
  const id = proxied ? nameAtProxy(base) : "";
  const ownName = proxied ? id : new URL(base).host;
  return {
    way: proxied ? "proxy" : "direct",
    id,
    address: proxied ? "" : base,
    name: name === ownName ? "" : name,
    metrics: proxied ? nameAtProxy(metrics) : metrics,
    headers: Object.entries(headers).map(([header, value]) => ({ name: header, value })),
    remember: remembered !== "nothing",
    rememberHeaders: remembered === "headers",
  };
}

/** Where the metrics of a server most likely are: Triton has them two ports above, and an operator may name that port `NAME-metrics`. */
export function likelyMetrics({ way, id, address }: Pick<ServerForm, "way" | "id" | "address">, proxy: ProxyServers | undefined): string {
  if (way === "direct") {
    if (addressProblem(address.trim(), "addressMissing") !== undefined) return "";
    const url = new URL(address.trim());
    return url.port === "8000" ? `${url.protocol}//${url.hostname}:8002/metrics` : "";
  }
  if (id.trim().endsWith(":8000")) return `${id.trim().slice(0, -4)}8002`;
  const named = `${id.trim()}-metrics`;
  return proxy?.kind === "list" && proxy.servers.some((server) => server.id === named) ? named : "";
}

function nameAtProxy(path: string): string {
  return /\/v2-proxy\/([^/]+)/.exec(path)?.[1] ?? "";
}

function idProblem(id: string, missing: FormProblem): FormProblem | undefined {
  if (id === "") return missing;
  const port = /:(\d+)$/.exec(id)?.[1];
  return ID.test(id) && (port === undefined || (Number(port) > 0 && Number(port) <= 65_535)) ? undefined : "idWrong";
}

function addressProblem(address: string, missing: FormProblem): FormProblem | undefined {
  if (address === "") return missing;
  if (!URL.canParse(address)) return "addressWrong";
  const { protocol, username, password, search, hash } = new URL(address);
  if (protocol !== "http:" && protocol !== "https:") return "addressScheme";
  if (username !== "" || password !== "") return "addressSecret";
  return search === "" && hash === "" ? undefined : "addressWrong";
}

function headerProblem(name: string, value: string, before: readonly HeaderField[]): FormProblem | undefined {
  if (!HEADER_NAME.test(name)) return "headerNameWrong";
  if (KEPT_BACK.test(name)) return "headerForbidden";
  if (before.some((other) => other.name.trim().toLowerCase() === name.toLowerCase())) return "headerTwice";
  return /^[\x20-\x7e\x80-\xff]*$/.test(value.trim()) ? undefined : "headerValueWrong";
}
