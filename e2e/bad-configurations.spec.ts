import { readFile } from "node:fs/promises";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { unzipSync, zipSync, type Zippable } from "fflate";
import { encodeModel, makeNode } from "../src/onnx/encode.ts";
import { testModel } from "../src/testing/onnx.ts";
import { expect, test, type AppPage } from "./fixtures/app.ts";

/** Path → text or bytes. */
type Files = Readonly<Record<string, string | Uint8Array>>;

const GOOD = 'backend: "identity"\ninput { name: "INPUT0" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUTPUT0" data_type: TYPE_FP32 dims: 1 }\n';
const ONNX = 'backend: "onnxruntime"\ninput { name: "X" data_type: TYPE_FP32 dims: 4 }\noutput { name: "Y" data_type: TYPE_FP32 dims: 4 }\n';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const bytesOf = (content: string | Uint8Array): Uint8Array => (typeof content === "string" ? new TextEncoder().encode(content) : content);
const model = (config: string | Uint8Array): Files => ({ "m/config.pbtxt": config, "m/1/.gitkeep": "" });

/** Y = X + W, with W in another file. */
function outsideWeights(): Uint8Array {
  const entry = (writer: BinaryWriter, key: string, value: string): BinaryWriter =>
    writer.tag(13, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).string(value).join();
  const writer = new BinaryWriter().tag(1, WireType.Varint).int64(4).tag(2, WireType.Varint).int32(1).tag(8, WireType.LengthDelimited).string("W");
  const encoded = entry(writer, "location", "model.onnx.data").tag(14, WireType.Varint).int32(1).finish();
  const weights = { name: "W", elementType: 1, dims: [4], payload: { kind: "external", location: "model.onnx.data", offset: 0, length: undefined }, encoded } as const;
  return encodeModel(testModel({ inputs: { X: [4] }, outputs: { Y: [4] }, nodes: [makeNode("Add", "add", ["X", "W"], ["Y"])], initializers: [weights] }));
}

interface BadInput {
  readonly name: string;
  readonly files: Files;
  /** Codes, and what the problems list says in their words; none where Triton takes the file. */
  readonly problems: readonly (readonly [code: string, message: string])[];
  /** What is typed at the end of the configuration, as its bytes; absent where that is not the subject. */
  readonly typed?: string;
}

const WEIGHTLESS = outsideWeights();
const BAD: readonly BadInput[] = [
  { name: "a byte order mark", files: model(`\ufeff${GOOD}`), problems: [["PBTXT_TOKEN", "1:1: Interpreting non ascii codepoint 239."]], typed: "\n# x" },
  { name: "Windows line ends", files: model(GOOD.replaceAll("\n", "\r\n")), problems: [], typed: "\r\n# x" },
  { name: "line ends of both kinds, and CR alone", files: model(GOOD.replace("\n", "\r\n").replace("dims", "\rdims")), problems: [], typed: "\n# x" },
  { name: "NUL", files: model(`${GOOD}# \0\n`), problems: [["PBTXT_TOKEN", "4:3: Invalid control characters encountered in text."]], typed: "\n# x" },
  { name: "bytes that are no UTF-8", files: model(ascii(`# caf\xe9 \xff\xc3(\n${GOOD}`)), problems: [], typed: "\n# x" },
  { name: "10,000 levels", files: model(`${GOOD}${"optimization { ".repeat(10_000)}`), problems: [["PBTXT_UNKNOWN_FIELD", 'no field named "optimization"']], typed: "# x" },
  { name: "50 MB of text", files: model(new Uint8Array(50_000_000).fill(0x23)), problems: [["CONFIG_TOO_LARGE", "m/config.pbtxt has 50000000 bytes"]] },
  { name: "a configuration beside the models", files: { ...model(GOOD), "config.pbtxt": GOOD }, problems: [["REPOSITORY_STRAY_CONFIG", "'config.pbtxt' is not read"]] },
  { name: "a configuration in a version folder", files: { "m/1/config.pbtxt": GOOD, "m/1/model.py": "" }, problems: [["ADVICE_CONFIG_PLACE", "'m/1/config.pbtxt' is not read"]] },
  { name: "another name than the folder's", files: model(`name: "other"\n${GOOD}`), problems: [["REPOSITORY_NAME", "other"]] },
  { name: "a model file that is cut off", files: { "m/config.pbtxt": ONNX, "m/1/model.onnx": WEIGHTLESS.subarray(0, -20) }, problems: [["ONNX_TRUNCATED", "The model ends after 89 bytes, inside a part that needs 109"]] },
  { name: "weights that are not there", files: { "m/config.pbtxt": ONNX, "m/1/model.onnx": WEIGHTLESS }, problems: [["ONNX_WEIGHTS_MISSING", "model.onnx.data"]] },
];

