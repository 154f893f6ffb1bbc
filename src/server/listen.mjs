import { createServer } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { isLoopback, serveFolder } from "../repositories/http/serve-folder.mjs";
import { bind } from "./bind.mjs";
import { allowedServers } from "./proxy/allowed-servers.mjs";
import { v2Proxy } from "./proxy/v2-proxy.mjs";
import { serveStatic } from "./static-files.mjs";

/** Where the page finds the folder given to `npm start`: its `?repository=` parameter. */
export const REPOSITORY_BASE = "/local";

/** Ports tried after the wanted one. */
const TRIES = 50;

/**
 * Sent with every answer. The first two isolate the page, which WASM threads need; the last keeps the address bar's `?repository=` and `#…` from
 * other sites.
 */
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/**
 * Serves the built application, a proxy to v2 `servers`, and `folder` as a model repository below {@link REPOSITORY_BASE} when given. `routes` are
 * connect-style handlers asked first. Takes `port`, or with `exact: false` the next free one; port 0 is any. Rejects with the error of `listen` (EADDRINUSE, EACCES, …).
 */
export async function listen({ application, folder, servers = allowedServers([]), host = "127.0.0.1", port = 4173, exact = false, routes = [] }) {
  const isOwnHost = (header) => isLoopback(header) || isOwnAddress(header, host);
  const handlers = [...routes, v2Proxy({ servers, isOwnHost })];
  if (folder !== undefined) handlers.push(serveFolder(folder, { base: REPOSITORY_BASE, isOwnHost }));
  handlers.push(serveStatic(application));
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    // A page of another site whose name was pointed at this address must not read anything (DNS rebinding).
    if (!isOwnHost(request.headers.host ?? "")) {
      response.statusCode = 403;
      response.setHeader("Content-Type", "text/plain; charset=utf-8");
      response.end("403 This server does not go by that name; open it by its address, or start it with --host NAME\n");
      return;
    }
    answer(handlers, request, response);
  });
  for (let offset = 0; ; offset++) {
    try {
      await bind(server, host, port === 0 ? 0 : port + offset);
      break;
    } catch (error) {
      if (exact || port === 0 || error.code !== "EADDRINUSE" || offset >= TRIES) throw error;
    }
  }
  const bound = server.address().port;
  return {
    url: `http://${urlHost(host)}:${bound}/`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(handlers, request, response) {
  try {
    for (const handler of handlers) {
      let passed = false;
      await handler(request, response, () => {
        passed = true;
      });
      if (!passed) return;
    }
  } catch {
    if (!response.headersSent) response.statusCode = 500;
    response.end();
  }
}

/** An address cannot be rebound, and a name is this server's when it was started by it or is this machine's. */
function isOwnAddress(header, host) {
  if (isLoopback(host)) return false;
  const name = header.replace(/:\d+$/, "").replace(/^\[|\]$/g, "").toLowerCase();
  return isIP(name) !== 0 || name === host.toLowerCase() || name === hostname().toLowerCase();
}

function urlHost(host) {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
