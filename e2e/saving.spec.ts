import { readFile } from "node:fs/promises";
import { unzipSync, zipSync } from "fflate";
import { AppPage, expect, test } from "./fixtures/app.ts";

type Files = Readonly<Record<string, string>>;

const PICKED = "picked";

const NET = 'name: "net"\nbackend: "identity"\nmax_batch_size: 0\ninput [{ name: "IN", data_type: TYPE_FP32, dims: [4] }]\noutput [{ name: "OUT", data_type: TYPE_FP32, dims: [4] }]\n';
const FOLDER: Files = { "net/config.pbtxt": NET, "net/1/.gitkeep": "", "other/config.pbtxt": NET.replace('"net"', '"other"'), "other/1/model.bin": "\u0001\u0002\u00ff" };

/** Has the folder picker give a folder of the browser's private file system: the same handles, without a window of the system. */
async function stubPicker(app: AppPage): Promise<void> {
  await app.page.addInitScript((name) => {
    Object.assign(globalThis, { showDirectoryPicker: async () => (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true }) });
  }, PICKED);
}

/** Writes into the picked folder as another program would: characters are bytes; null removes. */
async function putFiles(app: AppPage, files: Readonly<Record<string, string | null>>): Promise<void> {
  await app.page.evaluate(
    async ([picked, entries]) => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(picked, { create: true });
      for (const [path, content] of entries) {
        const parts = path.split("/");
        const name = parts.pop() as string;
        let folder = root;
        for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
        if (content === null) {
          await folder.removeEntry(name);
          continue;
        }
        const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
        await writable.write(Uint8Array.from(content, (character) => character.charCodeAt(0)));
        await writable.close();
      }
    },
    [PICKED, Object.entries(files)] as const,
  );
}

/** The bytes of every file in the picked folder, as characters; folders end with a slash. */
async function pickedFiles(app: AppPage): Promise<Record<string, string>> {
  return app.page.evaluate(async (picked) => {
    const found: Record<string, string> = {};
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      let empty = true;
      for await (const handle of folder.values()) {
        empty = false;
        if (handle.kind === "directory") await walk(handle as FileSystemDirectoryHandle, `${path}${handle.name}/`);
        else {
          const bytes = new Uint8Array(await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer());
          found[path + handle.name] = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
        }
      }
      if (empty) found[path] = "";
    };
    await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle(picked, { create: true }), "");
    return found;
  }, PICKED);
}

async function openFolder(app: AppPage, files: Files = FOLDER): Promise<void> {
  await stubPicker(app);
  await app.open();
  await putFiles(app, files);
  await app.page.getByRole("button", { name: "Open folder" }).click();
  await app.idle();
  await app.page.getByTestId("centre-text").click();
}

async function openModel(app: AppPage, name: string): Promise<void> {
  await app.page.getByRole("treeitem", { name: new RegExp(`^${name}`) }).first().click();
}

/** Puts a line at the top of the text on screen. */
async function write(app: AppPage, line: string): Promise<void> {
  await app.page.locator(".cm-content").first().focus();
  await app.page.keyboard.press("Control+Home");
  await app.page.keyboard.insertText(`${line}\n`);
}

const dialog = (app: AppPage) => app.page.getByRole("dialog", { name: /^Save (to|into)/ });
const confirm = (app: AppPage) => app.page.getByTestId("save-confirm");

async function editBoth(app: AppPage): Promise<void> {
  await openModel(app, "net");
  await write(app, "# mine");
  await openModel(app, "other");
  await write(app, "# mine too");
  await expect(app.page.getByTestId("unsaved")).toHaveText("2 unsaved");
}

