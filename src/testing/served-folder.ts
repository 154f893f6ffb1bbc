import type { ServedFolder } from "../cli/serve/served-folder.ts";
import { memoryFolder } from "./memory-folder.ts";
import { readRecorded } from "./recorded.ts";

/** A repository in memory as `conch serve` reads one. */
export function servedFolder(files: Readonly<Record<string, string | Uint8Array>>): ServedFolder {
  const folder = memoryFolder(files);
  return {
    ...folder,
    blob: (path) => Promise.resolve(folder.size(path) === undefined ? undefined : new Blob([new Uint8Array(folder.bytes(path))])),
    stamp: (path) => String(folder.size(path)),
  };
}

/** The files of a recorded case: texts, bytes in base64, and models of triton/onnx by name. */
export async function recordedFiles(files: Readonly<Record<string, unknown>>): Promise<Record<string, string | Uint8Array>> {
  const read = await Promise.all(
    Object.entries(files).map(async ([path, content]): Promise<[string, string | Uint8Array]> => {
      if (typeof content === "string") return [path, content];
      const { base64, onnx } = content as { base64?: string; onnx?: string };
      if (base64 !== undefined) return [path, new Uint8Array(Buffer.from(base64, "base64"))];
      return [path, (await readRecorded(`triton/onnx/${onnx}`)) ?? new Uint8Array()];
    }),
  );
  return Object.fromEntries(read);
}