/** Opens files as a zip that is dropped onto the window. */
async function dropZip(app: AppPage, files: Files): Promise<void> {
  const archive: Zippable = {};
  for (const [path, content] of Object.entries(files)) archive[path] = bytesOf(content);
  const base64 = Buffer.from(zipSync(archive)).toString("base64");
  const transfer = await app.page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], "repo.zip"));
    return data;
  }, base64);
  for (const type of ["dragenter", "dragover", "drop"]) await app.page.dispatchEvent("body", type, { dataTransfer: transfer });
  await app.idle();
}

/** The files of the zip that the page saves. */
async function savedZip({ page }: AppPage): Promise<Readonly<Record<string, Uint8Array>>> {
  await page.getByTestId("save").click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /zip/i }).click();
  return unzipSync(await readFile(await (await download).path()));
}

function expectSame(found: Readonly<Record<string, Uint8Array>>, files: Files): void {
  expect(Object.keys(found).filter((path) => !path.endsWith("/")).sort()).toEqual(Object.keys(files).sort());
  for (const [path, content] of Object.entries(files)) expect(Buffer.compare(found[path], bytesOf(content)), path).toBe(0);
}

for (const { name, files, problems, typed } of BAD) {
  test(`${name}: said, and nothing lost`, async ({ app }) => {
    const { page } = app;
    await app.open();
    await dropZip(app, files);
    await page.getByTestId("tab-problems").click();
    if (problems.length === 0) await expect(page.locator("[data-code]")).toHaveCount(0);
    for (const [code, message] of problems) await expect(page.locator(`[data-code="${code}"]`).filter({ hasText: message })).toBeVisible();
    expectSame(await savedZip(app), files);
    if (typed === undefined) return;
    await page.getByTestId("centre-text").click();
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(typed.replace("\r", ""));
    await expect(page.getByTestId("unsaved")).toBeVisible();
    const edited = { ...files, "m/config.pbtxt": Buffer.concat([bytesOf(files["m/config.pbtxt"]), ascii(typed)]) };
    expectSame(await savedZip(app), edited);
  });
}

test("of two repositories with one model, the second is named as left out", async ({ app }) => {
  const { page } = app;
  const files = model(GOOD);
  await app.open();
  await dropZip(app, Object.fromEntries(["a", "b"].flatMap((folder) => Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]))));
  await page.getByTestId("save").click();
  await page.getByRole("menuitem", { name: /opened/ }).click();
  await expect(page.getByTestId("open-report")).toContainText("b/m/config.pbtxt");
  await expect(page.getByTestId("open-report")).toContainText("another repository: open that one by itself");
  await page.keyboard.press("Escape");
  expectSame(await savedZip(app), files);
});

test("bytes of every kind outlive an edit and a reload", async ({ app }) => {
  const { page } = app;
  const files = { ...model(ascii(`\xef\xbb\xbf# \0 \xff\r\n${GOOD}`)), "m/labels.txt": ascii("\xe9\r\n") };
  await app.open();
  await dropZip(app, files);
  await page.getByTestId("centre-text").click();
  await page.locator(".cm-line").first().click();
  await page.keyboard.press("End");
  await page.keyboard.insertText("x");
  await expect(page.getByTestId("unsaved")).toBeVisible();
  await page.waitForTimeout(1000);
  await page.reload();
  await app.idle();
  await expect(page.getByTestId("unsaved")).toBeVisible();
  expectSame(await savedZip(app), { ...files, "m/config.pbtxt": ascii(`\xef\xbb\xbf# \0 \xff${"\r"}x\n${GOOD}`) });
});
