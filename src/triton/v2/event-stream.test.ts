import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BodySource } from "./body-source.ts";
import { Deadline } from "./deadline.ts";
import { eventData } from "./event-stream.ts";

function sourceOf(chunks: readonly Uint8Array[]): BodySource {
  const left = [...chunks];
  const reader = {
    async read() {
      const value = left.shift();
      return value === undefined ? { done: true } : { done: false, value };
    },
    async cancel() {},
  };
  return new BodySource(reader, new Deadline(() => () => undefined, 1000), "POST /v2/models/m/generate_stream");
}

async function events(chunks: readonly Uint8Array[], limit = 1000): Promise<string[]> {
  const found: string[] = [];
  for await (const data of eventData(sourceOf(chunks), limit, "POST /v2/models/m/generate_stream")) found.push(data);
  return found;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const STREAMS: readonly (readonly [string, string, readonly string[]])[] = [
  ["Triton's events", 'data: {"Y":"é漢😀"}\n\ndata: {"Y":2}\n\n', ['{"Y":"é漢😀"}', '{"Y":2}']],
  ["every end of a line", "data: a\r\n\r\ndata: b\r\rdata: c\n\ndata: d\r\n\n", ["a", "b", "c", "d"]],
  ["data of several lines", "data: a\ndata:  b\ndata\ndata:c\n\n", ["a\n b\n\nc"]],
  ["comments and other fields", ": hi\n\nevent: x\nid: 7\ndata: a\nretry: 5\n\ndatax: no\n\n", ["a"]],
  ["a byte order mark", "\ufeffdata: a\n\n", ["a"]],
  ["empty lines", "\n\n\r\n\ndata: a\n\n\n\n", ["a"]],
  ["nothing", "", []],
];

describe("an event stream", () => {
  test.each(STREAMS)("with %s gives the same events wherever it is cut", async (_, text, expected) => {
    const whole = bytes(text);
    for (let cut = 0; cut <= whole.byteLength; cut++) expect(await events([whole.subarray(0, cut), whole.subarray(cut)])).toEqual(expected);
    expect(await events(Array.from(whole, (byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  test("gives what was sent, in any pieces", async () => {
    const sent = fc.array(fc.string({ unit: "binary", minLength: 1 }).map((text) => JSON.stringify(text)), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sent, fc.array(fc.nat(200)), async (list, cuts) => {
        const whole = bytes(list.map((data) => `data: ${data}\n\n`).join(""));
        const ends = [...cuts.map((cut) => Math.min(cut, whole.byteLength)), whole.byteLength].sort((a, b) => a - b);
        const chunks = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
        expect(await events(chunks)).toEqual(list);
      }),
    );
  });

  test.each(["data: a", "data: a\n", "data: a\r", 'data: a\n\ndata: {"'])("that ends as %j does is incomplete", async (text) => {
    await expect(events([bytes(text)])).rejects.toMatchObject({ code: "V2_RESPONSE_INVALID" });
  });

  test("may be longer than an event", async () => {
    const event = bytes(`data: ${"x".repeat(90)}\n\n`);
    expect(await events(Array.from({ length: 50 }, () => event), 100)).toHaveLength(50);
    await expect(events([bytes(`data: ${"x".repeat(200)}\n\n`)], 100)).rejects.toMatchObject({ code: "V2_RESPONSE_TOO_LARGE" });
  });
});
