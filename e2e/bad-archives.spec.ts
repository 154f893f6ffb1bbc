import { zipSync, type Zippable } from "fflate";
import { expect, test, type AppPage } from "./fixtures/app.ts";

const NET = 'name: "net"\nbackend: "identity"\ninput [{ name: "INPUT__0", data_type: TYPE_FP32, dims: [4] }]\noutput [{ name: "OUTPUT__0", data_type: TYPE_FP32, dims: [4] }]\n';
const GOOD: Zippable = { "net/config.pbtxt": new TextEncoder().encode(NET), "net/1/weights.bin": Uint8Array.of(1, 2, 3) };

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;

/** Drops a file onto the window as a user's file manager would. */
async function drop(app: AppPage, bytes: Uint8Array, name = "download.zip"): Promise<void> {
  const transfer = await app.page.evaluateHandle(
    ({ base64, name }) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name));
      return data;
    },
    { base64: Buffer.from(bytes).toString("base64"), name },
  );
  for (const type of ["dragenter", "dragover", "drop"]) await app.page.dispatchEvent("body", type, { dataTransfer: transfer });
  await app.idle();
}

/** Offsets of a record's signature. */
function recordsOf(view: DataView, signature: number): number[] {
  const found: number[] = [];
  for (let at = 0; at + 4 <= view.byteLength; at++) if (view.getUint32(at, true) === signature) found.push(at);
  return found;
}

/** The archive with other numbers in each of its records. */
function patched(archive: Uint8Array, numbers: Readonly<Record<"local" | "central", readonly (readonly [offset: number, value: number, width: 2 | 4])[]>>): Uint8Array {
  const bytes = archive.slice();
  const view = new DataView(bytes.buffer);
  for (const [signature, changes] of [[LOCAL, numbers.local], [CENTRAL, numbers.central]] as const) {
    for (const at of recordsOf(view, signature)) {
      for (const [offset, value, width] of changes) {
        if (width === 2) view.setUint16(at + offset, value, true);
        else view.setUint32(at + offset, value, true);
      }
    }
  }
  return bytes;
}

/** An archive of `count` files that all unpack to the zeros of one, honestly announced: 64 MiB from 64 KiB each. */
function announcedBomb(count: number): Uint8Array {
  const one = zipSync({ "net_00/1/model.onnx": [new Uint8Array(64 * 2 ** 20), { level: 9 }] });
  const view = new DataView(one.buffer, one.byteOffset);
  const [central] = recordsOf(view, CENTRAL).slice(-1) as [number];
  const end = one.length - 22;
  const locals: Uint8Array[] = [];
  const centrals: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const [digits, local, entry] = [new TextEncoder().encode(String(index).padStart(2, "0")), one.slice(0, central), one.slice(central, end)];
    local.set(digits, 30 + 4);
    entry.set(digits, 46 + 4);
    new DataView(entry.buffer).setUint32(42, index * central, true);
    locals.push(local);
    centrals.push(entry);
  }
  const trailer = one.slice(end);
  const trailing = new DataView(trailer.buffer);
  trailing.setUint16(8, count, true);
  trailing.setUint16(10, count, true);
  trailing.setUint32(12, count * (end - central), true);
  trailing.setUint32(16, count * central, true);
  return Buffer.concat([...locals, ...centrals, trailer]);
}

async function opensTheNext(app: AppPage): Promise<void> {
  await drop(app, zipSync(GOOD), "good.zip");
  await expect(app.page.getByTestId("repository-name")).toHaveText("good");
  await expect(app.page.getByRole("treeitem", { name: /^net/ })).toBeVisible();
}

for (const { name, make, code } of [
  { name: "an archive that announces more than models ever hold", make: () => announcedBomb(48), code: "ZIP_TOO_LARGE" },
  {
    name: "an archive that announces ten bytes and unpacks to 64 MiB",
    make: () => patched(zipSync({ "net/config.pbtxt": [new Uint8Array(64 * 2 ** 20), { level: 9 }] }), { local: [[22, 10, 4]], central: [[24, 10, 4]] }),
    code: "REPOSITORY_UNREADABLE",
  },
  { name: "an archive that is cut off", make: () => zipSync(GOOD).slice(0, -30), code: "ZIP_INVALID" },
  { name: "an archive with a password", make: () => patched(zipSync(GOOD), { local: [[6, 1, 2]], central: [[8, 1, 2]] }), code: "ZIP_ENCRYPTED" },
] as const) {
  test(`${name} is refused by its code, and the next one opens`, async ({ app }) => {
    await app.open();
    await drop(app, make());
    await expect(app.page.getByRole("alert").filter({ hasText: code })).toBeVisible();
    await expect(app.page.getByTestId("gallery")).toBeVisible();
    await opensTheNext(app);
  });
}

test("files of an archive that would leave the repository are left out and said, and those that are archives stay as they are", async ({ app }) => {
  const { page } = app;
  await app.open();
  const inner = zipSync({ "inner/config.pbtxt": new TextEncoder().encode(NET) }, { level: 0 });
  await drop(app, zipSync({ ...GOOD, "../evil.txt": Uint8Array.of(1), "net/../../evil.txt": Uint8Array.of(2), "net/1/inner.zip": [inner, { level: 0 }] }));
  await expect(page.getByTestId("repository-name")).toHaveText("download");
  await page.getByTestId("save").click();
  await page.getByRole("menuitem", { name: /opened/ }).click();
  const report = page.getByTestId("open-report");
  await expect(report.getByRole("row").filter({ hasText: "The path leaves the repository" })).toHaveCount(2);
  await expect(report).toContainText("../evil.txt");
  await expect(report).toContainText("net/../../evil.txt");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("treeitem", { name: /^inner/ })).toHaveCount(0);
  await page.waitForTimeout(500);
  await page.reload();
  await app.idle();
  await expect(page.getByRole("treeitem", { name: /^net/ })).toBeVisible();
  await opensTheNext(app);
});
