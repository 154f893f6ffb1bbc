// Access to the recorded reference data that may lie beside a checkout (../shared/data). The same calls in Node and in a browser test.
// A suite that needs a file which is not there skips its cases and says so by name.

const inBrowser = typeof document !== "undefined";

/** The file's bytes, or undefined where the recorded data are not there. `path` is relative to their root: "monai/post/index.json". */
export async function readRecorded(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (inBrowser) {
    const response = await fetch(`/@recorded/${path}`);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
  }
  const { readFile } = await import("node:fs/promises");
  const { fileURLToPath } = await import("node:url");
  try {
    return new Uint8Array(await readFile(fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url))));
  } catch {
    return undefined;
  }
}

/** The file as JSON, or undefined. */
export async function readRecordedJson<T>(path: string): Promise<T | undefined> {
  const bytes = await readRecorded(path);
  return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as T);
}
