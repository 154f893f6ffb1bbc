import { readFile } from "node:fs/promises";
import { gunzipSync } from "fflate";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { configJson } from "../src/triton/model-config/json.ts";
import { parseConfig } from "../src/triton/model-config/decode.ts";

// CodeMirror draws the lines in view only; in a high window that is all of them.
test.use({ viewport: { width: 2200, height: 2000 } });

const RECORDED = new URL("../../shared/data/triton/", import.meta.url);

async function openSample(app: AppPage, model = "spleen_ct"): Promise<void> {
  await app.open();
  await app.page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
  await app.idle();
  if (model !== "spleen_ct") await app.page.getByTestId(`model-${model}`).click();
  await app.page.getByTestId("centre-text").click();
  await expect(app.page.getByTestId("config-text")).toContainText(`name: "${model}"`);
  await app.page.getByTestId("tab-problems").click();
}

/** The text of the open file, as the editor holds it. */
async function text(app: AppPage): Promise<string> {
  return app.page.locator(".cm-line").evaluateAll((lines) => lines.map((line) => line.textContent).join("\n"));
}

/** Finds text in the editor (backslash n is a line break) and types over it. */
async function typeOver(app: AppPage, search: string, replacement: string): Promise<void> {
  const { keyboard } = app.page;
  await app.page.locator(".cm-content").click();
  await keyboard.press("Control+Home");
  await keyboard.press("Control+f");
  await keyboard.type(search);
  await keyboard.press("Enter");
  await keyboard.press("Escape");
  if (replacement === "") await keyboard.press("Delete");
  else await keyboard.insertText(replacement);
}

interface Mistake {
  readonly name: string;
  readonly model?: string;
  readonly search: string;
  readonly replacement: string;
  readonly code: string;
  readonly message: RegExp;
  readonly fix: RegExp;
  /** The text after the fix, made from the text before the mistake. */
  readonly fixed: (original: string) => string;
}

const same = (original: string): string => original;
const MISTAKES: readonly Mistake[] = [
  {
    name: "a wrong data type",
    search: '"MASK_AFFINE"\\n    data_type: TYPE_FP64',
    replacement: '"MASK_AFFINE"\n    data_type: TYPE_FP32',
    code: "ENSEMBLE_DATA_TYPE",
    message: /inconsistent data type: TYPE_FP32 is inferred from model spleen_ct while TYPE_FP64 is inferred from model preprocess/,
    fix: /^Fix: Change MASK_AFFINE to TYPE_FP64/,
    fixed: same,
  },
  {
    name: "a missing map entry",
    search: '      input_map { key: "IMAGE_AFFINE" value: "IMAGE_AFFINE" }\\n',
    replacement: "",
    code: "ENSEMBLE_UNMAPPED_INPUT",
    message: /input IMAGE_AFFINE in model preprocess is not mapped to any ensemble tensors/,
    fix: /^Fix: Map IMAGE_AFFINE/,
    fixed: same,
  },
  {
    name: "a tensor that nothing reads",
    search: '      output_map { key: "CONTOUR" value: "CONTOUR" }\\n',
    replacement: '      output_map { key: "CONTOUR" value: "outline" }\n',
    code: "ENSEMBLE_TENSOR_UNUSED",
    message: /ensemble tensor 'outline' is unused in ensemble 'spleen_ct'/,
    fix: /^Fix: Remove CONTOUR from the output_map/,
    fixed: (original) => original.replace('      output_map { key: "CONTOUR" value: "CONTOUR" }\n', ""),
  },
  {
    name: "an omitted model_version",
    search: "      model_version: -1\\n      input_map { key: \"LOGITS\"",
    replacement: '      input_map { key: "LOGITS"',
    code: "ENSEMBLE_STEP_VERSION",
    message: /depends on 'postprocess' whose required version 0 is not loaded/,
    fix: /^Fix: Set model_version to -1/,
    fixed: same,
  },
  {
    name: "dims with the batch inside",
    model: "segmentation_3d",
    search: "dims: [ 1, -1, -1, -1 ]",
    replacement: "dims: [ -1, 1, -1, -1, -1 ]",
    code: "ONNX_SHAPE",
    message: /the model expects 5 dimensions .* but the model configuration specifies 6 dimensions/,
    fix: /^Fix: /,
    fixed: same,
  },
];

for (const { name, model, search, replacement, code, message, fix, fixed } of MISTAKES) {
  test(`${name} is underlined and listed with its reason, and its fix touches nothing else`, async ({ app }) => {
    const { page } = app;
    await openSample(app, model);
    const original = await text(app);
    await expect(page.locator(".cm-lintRange-error")).toHaveCount(0);
    await typeOver(app, search, replacement);
    const problem = page.locator(`[data-code="${code}"]`).first();
    await expect(problem).toContainText(message);
    expect(await text(app)).not.toBe(original);
    const squiggle = page.locator(".cm-lintRange-error").first();
    await squiggle.hover();
    await expect(page.locator(".cm-tooltip-lint, .cm-tooltip-hover").first()).toBeVisible();
    await page.mouse.move(5, 5);
    await problem.getByRole("button", { name: fix }).click();
    await expect(page.locator(`[data-code="${code}"]`)).toHaveCount(0);
    expect(await text(app)).toBe(fixed(original));
  });
}

test("a lone model file gets the configuration that the server completes", async ({ app }) => {
  const model = "id_b3xhxw.onnx";
  const bytes = await readFile(new URL(`onnx/${model}`, RECORDED)).catch(() => undefined);
  test.skip(bytes === undefined, "the recorded completions are not there");
  const lines = new TextDecoder().decode(gunzipSync(await readFile(new URL("autocomplete.jsonl.gz", RECORDED)))).trimEnd().split("\n");
  const recorded = lines
    .map((line) => JSON.parse(line) as { onnx: string; config: string | null; options: { autoComplete?: boolean }; result: { ok: boolean; config: Record<string, unknown> } })
    .find(({ onnx, config, options, result }) => onnx === model && config === null && options.autoComplete !== false && result.ok);
  test.skip(recorded === undefined, "the recorded completions have no such case");
  await app.open();
  await app.page.locator('input[type="file"]').first().setInputFiles({ name: model, mimeType: "application/octet-stream", buffer: bytes! });
  await app.idle();
  await app.page.getByTestId("centre-text").click();
  await expect(app.page.getByTestId("config-text")).toContainText("input");
  const { config } = parseConfig(await text(app), "m/config.pbtxt");
  const own = JSON.parse(configJson(config)) as Record<string, unknown>;
  for (const field of ["backend", "max_batch_size", "input", "output"]) expect(own[field]).toEqual(recorded!.result.config[field]);
});
