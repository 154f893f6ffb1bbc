import { fileTests } from "@lezer/generator/test";
import { describe, it } from "vitest";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parser } from "./pbtxt.grammar";

const folder = join(import.meta.dirname, "cases");

for (const file of readdirSync(folder)) {
  describe(`grammar cases of ${file}`, () => {
    for (const { name, run } of fileTests(readFileSync(join(folder, file), "utf8"), file)) {
      it(name, () => run(parser));
    }
  });
}
