import { describe, expect, it } from "vitest";
import type { ViewedTensor } from "../viewer.ts";
import { acceptsText, scoresOfTexts, textElement, textsOf } from "./text-elements.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("an element of TYPE_STRING", () => {
  it.each<[string, Uint8Array, string, boolean, number]>([
    ["text", utf8("脾 – spleen\nsecond line"), "脾 – spleen\nsecond line", true, 0],
    ["nothing", new Uint8Array(0), "", true, 0],
    ["bytes that are no UTF-8", Uint8Array.of(0xff, 0x0a, 0x80), "ff 0a 80", false, 0],
    ["a binary file that happens to be UTF-8", Uint8Array.of(0x41, 0, 0x42), "41 00 42", false, 0],
  ])("of %s", (_, bytes, text, isText, more) => {
    expect(textElement(bytes)).toEqual({ text, isText, more });
  });

  it("that is long is cut between characters, and says how much is left out", () => {
    const { text, more, isText } = textElement(utf8("脾".repeat(8000)));
    expect(isText).toBe(true);
    expect(text).toMatch(/^脾+$/);
    expect(utf8(text).length + more).toBe(24_000);
    expect(textElement(new Uint8Array(600)).more).toBe(88);
  });
});

describe("texts and their scores", () => {
  const viewed = (name: string, dataType: string, count: number, picture?: string) => ({ name, summary: { dataType, count, ...(picture && { picture }) } }) as ViewedTensor;
  const text = viewed("excerpt", "TYPE_STRING", 2);

  it("are any but encoded pictures", () => {
    expect([text, viewed("image", "TYPE_STRING", 2, "image/png"), viewed("score", "TYPE_FP32", 2), viewed("none", "TYPE_STRING", 0)].map((tensor) => acceptsText(tensor, []))).toEqual([true, false, false, false]);
  });

  it("are what is shown of floats that were given for them, one for each", () => {
    const score = viewed("score", "TYPE_FP32", 2);
    expect(textsOf(score, [viewed("bytes", "TYPE_STRING", 1), text])).toBe(text);
    expect(textsOf(score, [viewed("image", "TYPE_STRING", 2, "image/png"), viewed("score_b", "TYPE_FP32", 2)])).toBeUndefined();
    expect(textsOf({ ...score, isInput: true }, [text])).toBeUndefined();
    expect(textsOf(viewed("ids", "TYPE_INT64", 2), [text])).toBeUndefined();
  });

  it("go together where there is one float for each", () => {
    const others = [viewed("score", "TYPE_FP32", 2), viewed("ids", "TYPE_INT64", 2), viewed("features", "TYPE_FP32", 12), viewed("excerpt", "TYPE_FP32", 2)];
    expect(scoresOfTexts(text, others).map(({ name }) => name)).toEqual(["score"]);
  });
});
