import { describe, expect, it, vi } from "vitest";
import { fetchInput, MOST_FETCHED } from "./fetch-input.ts";

const BASE = "http://localhost:4173/conch/";

function get(address: string, answer: () => Response | Promise<Response>, more: { signal?: AbortSignal; progress?(bytes: number, total: number | undefined): void } = {}) {
  const fetch = vi.fn(async (_url: string, _init: RequestInit) => answer());
  return { fetch, result: fetchInput(address, { base: BASE, fetch, signal: new AbortController().signal, ...more }) };
}

describe("an input by its address", () => {
  it("is fetched from the page's own site without credentials for others, and named as its path ends", async () => {
    const progress = vi.fn();
    const answer = () => new Response(Uint8Array.of(1, 2, 3), { headers: { "Content-Type": "image/png", "Content-Length": "3" } });
    const { fetch, result } = get("pictures/a%20cat.png?v=1", answer, { progress });
    const { name, blob } = await result;
    expect(name).toBe("a cat.png");
    expect(blob.type).toBe("image/png");
    expect(new Uint8Array(await blob.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3));
    expect(fetch).toHaveBeenCalledWith("http://localhost:4173/conch/pictures/a%20cat.png?v=1", expect.objectContaining({ mode: "same-origin", credentials: "same-origin", redirect: "error" }));
    expect(progress).toHaveBeenLastCalledWith(3, 3);
  });

  it.each([
    ["another site", "https://example.org/a.png", /of another site \(https:\/\/example\.org\); inputs are fetched from http:\/\/localhost:4173 only\. Download/],
    ["another port", "http://localhost:8000/a.png", /of another site/],
    ["bytes in the address itself", "data:image/png;base64,AA", /of another site \(data:\)/],
    ["one with a password", "http://me:secret@localhost:4173/a.png", /leave it out/],
    ["one that is none", "http://[", /is no address: expected one such as http:\/\/localhost:4173\/conch\/pictures\/a\.png/],
  ])("of %s is refused before anything is asked", async (_, address, message) => {
    const { fetch, result } = get(address, () => new Response());
    await expect(result).rejects.toMatchObject({ code: "INPUT_UNREACHABLE", message: expect.stringMatching(message) });
    expect(fetch).not.toHaveBeenCalled();
  });

  it.each<[string, () => Response | Promise<Response>, string, RegExp]>([
    ["is not there", () => new Response("404", { status: 404, statusText: "Not Found" }), "INPUT_UNREACHABLE", /the server answered 404 Not Found\. Check the address/],
    ["is a web page", () => new Response("<html>", { headers: { "Content-Type": "text/html" } }), "INPUT_UNREACHABLE", /found a web page/],
    ["is empty", () => new Response(""), "INPUT_UNREACHABLE", /is empty/],
    ["does not answer", () => Promise.reject(new TypeError("Failed to fetch")), "INPUT_UNREACHABLE", /does not answer, or sends the request on \(Failed to fetch\)/],
    ["announces too much", () => new Response("x", { headers: { "Content-Length": String(MOST_FETCHED + 1) } }), "INPUT_TOO_LARGE", /at most 268435456 are fetched/],
  ])("that %s is refused with what to do", async (_, answer, code, message) => {
    await expect(get("a.png", answer).result).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("that turns out too large without saying so ends there", async () => {
    let pulled = 0;
    const cancel = vi.fn();
    const body = () => new ReadableStream({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(64 * 2 ** 20));
      },
      cancel,
    });
    await expect(get("a.png", () => new Response(body())).result).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
    expect(pulled).toBeLessThan(8);
    expect(cancel).toHaveBeenCalled();
  });

  it("ends when it is cancelled", async () => {
    const controller = new AbortController();
    controller.abort();
    const answer = () => Promise.reject(new DOMException("aborted", "AbortError"));
    await expect(get("a.png", answer, { signal: controller.signal }).result).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
