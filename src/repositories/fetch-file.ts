import * as v from "valibot";
import { ConchError, isAbort, textOf } from "../base/errors.ts";

/** fetch, or what stands for it in tests. */
export type Fetch = (url: string, init?: { signal?: AbortSignal; cache?: RequestCache }) => Promise<Response>;

/** The body as a Blob, which the browser may keep on disk. `size` is what the listing says. Throws REPOSITORY_UNREADABLE. */
export async function fetchBlob(fetch: Fetch, url: string, path: string, size: number): Promise<Blob> {
  const blob = await (await request(fetch, url, path)).blob();
  // Some servers unpack .gz on the way; what arrives is then larger and told apart by its bytes.
  if (blob.size !== size && !/\.t?gz$/i.test(path)) {
    throw new ConchError("REPOSITORY_UNREADABLE", `${path}: expected ${size} bytes, found ${blob.size}; the repository has changed, open it again`, {
      data: { path, expected: size, found: blob.size },
    });
  }
  return blob;
}

/** A checked JSON body. Throws REPOSITORY_UNREADABLE. */
export async function fetchJson<S extends v.GenericSchema>(fetch: Fetch, url: string, schema: S, signal?: AbortSignal): Promise<v.InferOutput<S>> {
  const response = await request(fetch, url, url, signal);
  let body: unknown;
  try {
    body = await response.json();
  } catch (cause) {
    throw new ConchError("REPOSITORY_UNREADABLE", `${url} is no JSON: ${textOf(cause)}`, { data: { url }, cause });
  }
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw new ConchError("REPOSITORY_UNREADABLE", `${url} is no list of files: ${v.summarize(parsed.issues).split("\n")[0] ?? ""}`, { data: { url } });
}

/** `base/a%20b/c` for the path `a b/c`. */
export function fileUrl(base: string, path: string): string {
  return `${base.replace(/\/$/, "")}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

async function request(fetch: Fetch, url: string, what: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, signal === undefined ? {} : { signal });
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new ConchError("REPOSITORY_UNREADABLE", `${what} cannot be fetched: ${textOf(cause)}. Is the server running?`, { data: { url }, cause });
  }
  if (!response.ok) {
    throw new ConchError("REPOSITORY_UNREADABLE", `${what}: the server answered ${response.status} ${response.statusText}`, {
      data: { url, status: response.status },
    });
  }
  // Single-page servers answer a missing file with their start page and status 200.
  if (/^text\/html/i.test(response.headers.get("Content-Type") ?? "") && !/\.html?$/i.test(url)) {
    throw new ConchError("REPOSITORY_UNREADABLE", `${what}: expected a file, found a web page; the server has no such file`, { data: { url } });
  }
  return response;
}
