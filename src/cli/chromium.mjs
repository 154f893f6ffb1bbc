// Plain JavaScript with types in chromium.d.mts: the Vite configuration and the test driver read it before anything is compiled.
import { existsSync } from "node:fs";
import process from "node:process";

/** Where Linux distributions, macOS and Windows keep Chromium or Chrome. */
const SYSTEM_PATHS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** WebGPU without a window and without a GPU: the software adapter. It has no shader-f16. */
const SOFTWARE_ADAPTER = [
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--ignore-gpu-blocklist",
];

const QUIET = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

/** Launch arguments of every Chromium that Conch starts itself. CONCH_GPU=hardware keeps the machine's own adapter. */
export const CHROMIUM_WEBGPU_ARGUMENTS =
  process.env.CONCH_GPU === "hardware" ? [...QUIET, "--enable-features=Vulkan"] : [...QUIET, ...SOFTWARE_ADAPTER];

/**
 * The Chromium to drive: CONCH_CHROMIUM, else one of the system's, else undefined (Playwright then uses its own download).
 * @returns {string | undefined}
 */
export function findChromium() {
  const named = process.env.CONCH_CHROMIUM;
  if (named !== undefined && named !== "") return named;
  return SYSTEM_PATHS.find((path) => existsSync(path));
}
