import { existsSync } from "node:fs";
import process from "node:process";
import { buildIfStale, DIST } from "../server/build.mjs";
import { listen } from "../server/listen.mjs";
import { CommandError } from "./command-error.mjs";

/**
 * Opens the page without a window in Chromium, on a server of its own that offers `folder`, and gives it to `work`; closes all of it afterwards.
 * `adapter` is "software" (anywhere, slow) or "hardware" (this machine's GPU).
 */
export async function withPage({ folder, routes = [], adapter }, work) {
  if (adapter === "hardware") process.env.CONCH_GPU = "hardware";
  const { CHROMIUM_WEBGPU_ARGUMENTS, findChromium } = await import("./chromium.mjs");
  const { chromium } = await import("playwright");
  const executablePath = findChromium();
  if (!existsSync(executablePath ?? chromium.executablePath())) {
    throw new CommandError(
      "NO_BROWSER",
      executablePath === undefined
        ? "No Chromium found. Install one, run `npx playwright install chromium`, or name one by CONCH_CHROMIUM"
        : `There is no ${executablePath}; CONCH_CHROMIUM names the Chromium to use`,
    );
  }
  await buildIfStale((text) => process.stderr.write(`${text}\n`));
  const server = await listen({ application: DIST, folder, port: 0, routes });
  let browser;
  try {
    browser = await chromium.launch({ args: [...CHROMIUM_WEBGPU_ARGUMENTS], ...(executablePath === undefined ? {} : { executablePath }) });
    const page = await browser.newPage();
    const broken = new Promise((_, reject) => {
      page.on("crash", () => reject(new CommandError("PAGE_CRASHED", "The page crashed; most likely it ran out of memory")));
      page.on("pageerror", (error) => reject(new CommandError("INTERNAL", error.message)));
      browser.on("disconnected", () => reject(new CommandError("PAGE_CRASHED", "The browser ended unexpectedly")));
    });
    broken.catch(() => {});
    await page.goto(`${server.url}src/cli/headless.html`);
    return await Promise.race([work(page), broken]);
  } finally {
    await browser?.close();
    await server.close();
  }
}
