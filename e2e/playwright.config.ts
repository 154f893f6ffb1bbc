import { resolve } from "node:path";
import { defineConfig } from "@playwright/test";
import { CHROMIUM_WEBGPU_ARGUMENTS, findChromium } from "../src/cli/chromium.mjs";

/** Of the server below: the application, with the sample's folder as a folder of the user's. */
const PORT = Number(process.env.CONCH_E2E_PORT ?? 4189);

const report = process.env.CONCH_E2E_REPORT;
const browser = findChromium();

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "../test-results",
  // A run on the software adapter takes its time and two cores.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  fullyParallel: false,
  workers: 2,
  forbidOnly: process.env.CI !== undefined,
  reporter: report === undefined ? [["list"]] : [["list"], ["json", { outputFile: report }]],
  use: {
    baseURL: `http://127.0.0.1:${PORT}/`,
    viewport: { width: 1440, height: 900 },
    locale: "en-US",
    reducedMotion: "reduce",
    trace: "retain-on-failure",
    launchOptions: {
      args: [...CHROMIUM_WEBGPU_ARGUMENTS],
      ...(browser === undefined ? {} : { executablePath: browser }),
    },
  },
  webServer: {
    command: `node src/server/start.mjs --no-open --port ${PORT} public/repositories/spleen_ct`,
    cwd: resolve(import.meta.dirname, ".."),
    url: `http://127.0.0.1:${PORT}/`,
    reuseExistingServer: false,
    timeout: 180_000,
    stdout: "ignore",
    stderr: "pipe",
  },
});
