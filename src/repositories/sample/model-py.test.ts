import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const SAMPLE = fileURLToPath(new URL("../../../public/repositories/spleen_ct/", import.meta.url));

it("is one model.py for both Python models of the sample: they differ by their transforms.json alone", () => {
  const [preprocess, postprocess] = ["preprocess", "postprocess"].map((model) => readFileSync(`${SAMPLE}${model}/1/model.py`, "utf8"));
  expect(preprocess).not.toBe("");
  expect(postprocess).toBe(preprocess);
});
