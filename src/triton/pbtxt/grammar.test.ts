import { fileTests } from "@lezer/generator/test";
import { describe, expect, it } from "vitest";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readRecorded } from "../../testing/recorded.ts";
import { parser } from "./pbtxt.grammar";

const folder = join(import.meta.dirname, "cases");

for (const file of readdirSync(folder)) {
  describe(`grammar cases of ${file}`, () => {
    for (const { name, run } of fileTests(readFileSync(join(folder, file), "utf8"), file)) {
      it(name, () => run(parser));
    }
  });
}

describe("public configurations", () => {
  it("have no error nodes where protoc accepts them", async ({ skip }) => {
    const index = await readRecorded("config-corpus/index.tsv");
    if (index === undefined) return skip("config-corpus/index.tsv is not there");
    const wrong: string[] = [];
    for (const line of new TextDecoder().decode(index).trimEnd().split("\n").slice(1)) {
      const [file = "", , verdict] = line.split("\t");
      if (verdict !== "accept") continue;
      const text = new TextDecoder().decode(await readRecorded(`config-corpus/${file}`));
      parser.parse(text).iterate({
        enter: ({ type, from }) => {
          if (type.isError) wrong.push(`${file} at ${from}: ${text.slice(from, from + 20)}`);
        },
      });
    }
    expect(wrong).toEqual([]);
  });
});
