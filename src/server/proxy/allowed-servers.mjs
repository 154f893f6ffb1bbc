import { isIP } from "node:net";

/** Ids of servers as they stand in an address: one path segment that needs no escape. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** A server that was not named: any port of this machine. */
const LOOPBACK = /^(localhost|127\.0\.0\.1):(\d{1,5})$/;

/**
 * The v2 servers that a proxy may reach. `named`: id → where it is, as `parseServer` reads it. Where none was named, "localhost:8000" and any
 * other port of this machine is an id of its own, and nothing else is.
 */
export function allowedServers(named) {
  const servers = new Map(named.map((server) => [server.id, server]));
  return {
    /** Ids and addresses for the page; an address never shows a password. */
    list: () => [...servers.values()].map(({ id, url }) => ({ id, url: `${url.origin}${url.pathname.replace(/\/$/, "")}` })),
    loopback: servers.size === 0,
    /** The server of an id, or undefined. */
    find(id) {
      if (servers.size > 0) return servers.get(id);
      const [, host, port] = LOOPBACK.exec(id) ?? [];
      if (host === undefined || Number(port) < 1 || Number(port) > 65535) return undefined;
      return { id, url: new URL(`http://${host}:${port}/`), loopbackOnly: true };
    },
  };
}

/**
 * `name=http://host:8000/prefix` as a server. Throws an Error that says what is wrong: the name, the scheme, a password in the address (headers carry
 * those), a query, an address that no server has.
 */
export function parseServer(text) {
  const at = text.indexOf("=");
  const id = text.slice(0, Math.max(at, 0)).trim();
  const address = text.slice(at + 1).trim();
  if (at < 1 || !NAME.test(id)) throw new Error(`expected NAME=URL with a name of letters, digits, ".", "_" and "-", found "${hidden(text)}"`);
  let url;
  try {
    url = new URL(address);
  } catch {
    throw new Error(`the address of server "${id}" is no URL: "${hidden(address)}"`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new Error(`server "${id}" needs http or https, found ${url.protocol}`);
  if (url.username !== "" || url.password !== "") throw new Error(`the address of server "${id}" holds a password; send an Authorization header instead`);
  if (url.search !== "" || url.hash !== "") throw new Error(`the address of server "${id}" may have no query and no fragment`);
  const refused = isIP(bare(url.hostname)) !== 0 ? refusedAddress(bare(url.hostname)) : undefined;
  if (refused !== undefined) throw new Error(`server "${id}" is at ${url.hostname}, ${refused}`);
  return { id, url, loopbackOnly: false };
}

/** Several servers in one text, separated by commas: the value of CONCH_SERVERS. */
export function parseServers(text) {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(parseServer);
}

/**
 * Why no server may be at an IP address, or undefined. Link-local addresses are where clouds keep their metadata; a name may be pointed at one after it
 * was allowed, so the address of each connection is asked.
 */
export function refusedAddress(address) {
  const plain = mapped(address.toLowerCase());
  if (isIP(plain) === 4) {
    const [a, b] = plain.split(".").map(Number);
    if (a === 169 && b === 254) return "a link-local address";
    if (a === 0) return "no address of a host";
    if (a >= 224) return "a multicast or reserved address";
    if (plain === "100.100.100.200" || plain === "192.0.0.192") return "an address of cloud metadata";
    return undefined;
  }
  if (plain === "::") return "no address of a host";
  if (/^fe[89ab]/.test(plain)) return "a link-local address";
  if (plain.startsWith("ff")) return "a multicast address";
  if (plain === "fd00:ec2::254") return "an address of cloud metadata";
  return undefined;
}

/** Whether an IP address is this machine's own. */
export function isLoopbackAddress(address) {
  const plain = mapped(address.toLowerCase());
  return plain === "::1" || plain.startsWith("127.");
}

/** An IPv4 address in IPv6's clothes as itself. */
function mapped(address) {
  const dotted = /^(?:::ffff:|64:ff9b::)(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  const [, high, low] = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const [x, y] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${x >> 8}.${x & 255}.${y >> 8}.${y & 255}`;
}

function bare(hostname) {
  return hostname.replace(/^\[|\]$/g, "");
}

/** The text without what stands between "//" and "@". */
function hidden(text) {
  return text.replace(/\/\/[^/@]*@/g, "//…@");
}
