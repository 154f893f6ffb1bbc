import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";

/**
 * Carries files between this process and the page: a route of the local server below a path that nobody can guess. `offer` gives the address of
 * an input file; what is posted to `<outputUrl>/<name>` is written to `<name>.npy` in `folder`.
 */
export function createExchange(folder) {
  const base = `/run/${randomBytes(24).toString("hex")}`;
  const offered = [];
  const written = new Map();
  return {
    outputUrl: `${base}/output`,
    /** Output name → file. */
    written,
    offer(file) {
      offered.push(file);
      return { name: basename(file), url: `${base}/input/${offered.length - 1}` };
    },
    async route(request, response, next) {
      const path = request.url ?? "";
      if (!path.startsWith(`${base}/`)) return next();
      const [direction, name] = path.slice(base.length + 1).split("/");
      try {
        if (direction === "input" && request.method === "GET") return await send(offered[Number(name)], response);
        if (direction === "output" && request.method === "POST") {
          const output = decodeURIComponent(name);
          const file = join(folder, fileName(output, new Set([...written.values()].map((path) => basename(path)))));
          await pipeline(request, createWriteStream(file));
          written.set(output, file);
          response.end();
          return;
        }
        response.statusCode = 404;
        response.end();
      } catch (error) {
        if (response.headersSent) return response.destroy();
        response.statusCode = 500;
        response.end(error.message);
      }
    },
  };
}

async function send(file, response) {
  const { size } = await stat(file);
  response.setHeader("Content-Type", "application/octet-stream");
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Length", size);
  await pipeline(createReadStream(file), response);
}

/** An output's name as a file's, since a tensor may be named as no file can be; another one than those taken. */
export function fileName(output, taken = new Set()) {
  const safe = output.replaceAll(/[^\w.\-+ ]/g, "_").replace(/^\.*$/, "_");
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${safe}.npy` : `${safe}-${number}.npy`;
    if (!taken.has(name)) return name;
  }
}
