import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { extname, join, resolve, sep } from "node:path";

const TYPES = new Map(
  Object.entries({
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".map": "application/json; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".pbtxt": "text/plain; charset=utf-8",
    ".py": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
  }),
);

/** What a build names by content, and so never changes. */
const HASHED = /^\/assets\/.+-[\w-]{8}\.\w+(\.map)?$/;

/**
 * A connect-style handler that answers every request with a file of `folder`, or 404: there is no start page for unknown addresses. A `.gz` file is
 * sent as the bytes it has, without Content-Encoding, so that a page that asks for `x.nii.gz` gets it packed.
 */
export function serveStatic(folder) {
  const root = resolve(folder);
  return async (request, response) => {
    try {
      if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405);
      const path = decodeURIComponent((request.url ?? "/").split("?")[0]);
      await send(root, path.endsWith("/") ? `${path}index.html` : path, request, response);
    } catch (error) {
      refuse(response, error instanceof URIError ? 400 : 404);
    }
  };
}

async function send(root, path, request, response) {
  if (path.includes("\0") || path.includes("\\")) return refuse(response, 404);
  const file = await realpath(join(root, path));
  if (!file.startsWith((await realpath(root)) + sep)) return refuse(response, 404);
  const found = await stat(file);
  if (!found.isFile()) return refuse(response, 404);
  const etag = `"${found.size.toString(16)}-${Math.round(found.mtimeMs).toString(16)}"`;
  response.setHeader("Content-Type", TYPES.get(extname(file).toLowerCase()) ?? "application/octet-stream");
  response.setHeader("Cache-Control", HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache");
  response.setHeader("ETag", etag);
  if (request.headers["if-none-match"] === etag) return refuse(response, 304);
  response.setHeader("Content-Length", found.size);
  if (request.method === "HEAD" || found.size === 0) return response.end();
  const stream = createReadStream(file);
  stream.on("error", (error) => response.destroy(error));
  response.on("close", () => stream.destroy());
  stream.pipe(response);
}

function refuse(response, status) {
  response.statusCode = status;
  if (status === 304) return response.end();
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(`${status}\n`);
}
