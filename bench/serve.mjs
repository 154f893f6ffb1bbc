// The benchmarks' page as users get the application: built, minified, served isolated by the application's own server.
import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, normalize, resolve, sep } from "node:path";
import { build } from "vite";
import { ROOT } from "../src/server/build.mjs";
import { listen } from "../src/server/listen.mjs";

/** Where recorded reference data lie beside a checkout, when they do. */
const RECORDED = resolve(ROOT, "../shared/data");
const RECORDED_BASE = "/@recorded/";

/** Builds and serves bench/index.html. `close` ends the server and removes the build. */
export async function servePage() {
  const application = await mkdtemp(join(tmpdir(), "conch-bench-"));
  try {
    await build({
      root: ROOT,
      configFile: join(ROOT, "vite.config.ts"),
      logLevel: "error",
      build: { outDir: application, emptyOutDir: true, sourcemap: false, rolldownOptions: { input: { bench: join(ROOT, "bench/index.html") } } },
    });
    const server = await listen({ application, port: 0, exact: true, routes: [serveRecorded] });
    return {
      url: `${server.url}bench/index.html`,
      close: async () => {
        await server.close();
        await rm(application, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(application, { recursive: true, force: true });
    throw error;
  }
}

/** A file of the recorded reference data, byte for byte; 404 where there is none. */
async function serveRecorded(request, response, next) {
  const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
  if (!path.startsWith(RECORDED_BASE)) return next();
  const file = normalize(join(RECORDED, path.slice(RECORDED_BASE.length)));
  const found = file.startsWith(RECORDED + sep) ? await stat(file).catch(() => undefined) : undefined;
  if (!found?.isFile()) {
    response.statusCode = 404;
    response.end();
    return;
  }
  response.setHeader("Content-Type", "application/octet-stream");
  response.setHeader("Content-Length", found.size);
  createReadStream(file).pipe(response);
}
