/// <reference types="vitest/config" />
import { createReadStream, existsSync, statSync } from "node:fs";
import { join, normalize, resolve } from "node:path";
import { lezer } from "@lezer/generator/rollup";
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";
import { CHROMIUM_WEBGPU_ARGUMENTS, findChromium } from "./src/cli/chromium.mjs";
import { sampleIndex } from "./src/repositories/sample/vite-plugin.mjs";
import { thirdPartyNotices } from "./src/server/notices.mjs";

/** Cross-origin isolation: SharedArrayBuffer, hence ORT's WASM threads, needs both. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Where recorded reference data lie beside a checkout, when they do. */
const RECORDED = resolve(import.meta.dirname, "../shared/data");

/** Serves the recorded reference data to browser tests, byte for byte (Vite itself would unpack `.gz`). */
function recordedData(): Plugin {
  return {
    name: "conch:recorded-data",
    configureServer(server) {
      server.middlewares.use("/@recorded/", (request, response) => {
        const path = normalize(decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/"));
        const file = join(RECORDED, path);
        if (!file.startsWith(RECORDED) || !existsSync(file) || !statSync(file).isFile()) {
          response.statusCode = 404;
          response.end();
          return;
        }
        response.setHeader("Content-Type", "application/octet-stream");
        createReadStream(file).pipe(response);
      });
    },
  };
}

const notices = thirdPartyNotices();

export default defineConfig({
  appType: "mpa",
  base: "./",
  plugins: [lezer(), react(), sampleIndex(), notices.page],
  resolve: {
    // ORT's wasm and its glue are handed in by URL; without this condition it would embed a second copy.
    conditions: [...defaultClientConditions, "onnxruntime-web-use-extern-wasm"],
  },
  optimizeDeps: {
    exclude: ["onnxruntime-web"],
    // Those that are imported lazily: found late, they would reload the page, in a test too.
    include: [
      "@jsquash/jpeg/decode.js",
      "@jsquash/webp/decode.js",
      "@mantine/core",
      "@niivue/niivue",
      "@tabler/icons-react",
      "@tanstack/react-query",
      "@zip.js/zip.js",
      "client-zip",
      "fast-png",
      "fflate",
      "idb",
      "omggif",
      "react",
      "react/jsx-dev-runtime",
      "react/jsx-runtime",
      "react-dom/client",
      "uplot",
      "valibot",
      "zustand",
      "zustand/middleware",
      "zustand/vanilla",
    ],
  },
  worker: { format: "es", plugins: () => [lezer(), notices.worker()], rolldownOptions: { checks: { pluginTimings: false } } },
  build: {
    target: "es2023",
    sourcemap: true,
    chunkSizeWarningLimit: 2000,
    assetsInlineLimit: 0,
    rolldownOptions: { input: { main: "index.html", headless: "src/cli/headless.html" }, checks: { pluginTimings: false } },
  },
  server: { headers: ISOLATION },
  preview: { headers: ISOLATION },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          environment: "node",
          include: ["src/**/*.test.ts"],
          exclude: ["src/**/*.gpu.test.ts"],
          setupFiles: ["src/testing/property-seed.ts"],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        plugins: [recordedData()],
        test: {
          name: "gpu",
          include: ["src/**/*.gpu.test.ts"],
          testTimeout: 180_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: findChromium(), args: [...CHROMIUM_WEBGPU_ARGUMENTS] },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
