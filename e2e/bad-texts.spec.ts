import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { expect, test } from "./fixtures/app.ts";
import { choose, dropZip, MODELS, runFails, runSucceeds, sampleZip, scoredTexts, typeWeight, weight } from "./fixtures/readability.ts";

const PICTURE = readFileSync(new URL("../public/examples/image/village.png", import.meta.url));
const SENTENCE = "The cat considered several complicated responsibilities. ";
const utf16 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf16le"));
const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

test("bytes that are no text, odd texts and odd weights are named or scored, one after the other in one page", async ({ app }) => {
  const { page } = app;
  await app.open();
  await dropZip(app, "texts.zip", sampleZip(MODELS));
  await weight(app, "0.5");
  const row = page.getByTestId("input-excerpt");

  const refused: readonly (readonly [file: string, content: string | Uint8Array, code: string, words: string, warning?: string])[] = [
    ["latin1.txt", latin1("un café"), "TEXT_INVALID", 'model "preprocess", transforms[0]: transformers.BertTokenizerFast of "excerpt": text 0 (7 bytes) is no UTF-8: byte 6 is 0xE9', "byte 6 is 0xE9; save it as UTF-8"],
    ["utf16.txt", utf16("\ufeffThe café."), "TEXT_INVALID", "it begins with the byte order mark of UTF-16", "byte order mark of UTF-16"],
    ["unmarked.txt", utf16("The café."), "TEXT_INVALID", "every other byte is 0, as in UTF-16", "every other byte is 0"],
    ["village.png", PICTURE, "TEXT_INVALID", "it is a PNG picture, expected a text"],
    ["none.json", "[]", "TENSOR_MISMATCH", 'Input "INPUT0" holds no text, [0]; at least one is expected'],
    ["shape.json", '{"shape": [0], "data": []}', "TENSOR_MISMATCH", "[0]; at least one is expected"],
    ["empty.json", "", "INPUT_INVALID", "empty.json is empty, expected JSON"],
    ["cut.json", '["a", "b', "INPUT_INVALID", "cut.json is no JSON"],
    ["numbers.json", "[1, 2]", "INPUT_INVALID", "element 0: found 1, expected a string"],
    ["nested.json", '[["a"], ["b"]]', "TENSOR_MISMATCH", 'Input "excerpt" expects shape [-1], found [2, 1]'],
  ];
  for (const [file, content, code, words, warning] of refused) {
    await test.step(file, async () => {
      await choose(app, "excerpt", [file, content]);
      await expect(row).toContainText(file);
      if (warning !== undefined) await expect(row).toContainText(warning);
      await runFails(app, code, words);
    });
  }

  const scored: readonly (readonly [file: string, content: string | Uint8Array, warning: string])[] = [
    ["letters16.txt", utf16("The cat sat."), "a NUL beside every letter, as in UTF-16"],
    ["nul.txt", "The cat\0 sat.", "holds NUL characters"],
    ["empty.txt", "", "is empty: it counts as one empty element"],
    ["white.txt", " \n\t\u3000 ", "[1]"],
    ["marked.txt", "\ufeffThe cat sat.", "[1]"],
  ];
  for (const [file, content, warning] of scored) {
    await test.step(file, async () => {
      await choose(app, "excerpt", [file, content]);
      await expect(row).toContainText(warning);
      await runSucceeds(app);
      expect(await scoredTexts(app)).toBe(1);
    });
  }

  for (const [value, code, words] of [
    ["NaN", "TRANSFORM_FAILED", 'model "postprocess", transforms[0]: conch.WeightedScore of "score": "weight" holds a weight that is NaN or infinite'],
    ["-Infinity", "TRANSFORM_FAILED", "NaN or infinite"],
    ["0.5, 0.5", "TENSOR_MISMATCH", 'Input "BERT_WEIGHT" expects shape [1], found [2]'],
    ["[]", "TENSOR_MISMATCH", "expects shape [1], found [0]"],
    ["1e999", "INPUT_INVALID", 'found "1e999", expected a number that TYPE_FP32 holds'],
  ] as const) {
    await test.step(`a weight of ${value}`, async () => {
      await weight(app, value);
      await runFails(app, code, words);
    });
  }
  for (const value of ["half", "", "∞"]) {
    await test.step(`a weight of "${value}" is asked for again`, async () => {
      await typeWeight(app, value);
      await expect(page.getByTestId("type-dialog").getByRole("dialog")).toContainText("These are no numbers");
      await page.keyboard.press("Escape");
    });
  }
  await test.step("a weight in a file of another kind", async () => {
    await choose(app, "BERT_WEIGHT", ["weight.txt", "0.5"]);
    await runFails(app, "INPUT_INVALID", /weight\.txt is no file that Conch reads numbers from.*\.npy.*\.json/);
  });
  for (const value of ["-1", "2", "0.5"]) {
    await test.step(`a weight of ${value} is taken`, async () => {
      await weight(app, value);
      await runSucceeds(app);
    });
  }
});

test("texts of ten megabytes are scored without the page stopping, can be cancelled, and too many at once are refused by number", async ({ app }, testInfo) => {
  const { page } = app;
  await app.open();
  await dropZip(app, "large.zip", sampleZip(MODELS));
  await weight(app, "0.5");
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(testInfo.outputPath(name), content);
    return testInfo.outputPath(name);
  };
  const large: readonly (readonly [name: string, content: string])[] = [
    ["line.txt", SENTENCE.repeat(180_000)],
    ["lines.txt", `${SENTENCE}\n`.repeat(175_000)],
    ["letters.txt", "abcdefghij".repeat(1_000_000)],
    ["stops.txt", ".".repeat(10_000_000)],
  ];
  for (const [name, content] of large) {
    await test.step(name, async () => {
      await choose(app, "excerpt", await file(name, content));
      await runSucceeds(app);
      expect(await scoredTexts(app)).toBe(1);
    });
  }
  for (const name of ["letters.txt", "line.txt"]) {
    await test.step(`${name} is cancelled, with the page answering`, async () => {
      await weight(app, "0.25");
      await choose(app, "excerpt", testInfo.outputPath(name));
      await page.getByTestId("run").click();
      // A run that is done shows its results; one that goes on leaves the page to its user.
      await page.getByTestId("tab-run").click();
      const cancel = page.getByRole("button", { name: "Cancel", exact: true });
      // On a fast machine it may be done before.
      if (await cancel.isVisible()) await cancel.click({ timeout: 5000 }).catch(() => undefined);
      await app.idle();
      await expect(page.getByTestId("run-error")).toHaveCount(0);
    });
  }
  await test.step("five thousand", async () => {
    await choose(app, "excerpt", ["many.json", JSON.stringify(Array.from({ length: 5000 }, (_, index) => `Text ${index}. ${SENTENCE}`))]);
    await expect(page.getByTestId("input-excerpt")).toContainText("[5000]");
    await runFails(app, "REQUEST_INVALID", /batch-size must be <= 512 for '(cuml|bert-small)'/);
  });
  await test.step("two hundred", async () => {
    await choose(app, "excerpt", ["fewer.json", JSON.stringify(Array.from({ length: 200 }, (_, index) => `Text ${index}. ${SENTENCE}`))]);
    await runSucceeds(app);
    expect(await scoredTexts(app)).toBe(50);
    await page.getByTestId("text-viewer").getByRole("button", { name: /more|150/i }).click();
    expect(await scoredTexts(app)).toBeGreaterThan(50);
  });
});
