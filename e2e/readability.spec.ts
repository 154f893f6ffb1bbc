import { readFileSync } from "node:fs";
import { expect, test, type AppPage } from "./fixtures/app.ts";

const EXAMPLES = new URL("../public/examples/readability/", import.meta.url);
const MODELS = ["preprocess", "bert-small", "cuml", "postprocess"];

async function openSample(app: AppPage): Promise<void> {
  await app.open();
  await app.page.getByTestId("sample-readability").getByRole("button", { name: "Open" }).click();
  await app.idle();
}

async function run(app: AppPage): Promise<void> {
  await app.page.getByTestId("tab-run").click();
  await app.page.getByTestId("run").click();
  await app.idle();
}

async function allOnCpu(app: AppPage): Promise<void> {
  for (const model of MODELS) {
    await app.page.locator(`[data-testid="node-step:${model}"]`).click();
    await app.page.getByTestId(`kind-${model}`).getByText("KIND_CPU").click();
    await expect(app.page.locator(`[data-testid="node-step:${model}"]`)).toContainText("WASM");
  }
}

/** Types texts into the excerpt, or a number into the weight. */
async function type(app: AppPage, input: "excerpt" | "BERT_WEIGHT", ...values: readonly string[]): Promise<void> {
  const { page } = app;
  await page.getByTestId("tab-run").click();
  await page.getByRole("button", { name: `Type ${input}`, exact: true }).click();
  const dialog = page.getByTestId("type-dialog").getByRole("dialog");
  if (input === "BERT_WEIGHT") await dialog.getByLabel("Numbers").fill(values[0] ?? "");
  for (const [index, value] of input === "excerpt" ? values.entries() : []) {
    if (index > 0) await dialog.getByRole("button", { name: "Another text" }).click();
    await dialog.getByLabel(`Text ${index + 1}`, { exact: true }).fill(value);
  }
  await dialog.getByRole("button", { name: "Use" }).click();
  await expect(dialog).toBeHidden();
  await app.idle();
}

/** The scores that stand beside the texts, in order. */
async function scores(app: AppPage): Promise<number[]> {
  const { page } = app;
  await page.getByTestId("tab-results").click();
  await page.getByTestId("result-input:excerpt").click();
  const items = page.getByTestId("text-viewer").getByRole("listitem");
  await expect(items.first()).toContainText("SCORE");
  const shown = await items.evaluateAll((all) =>
    all.map((item) => [...item.querySelectorAll("dl > div")].find((line) => line.querySelector("dt")?.textContent === "SCORE")?.querySelector("dd")?.textContent ?? ""),
  );
  return shown.map(Number);
}

test("one click scores the example's texts on WebGPU, one line a model moves it to WASM, with the same scores", async ({ app }) => {
  const { page } = app;
  await app.open();
  await page.getByTestId("sample-readability").getByRole("button", { name: "Run" }).click();
  for (const model of MODELS) await expect(page.locator(`[data-testid="node-step:${model}"]`)).toHaveAttribute("data-phase", "done", { timeout: 150_000 });
  await app.idle();
  const gpu = await scores(app);
  const texts = JSON.parse(readFileSync(new URL("four_levels.excerpt.json", EXAMPLES), "utf8")) as string[];
  expect(gpu).toHaveLength(texts.length);
  expect([...gpu].sort((a, b) => a - b)).toEqual(gpu);
  await page.getByTestId("tab-plan").click();
  await expect(page.getByTestId("plan")).toContainText("what the step opened");

  await allOnCpu(app);
  await run(app);
  const cpu = await scores(app);
  cpu.forEach((score, index) => expect(Math.abs(score - gpu[index]!) / Math.abs(gpu[index]!)).toBeLessThan(1e-3));
});

test("typed texts are scored singly and together, and by the weight that is typed", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  await allOnCpu(app);
  const easy = "The cat sat on the mat. It was red.";
  const hard = "Considerable administrative responsibilities notwithstanding, the regulatory institution investigated environmental consequences systematically.";
  await type(app, "BERT_WEIGHT", "1");
  await type(app, "excerpt", easy);
  await run(app);
  const [alone] = await scores(app);
  await type(app, "excerpt", easy, hard);
  await expect(page.getByTestId("input-excerpt")).toContainText("[2]");
  await run(app);
  const [first, second] = await scores(app);
  expect(Math.abs(first! - alone!)).toBeLessThan(1e-3 * Math.abs(alone!));
  expect(second!).toBeGreaterThan(first!);
  await type(app, "BERT_WEIGHT", "0");
  await run(app);
  expect((await scores(app))[0]).not.toBe(first);
});

test("what cannot be scored is refused by name, the page lives, and the next text is scored", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  await allOnCpu(app);
  await type(app, "BERT_WEIGHT", "0.5");
  const bad: readonly (readonly [name: string, bytes: Uint8Array, code: string])[] = [
    ["latin1.txt", Uint8Array.from([0x63, 0x61, 0x66, 0xe9]), "TEXT_INVALID"],
    ["none.json", new TextEncoder().encode("[]"), "TENSOR_MISMATCH"],
  ];
  for (const [name, bytes, code] of bad) {
    await test.step(name, async () => {
      const chooser = page.waitForEvent("filechooser");
      await page.getByTestId("tab-run").click();
      await page.getByRole("button", { name: "Choose file for excerpt", exact: true }).click();
      await (await chooser).setFiles([{ name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) }]);
      await app.idle();
      await run(app);
      await page.getByTestId("tab-run").click();
      await expect(page.getByTestId("run-error")).toContainText(code);
    });
  }
  await type(app, "BERT_WEIGHT", "NaN");
  await type(app, "excerpt", "A dog.");
  await run(app);
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("run-error")).toContainText("NaN or infinite");
  await type(app, "BERT_WEIGHT", "0.5");
  await run(app);
  expect(await scores(app)).toHaveLength(1);
});

test("a number that is none is asked for again", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  await page.getByTestId("tab-run").click();
  await page.getByRole("button", { name: "Type BERT_WEIGHT", exact: true }).click();
  const dialog = page.getByTestId("type-dialog").getByRole("dialog");
  await dialog.getByLabel("Numbers").fill("half");
  await dialog.getByRole("button", { name: "Use" }).click();
  await expect(dialog).toContainText("These are no numbers");
});
