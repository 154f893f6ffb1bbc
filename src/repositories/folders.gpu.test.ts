import { afterEach, describe, expect, it } from "vitest";
import { openDirectory } from "./directory/open-directory.ts";
import { readDrop } from "./dropped/read-drop.ts";
import { openDrop } from "./open.ts";
import { readText } from "./source.ts";

// The browser's private file system gives the same handles as the folder picker, without asking.
const made: string[] = [];

async function folder(files: Record<string, string | Uint8Array<ArrayBuffer>>, name = `folder-${crypto.randomUUID()}`): Promise<FileSystemDirectoryHandle> {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
  made.push(name);
  for (const [path, text] of Object.entries(files)) {
    const parts = path.split("/");
    const last = parts.pop() as string;
    let parent = root;
    for (const part of parts) parent = await parent.getDirectoryHandle(part, { create: true });
    if (last === "") continue;
    const writable = await (await parent.getFileHandle(last, { create: true })).createWritable();
    await writable.write(text);
    await writable.close();
  }
  return root;
}

afterEach(async () => {
  const root = await navigator.storage.getDirectory();
  for (const name of made.splice(0)) await root.removeEntry(name, { recursive: true });
});

describe("a folder opened by handle", () => {
  it("lists files with sizes, empty folders, and what it skipped", async () => {
    const source = await openDirectory(
      await folder({ "repo/net/config.pbtxt": 'name: "net"', "repo/net/1/model.onnx": "12345", "repo/all/config.pbtxt": "x", "repo/all/1/": "", "repo/.git/HEAD": "x" }),
    );
    expect(source.files.map((file) => [file.path, file.size])).toEqual([["all/config.pbtxt", 1], ["net/1/model.onnx", 5], ["net/config.pbtxt", 11]]);
    expect(source.emptyFolders).toEqual(["all/1"]);
    expect(source.report.root).toBe("repo");
    expect(source.report.entries).toEqual([{ path: "repo/.git", outcome: "skipped", reason: "hidden" }]);
    expect(await (await source.files[1]!.blob()).text()).toBe("12345");
  });

  it("writes text back where it lies, and new files with their folders", async () => {
    const root = await folder({ "repo/net/config.pbtxt": "old", "repo/net/1/model.onnx": "12345" });
    const source = await openDirectory(root);
    await source.folder!.write([
      { path: "net/config.pbtxt", content: "new text", replaces: "old" },
      { path: "other/config.pbtxt", content: "fresh", replaces: null },
    ]);
    const again = await openDirectory(root);
    expect(again.files.map((file) => file.path)).toEqual(["net/1/model.onnx", "net/config.pbtxt", "other/config.pbtxt"]);
    expect(await readText(again.files[1]!)).toBe("new text");
  });

  it("writes the bytes that a text was read from, whatever they are", async () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0x23, 0, 0xff, 13, 10);
    const root = await folder({ "repo/net/config.pbtxt": bytes, "repo/net/1/model.onnx": "12345" });
    const source = await openDirectory(root);
    const text = await readText(source.files[1]!);
    await source.folder!.write([{ path: "net/config.pbtxt", content: `${text}x`, replaces: text! }]);
    const written = await (await openDirectory(root)).files[1]!.blob();
    expect(new Uint8Array(await written.arrayBuffer())).toEqual(Uint8Array.of(...bytes, 0x78));
  });

  it("a model folder opened alone is written back without the name in front", async () => {
    const root = await folder({ "config.pbtxt": "old", "1/model.onnx": "12345" }, "lone_net");
    const source = await openDirectory(root);
    expect(source.files.map((file) => file.path)).toEqual(["lone_net/1/model.onnx", "lone_net/config.pbtxt"]);
    await source.folder!.write([{ path: "lone_net/config.pbtxt", content: "new" }]);
    expect(await readText((await openDirectory(root)).files[1]!)).toBe("new");
  });

  it("a folder of loose models cannot be written to", async () => {
    expect((await openDirectory(await folder({ "net.onnx": "1" }))).folder).toBeUndefined();
  });

  it.each<[string, string, string | null]>([
    ["changed meanwhile", "net/config.pbtxt", "what was read"],
    ["there although it should be new", "net/config.pbtxt", null],
    ["gone meanwhile", "net/other.pbtxt", "what was read"],
  ])("a file %s is a conflict and stays as it is", async (_, path, replaces) => {
    const root = await folder({ "net/config.pbtxt": "theirs", "net/1/model.onnx": "1" });
    const source = await openDirectory(root);
    await expect(source.folder!.write([{ path: "net/1/model.onnx", content: "2" }, { path, content: "mine", replaces }])).rejects.toMatchObject({ code: "REPOSITORY_CONFLICT" });
    const again = await openDirectory(root);
    expect(await readText(again.files[1]!)).toBe("theirs");
    expect(await (await again.files[0]!.blob()).text()).toBe("1");
    expect(again.files).toHaveLength(2);
  });

  it("a path that leaves the folder is refused", async () => {
    const source = await openDirectory(await folder({ "net/config.pbtxt": "x" }));
    await expect(source.folder!.write([{ path: "../x.txt", content: "x" }])).rejects.toMatchObject({ code: "REPOSITORY_UNREADABLE" });
  });

  it("stops when it is cancelled", async () => {
    await expect(openDirectory(await folder({ "net/config.pbtxt": "x" }), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});

describe("a drop", () => {
  it("of files is read although the browser empties the list behind it", async () => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["12345"], "unet.onnx"));
    transfer.items.add(new File(["x"], "scan.nii.gz"));
    const pending = readDrop(transfer);
    transfer.items.clear();
    const opened = await openDrop(await pending);
    expect(opened.source?.name).toBe("unet");
    expect(opened.source?.files.map((file) => file.path)).toEqual(["unet/1/model.onnx"]);
    expect(opened.inputs.map((file) => file.name)).toEqual(["scan.nii.gz"]);
  });

  it("of an input alone is no repository", async () => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["x"], "scan.nii.gz"));
    const opened = await openDrop(await readDrop(transfer));
    expect(opened.source).toBeUndefined();
    expect(opened.inputs).toHaveLength(1);
  });
});