test.describe("a folder", () => {
  test("is compared file by file before anything is written, and gets what was chosen", async ({ app }) => {
    const { page } = app;
    await openFolder(app);
    await editBoth(app);
    await page.keyboard.press("Control+s");
    await expect(dialog(app)).toContainText("To be written: 2 of 2.");
    await expect(page.getByTestId("save-diff").locator(".cm-insertedLine, .cm-changedLine").first()).toContainText("# mine");
    expect(await pickedFiles(app)).toEqual(FOLDER);
    await page.getByRole("checkbox", { name: "Write other/config.pbtxt" }).uncheck();
    await expect(page.getByTestId("save-summary")).toContainText("To be written: 1 of 2.");
    await page.getByRole("button", { name: "Show what changes in other/config.pbtxt" }).click();
    await expect(page.getByTestId("save-diff")).toContainText("# mine too");
    await confirm(app).click();
    await expect(dialog(app)).toHaveCount(0);
    expect(await pickedFiles(app)).toEqual({ ...FOLDER, "net/config.pbtxt": `# mine\n${NET}` });
    await expect(page.getByTestId("unsaved")).toHaveText("1 unsaved");
  });

  test("stays as it is when the dialog is cancelled", async ({ app }) => {
    await openFolder(app);
    await editBoth(app);
    await app.page.keyboard.press("Control+s");
    await expect(dialog(app)).toBeVisible();
    await app.page.keyboard.press("Escape");
    await expect(dialog(app)).toHaveCount(0);
    expect(await pickedFiles(app)).toEqual(FOLDER);
    await expect(app.page.getByTestId("unsaved")).toHaveText("2 unsaved");
  });

  test("that another program changed is a conflict: nothing is overwritten unasked, and its text can be taken and undone", async ({ app }) => {
    const { page } = app;
    await openFolder(app);
    await editBoth(app);
    const theirs = `# theirs\n${NET}`;
    await putFiles(app, { "net/config.pbtxt": theirs, "other/config.pbtxt": "# theirs\n" });
    await page.keyboard.press("Control+s");
    await expect(page.getByTestId("save-summary")).toContainText("Changed in the folder as well: 2.");
    const choice = (path: string) => page.getByRole("radiogroup", { name: `What becomes of ${path}` });
    await expect(choice("net/config.pbtxt").getByRole("radio", { name: "Leave it" })).toBeChecked();
    await confirm(app).click();
    await expect(dialog(app)).toHaveCount(0);
    await expect(page.getByTestId("unsaved")).toHaveText("2 unsaved");

    await page.keyboard.press("Control+s");
    await choice("net/config.pbtxt").getByRole("radio", { name: "Take the folder's" }).check();
    await choice("other/config.pbtxt").getByRole("radio", { name: "Write mine" }).check();
    await confirm(app).click();
    await expect(dialog(app)).toHaveCount(0);
    await expect(page.getByTestId("unsaved")).toHaveCount(0);
    expect(await pickedFiles(app)).toEqual({ ...FOLDER, "net/config.pbtxt": theirs, "other/config.pbtxt": `# mine too\n${FOLDER["other/config.pbtxt"]}` });
    await openModel(app, "net");
    await expect(page.locator(".cm-line").first()).toHaveText("# theirs");
    await page.getByRole("button", { name: "Undo: take the folder's" }).click();
    await expect(page.locator(".cm-line").first()).toHaveText("# mine");
    await expect(page.getByTestId("unsaved")).toHaveText("1 unsaved");
  });

  test("that cannot be written to stays as it is, is said by its code, and gets everything at the next attempt", async ({ app }) => {
    const { page } = app;
    await openFolder(app);
    await editBoth(app);
    await page.keyboard.press("Control+s");
    // The second file is held by another program, then its replacement fails.
    const fail = (method: "createWritable" | "close"): Promise<void> =>
      page.evaluate((method) => {
        const [prototype, name] = method === "createWritable" ? [FileSystemFileHandle.prototype, "NoModificationAllowedError"] : [FileSystemWritableFileStream.prototype, "InvalidStateError"];
        const real = Reflect.get(prototype, method) as (...given: unknown[]) => unknown;
        let calls = 0;
        Reflect.set(prototype, method, function (this: unknown, ...given: unknown[]) {
          if (++calls !== 2) return real.apply(this, given);
          Reflect.set(prototype, method, real);
          return Promise.reject(new DOMException("refused", name));
        });
      }, method);
    await fail("createWritable");
    await confirm(app).click();
    await expect(dialog(app).getByRole("alert")).toContainText("other/config.pbtxt cannot be written (another program holds it), so nothing was written (REPOSITORY_UNWRITABLE)");
    expect(await pickedFiles(app)).toEqual(FOLDER);
    await expect(page.getByTestId("save-summary")).toContainText("To be written: 2 of 2.");

    await fail("close");
    await confirm(app).click();
    await expect(dialog(app).getByRole("alert")).toContainText("Written before it: net/config.pbtxt. Not written: other/config.pbtxt");
    await expect(page.getByTestId("save-summary")).toContainText("To be written: 1 of 1.");
    expect(await pickedFiles(app)).toEqual({ ...FOLDER, "net/config.pbtxt": `# mine\n${NET}` });

    await confirm(app).click();
    await expect(dialog(app)).toHaveCount(0);
    expect(await pickedFiles(app)).toEqual({ ...FOLDER, "net/config.pbtxt": `# mine\n${NET}`, "other/config.pbtxt": `# mine too\n${FOLDER["other/config.pbtxt"]}` });
    await expect(page.getByTestId("unsaved")).toHaveCount(0);
  });

  test("without permission is said with what to do, when it is saved to and when it is opened again, and no edit is lost", async ({ app }) => {
    const { page } = app;
    await page.addInitScript(() => {
      const withdrawn = () => sessionStorage.getItem("withdrawn") !== null;
      Object.assign(FileSystemHandle.prototype, {
        queryPermission: () => Promise.resolve(withdrawn() ? "prompt" : "granted"),
        requestPermission: () => Promise.resolve(withdrawn() ? "denied" : "granted"),
      });
    });
    await openFolder(app);
    await editBoth(app);
    await page.keyboard.press("Control+s");
    await page.evaluate(() => sessionStorage.setItem("withdrawn", ""));
    await confirm(app).click();
    await expect(dialog(app).getByRole("alert")).toContainText("Writing into picked was not allowed: allow it, or download a zip (REPOSITORY_PERMISSION)");
    await page.keyboard.press("Escape");
    await expect(page.getByTestId("unsaved")).toHaveText("2 unsaved");
    await page.waitForTimeout(500);
    await page.reload();
    await app.idle();
    await page.getByTestId("recent-picked").click();
    await expect(page.getByText("Reading the folder picked was not allowed: allow it, or choose the folder again (REPOSITORY_PERMISSION)")).toBeVisible();
    await page.evaluate(() => sessionStorage.removeItem("withdrawn"));
    await page.getByTestId("recent-picked").click();
    await app.idle();
    await expect(page.getByTestId("unsaved")).toHaveText("2 unsaved");
    expect(await pickedFiles(app)).toEqual(FOLDER);
  });

  test("of which a file was added, saved and undone loses that file at the next save", async ({ app }) => {
    const { page } = app;
    await openFolder(app);
    await addFiles(app, { "new/1/model.bin": "\u0000\u00fe" }, { "new/config.pbtxt": "name: \"new\"\n" });
    await page.keyboard.press("Control+s");
    await expect(page.getByTestId("save-new/1/model.bin")).toContainText("new bytes");
    await confirm(app).click();
    await expect(dialog(app)).toHaveCount(0);
    expect(await pickedFiles(app)).toEqual({ ...FOLDER, "new/1/model.bin": "\u0000\u00fe", "new/config.pbtxt": "name: \"new\"\n" });
    await page.getByTestId("undo").click();
    await expect(page.getByTestId("unsaved")).toHaveText("2 unsaved");
    // And what is removed stays removed over a reload.
    await page.waitForTimeout(500);
    await page.reload();
    await app.idle();
    await expect(page.getByTestId("unsaved")).toHaveText("2 unsaved");
    await page.keyboard.press("Control+s");
    await expect(page.getByTestId("save-new/config.pbtxt")).toContainText("removed");
    await confirm(app).click();
    await expect(dialog(app)).toHaveCount(0);
    expect(await pickedFiles(app)).toEqual(FOLDER);
  });
});

