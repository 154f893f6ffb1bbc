import { openAsBlob, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setImmediate as turn } from "node:timers/promises";
import { createDeflate, createGunzip, createGzip, createInflate } from "node:zlib";
import { bind } from "../server/bind.mjs";
import { userPath } from "../server/user-path.mjs";
import { readFolder } from "./read-folder.mjs";

/** Written at once; a whole tensor would lie in the socket's queue. */
const SLICE = 1 << 20;
/** How far into the platform's events a step looks before it begins: a connection that was closed takes a few turns to show. */
const TURNS = 3;

/**
 * A v2 server on a socket of this machine, of `core` (what loadServer gives). Port 0 is any. `metricsPort`: the metrics page on a port of its own,
 * besides. Rejects with the error of `listen` (EADDRINUSE, EACCES, …).
 */
export async function hostServer(core, { dir, host = "127.0.0.1", port = 8000, metricsPort, explicit = false, load = [], autoComplete = true, maxInputBytes = 1 << 26, version = "0", log = () => undefined }) {
  const served = await core.createServer({
    folder: () => servedFolder(dir),
    explicit,
    load,
    autoComplete,
    maxInputBytes,
    version,
    log,
    now: () => performance.now(),
    clock: () => Date.now(),
    async breathe() {
      for (let each = 0; each < TURNS; each++) await turn();
    },
  });
  const server = listening((request, response) => answer(core, served, request, response, log));
  await bind(server, host, port);
  const metrics = metricsPort === undefined ? undefined : listening((request, response) => metricsAnswer(core, served, request, response, log));
  try {
    if (metrics !== undefined) await bind(metrics, host, metricsPort);
  } catch (error) {
    server.close();
    throw error;
  }
  const shownHost = host.includes(":") ? `[${host}]` : host;
  return {
    base: `http://${shownHost}:${server.address().port}`,
    metrics: `http://${shownHost}:${(metrics ?? server).address().port}/metrics`,
    /** Ends it with all of its connections. */
    async close() {
      await Promise.all([server, metrics].map((each) => each && new Promise((resolve) => {
        each.close(resolve);
        each.closeAllConnections();
      })));
    },
  };
}

function servedFolder(dir) {
  const folder = readFolder(dir);
  const root = userPath(dir);
  return {
    ...folder,
    async blob(path) {
      return folder.size(path) === undefined ? undefined : openAsBlob(join(root, path));
    },
    stamp(path) {
      const found = statSync(join(root, path), { throwIfNoEntry: false });
      return found === undefined ? "" : `${found.size} ${found.mtimeMs}`;
    },
  };
}

function listening(handle) {
  // A body may take as long as it likes to come.
  return createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
    response.on("error", () => undefined);
    void handle(request, response);
  });
}

async function answer(core, served, request, response, log) {
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const { body, discard } = bodyOf(core, request);
  try {
    // Node reads the request line as bytes; names of models are UTF-8.
    const target = Buffer.from(request.url ?? "", "latin1").toString("utf8");
    const found = await served.handle({ method: request.method ?? "", target, header: (name) => headerOf(request, name), body, signal: gone.signal });
    await send(core, request, response, found);
  } catch (error) {
    if (!gone.signal.aborted) log(`failed ${request.method} ${request.url}: ${error.message}`);
    response.destroy();
  } finally {
    void discard();
  }
}

/** Triton's metrics port has one page, and answers anything else with nothing. */
async function metricsAnswer(core, served, request, response, log) {
  if (request.method === "GET" && request.url !== "/metrics") return response.end();
  if (request.method !== "GET") {
    response.statusCode = 405;
    return response.end();
  }
  return answer(core, served, request, response, log);
}

/**
 * The body as it comes, unpacked; without a coding its announced length is known. `discard` lets what was not read go by, without which the client
 * would wait for ever to send it.
 */
function bodyOf(core, request) {
  const coding = (request.headers["content-encoding"] ?? "identity").toLowerCase();
  const unpack = { gzip: createGunzip, deflate: createInflate }[coding];
  const length = request.headers["content-length"];
  const announced = unpack !== undefined ? undefined : length === undefined ? (request.headers["transfer-encoding"] === undefined ? 0 : undefined) : Number(length);
  const chunks = unpack === undefined ? request.iterator({ destroyOnReturn: false }) : unpacked(request, unpack())[Symbol.asyncIterator]();
  const read = async () => {
    for (;;) {
      const { done, value } = await chunks.next();
      if (done) return undefined;
      if (value.byteLength > 0) return value;
    }
  };
  return {
    body: new core.RequestBody(read, announced),
    async discard() {
      await chunks.return().catch(() => undefined);
      request.unpipe();
      request.resume();
    },
  };
}

function unpacked(request, stream) {
  request.on("error", (error) => stream.destroy(error));
  request.on("aborted", () => stream.destroy(new Error("the client went away")));
  return request.pipe(stream);
}

function headerOf(request, name) {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function send(core, request, response, { status, headers, parts, packable }) {
  const coding = packable && parts.length > 0 ? core.acceptedCoding(headerOf(request, "accept-encoding")) : "identity";
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (coding === "identity") {
    response.writeHead(status, { ...headers, "Content-Length": length });
    await write(response, request.method === "HEAD" ? [] : parts);
    response.end();
    return;
  }
  response.writeHead(status, { ...headers, "Content-Encoding": coding });
  const packer = coding === "gzip" ? createGzip() : createDeflate();
  packer.pipe(response);
  await write(packer, parts);
  packer.end();
}

async function write(stream, parts) {
  for (const part of parts) {
    for (let from = 0; from < part.byteLength; from += SLICE) {
      if (stream.destroyed) return;
      if (stream.write(part.subarray(from, from + SLICE))) continue;
      await drained(stream);
    }
  }
}

function drained(stream) {
  return new Promise((resolve) => {
    const go = () => {
      stream.off("drain", go);
      stream.off("close", go);
      resolve();
    };
    stream.on("drain", go);
    stream.on("close", go);
  });
}
