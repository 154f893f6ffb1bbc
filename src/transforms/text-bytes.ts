import { ConchError } from "../base/errors.ts";
import { foreignText } from "../tensor/foreign-text.ts";

/**
 * The texts of an entry of TYPE_STRING. A byte order mark stays, as in Python. `which` names the transform and the key in messages.
 * Throws TEXT_INVALID for bytes that are no UTF-8.
 */
export function decodeTexts(transform: string, key: string, texts: readonly Uint8Array[]): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return texts.map((bytes, text) => {
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new ConchError("TEXT_INVALID", `${transform} of "${key}": text ${text} (${bytes.byteLength} bytes) is no UTF-8: ${foreignText(bytes) ?? "the decoder refuses it"}`, {
        data: { transform, key, text },
        cause,
      });
    }
  });
}

/** What is wrong with the path of a model's file, for a spec's check: it lies in the version folder, or with a leading "../" in the model's. */
export function filePathProblem(parameter: string, path: string | null): string[] {
  if (path === null || (/^(\.\.\/)?[^/]/.test(path) && !path.replace(/^\.\.\//, "").split("/").includes(".."))) return [];
  return [`${parameter} is "${path}"; it is a path from the version folder, which may begin with "../" to name a file of the model's folder`];
}

/** Milliseconds of work between two pauses: a request to cancel waits no longer. */
const PAUSE_EVERY = 40;

/** A function to call in the middle of long work: it lets other messages be heard now and then. Throws the signal's reason. */
export function pacing(signal: AbortSignal | undefined, now: () => number, rest: () => Promise<void>): () => Promise<void> {
  let began = now();
  return async () => {
    signal?.throwIfAborted();
    if (now() - began < PAUSE_EVERY) return;
    await rest();
    signal?.throwIfAborted();
    began = now();
  };
}