/** Adds bytes and texts as one entry of the history. */
async function addFiles(app: AppPage, bytes: Files, texts: Files): Promise<void> {
  await app.page.evaluate(
    ([bytes, texts]) => {
      const { conch } = globalThis as unknown as { conch: { document: { getState(): { edit(edits: unknown[], label: string): void } } } };
      const added = bytes.map(([path, content]) => {
        const blob = new Blob([Uint8Array.from(content, (character) => character.charCodeAt(0))]);
        return { path, add: { path, size: blob.size, blob: () => Promise.resolve(blob) } };
      });
      conch.document.getState().edit([...added, ...texts.map(([path, create]) => ({ path, create }))], "add-model");
    },
    [Object.entries(bytes), Object.entries(texts)] as const,
  );
}

test("bytes that were added outlive a reload, and so does their removal", async ({ app }) => {
  const { page } = app;
  await app.open("?sample=spleen_ct");
  await addFiles(app, { "new/1/model.bin": "\u0000\u00fe" }, { "new/config.pbtxt": "name: \"new\"\n" });
  await page.waitForTimeout(1000);
  await page.reload();
  await app.idle();
  await expect(page.getByTestId("unsaved")).toHaveText("2 unsaved");
  const kept = unzipSync(await downloaded(app));
  expect([...(kept["new/1/model.bin"] ?? [])]).toEqual([0, 0xfe]);
  await addFiles(app, { "more/1/model.bin": "\u0001" }, {});
  await page.waitForTimeout(1000);
  await page.getByTestId("undo").click();
  await page.waitForTimeout(1000);
  await page.reload();
  await app.idle();
  await expect(page.getByTestId("unsaved")).toHaveText("2 unsaved");
});

