import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../base/error-codes.ts";
import { ERROR_MEANINGS } from "./error-meanings.ts";
import { translator, type Section } from "./section.ts";

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".messages.ts"));

describe.each(files)("the messages in %s", (name) => {
  it("have the same keys and placeholders in both languages, and no empty text", async () => {
    const sections = Object.values((await import(/* @vite-ignore */ `./${name}`)) as Record<string, Section<string>>);
    expect(sections.length).toBeGreaterThan(0);
    for (const { en, zh } of sections) {
      expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
      for (const key of Object.keys(en)) {
        expect(zh[key].trim(), key).not.toBe("");
        expect(placeholders(zh[key]), key).toEqual(placeholders(en[key]));
      }
    }
  });
});

it("every error code is explained in Chinese", () => {
  expect(Object.keys(ERROR_MEANINGS).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  for (const [code, meaning] of Object.entries(ERROR_MEANINGS)) expect(meaning, code).toMatch(/\p{Script=Han}.*[^。]$/u);
});

it("fills placeholders and leaves unknown ones", () => {
  const messages = { en: { a: "{n} of {m}" }, zh: { a: "{m} 中的 {n}" } };
  expect(translator(messages, "en")("a", { n: 1 })).toBe("1 of {m}");
  expect(translator(messages, "zh")("a", { n: 1, m: 2 })).toBe("2 中的 1");
});

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
}
