import { ConchError, isAbort, textOf } from "../base/errors.ts";

/** A file that came from an address, named as its path ends. */
export interface FetchedInput {
  readonly name: string;
  readonly blob: Blob;
}

/** What {@link fetchInput} needs besides the address. */
export interface FetchInputOptions {
  /** The page's own address: relative ones start there, and other sites than its own are refused. */
  readonly base: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly signal: AbortSignal;
  /** Told the bytes that came, and how many are announced where the server says so. */
  progress?(bytes: number, total: number | undefined): void;
}

/** Bytes beyond which an input is not fetched. */
export const MOST_FETCHED = 256 * 2 ** 20;

/**
 * Fetches an input from an address of the page's own site. Other sites are never asked, not even where the server sends the request on to one, so that
 * no credentials reach them. Throws INPUT_UNREACHABLE, INPUT_TOO_LARGE; CANCELLED once `signal` is aborted.
 */
export async function fetchInput(address: string, { base, fetch, signal, progress }: FetchInputOptions): Promise<FetchedInput> {
  const url = ownAddress(address, base);
  try {
    const response = await fetch(url.href, { signal, mode: "same-origin", credentials: "same-origin", redirect: "error", referrerPolicy: "no-referrer" });
    if (!response.ok) throw unreachable(url, `the server answered ${response.status} ${response.statusText}`.trimEnd(), "Check the address.");
    // Single-page servers answer a missing file with their start page and status 200.
    if (/^text\/html/i.test(response.headers.get("Content-Type") ?? "")) throw unreachable(url, "expected a file, found a web page", "Give the address of the file itself.");
    const announced = Number(response.headers.get("Content-Length") ?? NaN);
    const total = Number.isFinite(announced) && response.headers.get("Content-Encoding") === null ? announced : undefined;
    if (total !== undefined && total > MOST_FETCHED) throw tooLarge(url, total);
    const parts = await readAll(url, response, (bytes) => progress?.(bytes, total));
    const blob = new Blob(parts, { type: response.headers.get("Content-Type") ?? "" });
    if (blob.size === 0) throw unreachable(url, "the file is empty", "Check the address.");
    return { name: nameOf(url), blob };
  } catch (thrown) {
    if (thrown instanceof ConchError) throw thrown;
    if (isAbort(thrown) || signal.aborted) throw new ConchError("CANCELLED", `Fetching ${url.href} was cancelled`, { data: { url: url.href } });
    throw unreachable(url, `it does not answer, or sends the request on (${textOf(thrown)})`, "Check the address and whether its server runs.");
  }
}

/** The address as a URL of the page's own site. */
function ownAddress(address: string, base: string): URL {
  let url: URL;
  try {
    url = new URL(address.trim(), base);
  } catch {
    throw new ConchError("INPUT_UNREACHABLE", `"${address}" is no address: expected one such as ${new URL("pictures/a.png", base).href}`, { data: { address } });
  }
  const own = new URL(base).origin;
  if (url.origin !== own) {
    throw new ConchError(
      "INPUT_UNREACHABLE",
      `${url.href} is of another site (${url.origin === "null" ? url.protocol : url.origin}); inputs are fetched from ${own} only. Download the file and choose it instead.`,
      { data: { url: url.href, expected: own, found: url.origin } },
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new ConchError("INPUT_UNREACHABLE", "The address holds a user name or password, which is not sent: leave it out", { data: { expected: own } });
  }
  return url;
}

async function readAll(url: URL, { body }: Response, progress: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>[]> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  if (body === null) return parts;
  const reader = body.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return parts;
      bytes += value.byteLength;
      if (bytes > MOST_FETCHED) throw tooLarge(url, bytes);
      parts.push(value);
      progress(bytes);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function nameOf(url: URL): string {
  const last = url.pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last) || url.hostname;
  } catch {
    return last;
  }
}

function unreachable(url: URL, why: string, next: string): ConchError {
  return new ConchError("INPUT_UNREACHABLE", `${url.href} cannot be fetched: ${why}. ${next}`, { data: { url: url.href } });
}

function tooLarge(url: URL, bytes: number): ConchError {
  return new ConchError("INPUT_TOO_LARGE", `${url.href} has ${bytes} bytes or more; at most ${MOST_FETCHED} are fetched. Download the file and choose it instead.`, {
    data: { url: url.href, expected: MOST_FETCHED, found: bytes },
  });
}