test("a sample saved into a folder lies there from then on, byte for byte", async ({ app }) => {
  const { page } = app;
  await stubPicker(app);
  await app.open("?sample=spleen_ct");
  await putFiles(app, { "postprocess/config.pbtxt": "# somebody's own\n" });
  await page.getByTestId("centre-text").click();
  await write(app, "# edited");
  await page.getByTestId("save").click();
  await page.getByRole("menuitem", { name: "Save into a folder…" }).click();
  await expect(page.getByTestId("save-summary")).toContainText("All files of the repository go there");
  await expect(page.getByTestId("save-summary")).toContainText("Changed in the folder as well: 1.");
  await page.getByTestId("save-postprocess/config.pbtxt").getByRole("radio", { name: "Write mine" }).check();
  await confirm(app).click();
  await app.idle();
  await expect(dialog(app)).toHaveCount(0);
  const saved = await pickedFiles(app);
  const sample = new URL("../public/repositories/spleen_ct/", import.meta.url);
  for (const [path, content] of Object.entries(saved)) {
    if (path.endsWith("/") || path.endsWith("model.py")) continue;
    const original = await readFile(new URL(path, sample), "latin1");
    expect(content === (path === "spleen_ct/config.pbtxt" ? `# edited\n${original}` : original), path).toBe(true);
  }
  expect(Object.keys(saved)).toEqual(expect.arrayContaining(["segmentation_3d/1/model.onnx", "postprocess/1/transforms.json", "spleen_ct/config.pbtxt"]));
  await expect(page.getByTestId("unsaved")).toHaveCount(0);
  await expect(page.getByTestId("repository-name")).toHaveText(PICKED);

  await write(app, "# later");
  await page.keyboard.press("Control+s");
  await expect(dialog(app)).toContainText("To be written: 1 of 1.");
  await confirm(app).click();
  await expect(dialog(app)).toHaveCount(0);
  expect((await pickedFiles(app))["spleen_ct/config.pbtxt"]).toMatch(/^# later\n# edited\n/);
  await page.reload();
  await app.idle();
  await expect(page.getByTestId("repository-name")).toHaveText(PICKED);
  await expect(page.getByTestId("unsaved")).toHaveCount(0);
  await expect(page.getByTestId("graph-editor").or(page.locator(".cm-content")).first()).toBeVisible();
});

test("a zip that was downloaded opens with the same bytes, whatever they are", async ({ app }) => {
  const { page } = app;
  const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const files: Record<string, Uint8Array> = {
    "net/config.pbtxt": bytes(`\xef\xbb\xbf# \xff\xfe\r\n${NET.replaceAll("\n", "\r\n")}`),
    "net/labels.txt": bytes("a\0\r\nb\r\xc3"),
    "net/1/weights.bin": Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256),
    "脾臓/config.pbtxt": new TextEncoder().encode(NET.replace('"net"', '"脾臓"')),
    "脾臓/1/modèle 1.bin": bytes("\x00\x01"),
    "脾臓/2/": new Uint8Array(0),
  };
  await app.open();
  await openZip(app, zipSync(files, { level: 0 }), "first.zip");
  await addFiles(app, { "new/1/weights.bin": "\u00ff\u0000" }, { "new/config.pbtxt": "name: \"new\"\r\n" });
  const first = await downloaded(app);
  const expected = { ...files, "new/1/weights.bin": bytes("\xff\x00"), "new/config.pbtxt": bytes("name: \"new\"\r\n") };
  expectSame(unzipSync(first), expected);

  await page.getByRole("button", { name: /back to the gallery/ }).click();
  await openZip(app, first, "second.zip");
  await expect(page.getByTestId("repository-name")).toHaveText("second");
  await expect(page.getByTestId("unsaved")).toHaveCount(0);
  expectSame(unzipSync(await downloaded(app)), expected);
});

async function openZip(app: AppPage, bytes: Uint8Array, name: string): Promise<void> {
  const { page } = app;
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open zip or files" }).click();
  await (await chooser).setFiles({ name, mimeType: "application/zip", buffer: Buffer.from(bytes) });
  await expect(page.getByTestId("save")).toBeVisible();
  await app.idle();
}

async function downloaded({ page }: AppPage): Promise<Uint8Array> {
  await page.getByTestId("save").click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Download as zip" }).click();
  return readFile(await (await download).path());
}

function expectSame(found: Readonly<Record<string, Uint8Array>>, expected: Readonly<Record<string, Uint8Array>>): void {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [path, bytes] of Object.entries(expected)) expect(Buffer.compare(Buffer.from(found[path]!), Buffer.from(bytes)), path).toBe(0);
}
