import { spawn } from "node:child_process";
import process from "node:process";

/** Opens `url` in the user's browser. Does nothing where there is none; the address is on the terminal. */
export function openBrowser(url) {
  const [command, ...rest] = { darwin: ["open"], win32: ["cmd", "/c", "start", '""'] }[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...rest, url], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
