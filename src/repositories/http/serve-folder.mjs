import { createReadStream } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { listFolder } from "../folder-listing.mjs";

/**
 * A connect-style handler that offers one folder to openHttp, read only, below `base` ("/local"): `repository.json`, which holds small files, and
 * `files/<path>`, with single ranges. It sends no CORS headers, so other pages cannot read it; requests under a foreign host name (DNS rebinding) are refused: `isOwnHost`
 * says which Host headers are this server's.
 */
export function serveFolder(folder, { base, isOwnHost = isLoopback }) {
  const root = resolve(folder);
  return async (request, response, next) => {
    const url = (request.url ?? "/").split("?")[0];
    if (!url.startsWith(`${base}/`)) return next();
    response.setHeader("Cache-Control", "no-cache");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    try {
      if (!isOwnHost(request.headers.host ?? "")) return refuse(response, 403);
      if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405);
      const path = decodeURIComponent(url.slice(base.length + 1));
      if (path === "repository.json") return await sendListing(root, response);
      if (path.startsWith("files/")) return await sendFile(root, path.slice("files/".length), request, response);
      return refuse(response, 404);
    } catch (error) {
      return refuse(response, error instanceof URIError ? 400 : 404);
    }
  };
}

/** Host headers that name this machine only. */
export function isLoopback(host) {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

/** Files up to this many bytes come with the listing: hundreds of configurations would be hundreds of requests. */
const SMALL = 16 * 1024;
/** All of them together, in bytes. */
const MOST_SMALL = 8 * 1024 * 1024;

async function sendListing(root, response) {
  const { files, ...listing } = await listFolder(root);
  const withContent = [];
  let bytes = 0;
  for (let from = 0; from < files.length; from += 64) {
    const part = await Promise.all(
      files.slice(from, from + 64).map(async (file) => {
        if (file.size > SMALL || (bytes += file.size) > MOST_SMALL) return file;
        // A file that has gone, or cannot be read, says so when it is asked for.
        const content = await readFile(join(root, ...file.path.split("/"))).catch(() => undefined);
        return content === undefined || content.length !== file.size ? file : { ...file, content: content.toString("base64") };
      }),
    );
    withContent.push(...part);
  }
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ name: basename(root), files: withContent, ...listing }));
}

async function sendFile(root, path, request, response) {
  const parts = path.split("/");
  const hidden = parts.some((part) => part === "" || part.includes("\\") || part.includes("\0") || (part.startsWith(".") && part !== ".gitkeep"));
  if (hidden) return refuse(response, 404);
  // A symbolic link may lead out of the folder: its target decides.
  const file = await realpath(join(root, ...parts));
  if (!file.startsWith((await realpath(root)) + sep)) return refuse(response, 404);
  const found = await stat(file);
  if (!found.isFile()) return refuse(response, 404);
  const { size, mtimeMs } = found;
  const etag = `"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"`;
  response.setHeader("Content-Type", "application/octet-stream");
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("ETag", etag);
  if (request.headers["if-none-match"] === etag) return refuse(response, 304);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = range === null ? 0 : Number(range[1]);
  const end = range === null || range[2] === "" ? size - 1 : Math.min(Number(range[2]), size - 1);
  if (range !== null) {
    if (start > end) {
      response.setHeader("Content-Range", `bytes */${size}`);
      return refuse(response, 416);
    }
    response.statusCode = 206;
    // Parts of weights are read once: a browser that kept them would fill its cache.
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("Content-Range", `bytes ${start}-${end}/${size}`);
  }
  response.setHeader("Content-Length", Math.max(end - start + 1, 0));
  if (request.method === "HEAD" || size === 0) return response.end();
  const stream = createReadStream(file, { start, end });
  stream.on("error", (error) => response.destroy(error));
  response.on("close", () => stream.destroy());
  stream.pipe(response);
}

function refuse(response, status) {
  response.statusCode = status;
  response.end();
}
