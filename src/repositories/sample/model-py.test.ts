import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const SAMPLES = fileURLToPath(new URL("../../../public/repositories/", import.meta.url));

it("is one model.py for all Python models of the samples: they differ by their transforms.json alone", () => {
  const [first, ...others] = ["spleen_ct/preprocess", "spleen_ct/postprocess", "image/image_preprocess_model", "readability/preprocess", "readability/postprocess"].map((model) =>
    readFileSync(`${SAMPLES}${model}/1/model.py`, "utf8"),
  );
  expect(first).not.toBe("");
  for (const other of others) expect(other).toBe(first);
});
