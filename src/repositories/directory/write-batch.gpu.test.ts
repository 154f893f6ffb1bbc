import { afterEach, describe, expect, it } from "vitest";
import type { FileWrite } from "../source.ts";
import { repositoryFolder } from "./repository-folder.ts";

// The browser's private file system gives the same handles as the folder picker, without asking.
const made: string[] = [];

async function folder(files: Record<string, string | Uint8Array<ArrayBuffer>>): Promise<FileSystemDirectoryHandle> {
  const name = `batch-${crypto.randomUUID()}`;
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
  made.push(name);
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split("/");
    const last = parts.pop() as string;
    let parent = root;
    for (const part of parts) parent = await parent.getDirectoryHandle(part, { create: true });
    const writable = await (await parent.getFileHandle(last, { create: true })).createWritable();
    await writable.write(content);
    await writable.close();
  }
  return root;
}

/** Everything below a folder: path → bytes as text, folders with a slash. */
async function content(root: FileSystemDirectoryHandle, path = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const handle of root.values()) {
    const inside = `${path}${handle.name}`;
    if (handle.kind === "file") found[inside] = String.fromCharCode(...new Uint8Array(await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer()));
    else Object.assign(found, { [`${inside}/`]: "" }, await content(handle as FileSystemDirectoryHandle, `${inside}/`));
  }
  return found;
}

/** What the browser refuses: the nth call of a kind, counted from 1. */
interface Faults {
  readonly create?: readonly [number, string];
  readonly write?: readonly [number, string];
  readonly close?: readonly [number, string];
  readonly permission?: "denied";
}

/** A real folder, some of whose calls fail. */
function faulty(root: FileSystemDirectoryHandle, faults: Faults): FileSystemDirectoryHandle {
  const counts = { create: 0, write: 0, close: 0 };
  const strike = (kind: "create" | "write" | "close"): void => {
    counts[kind]++;
    const fault = faults[kind];
    if (fault?.[0] === counts[kind]) throw new DOMException(`struck ${kind} ${counts[kind]}`, fault[1]);
  };
  const bound = <T extends object>(target: T, own: Readonly<Record<string, unknown>>): T =>
    new Proxy(target, {
      get(_, key) {
        if (typeof key === "string" && key in own) return own[key];
        const value = Reflect.get(target, key, target) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  const writable = (target: FileSystemWritableFileStream): FileSystemWritableFileStream =>
    bound(target, {
      write: async (data: FileSystemWriteChunkType) => {
        // Half of it is in the swap file when the disk is full.
        if (faults.write?.[0] === counts.write + 1) await target.write((data as Uint8Array<ArrayBuffer>).slice(0, 1));
        strike("write");
        await target.write(data);
      },
      close: async () => {
        strike("close");
        await target.close();
      },
    });
  const file = (target: FileSystemFileHandle): FileSystemFileHandle =>
    bound(target, {
      createWritable: async () => {
        strike("create");
        return writable(await target.createWritable());
      },
    });
  const directory = (target: FileSystemDirectoryHandle): FileSystemDirectoryHandle =>
    bound(target, {
      getFileHandle: async (name: string, options?: FileSystemGetFileOptions) => file(await target.getFileHandle(name, options)),
      getDirectoryHandle: async (name: string, options?: FileSystemGetDirectoryOptions) => directory(await target.getDirectoryHandle(name, options)),
      ...(faults.permission !== undefined && { queryPermission: () => Promise.resolve("prompt"), requestPermission: () => Promise.resolve(faults.permission) }),
    });
  return directory(root);
}

afterEach(async () => {
  const root = await navigator.storage.getDirectory();
  for (const name of made.splice(0)) await root.removeEntry(name, { recursive: true });
});

const BEFORE = { "a/config.pbtxt": "old a", "b/config.pbtxt": "old b", "b/1/model.onnx": "weights" };

/** Changes two files, makes two in new folders, removes one. */
const BATCH: readonly FileWrite[] = [
  { path: "a/config.pbtxt", content: "new a", replaces: "old a" },
  { path: "c/config.pbtxt", content: "new c", replaces: null },
  { path: "b/config.pbtxt", content: "new b", replaces: "old b" },
  { path: "c/1/weights.txt", content: "new weights", replaces: null },
  { path: "b/1/model.onnx", content: null },
];

describe("a batch", () => {
  it("writes texts and bytes, makes folders, removes files and the folders that this empties", async () => {
    const root = await folder({ ...BEFORE, "d/1/model.onnx": "old" });
    const bytes = Uint8Array.from({ length: 10_000 }, (_, at) => at % 251);
    await repositoryFolder(root)!.write([...BATCH, { path: "d/1/model.onnx", content: new Blob([bytes]) }], ["all/1", "a/2"]);
    expect(await content(root)).toEqual({
      "a/": "", "a/2/": "", "a/config.pbtxt": "new a",
      "all/": "", "all/1/": "",
      "b/": "", "b/config.pbtxt": "new b",
      "c/": "", "c/1/": "", "c/1/weights.txt": "new weights", "c/config.pbtxt": "new c",
      "d/": "", "d/1/": "", "d/1/model.onnx": String.fromCharCode(...bytes),
    });
  });

  it.each<[string, Faults, string]>([
    ["the user does not allow it", { permission: "denied" }, "REPOSITORY_PERMISSION"],
    ["the first file may not be written", { create: [1, "NotAllowedError"] }, "REPOSITORY_PERMISSION"],
    ["the third file may not be written", { create: [3, "NotAllowedError"] }, "REPOSITORY_PERMISSION"],
    ["the last file is held by another program", { create: [4, "NoModificationAllowedError"] }, "REPOSITORY_UNWRITABLE"],
    ["the disk is full in the middle of the second file", { write: [2, "QuotaExceededError"] }, "REPOSITORY_UNWRITABLE"],
    ["the disk is full in the middle of the last file", { write: [4, "QuotaExceededError"] }, "REPOSITORY_UNWRITABLE"],
    ["the first file cannot be replaced", { close: [1, "InvalidStateError"] }, "REPOSITORY_UNWRITABLE"],
  ])("leaves every file as it was, and nothing new, when %s", async (_, faults, code) => {
    const root = await folder(BEFORE);
    const before = await content(root);
    await expect(repositoryFolder(faulty(root, faults))!.write(BATCH, ["all/1"])).rejects.toMatchObject({ code });
    expect(await content(root)).toEqual(before);
    // And the same batch goes through once nothing stands against it.
    await repositoryFolder(root)!.write(BATCH);
    expect((await content(root))["c/config.pbtxt"]).toBe("new c");
  });

  it.each<[number, readonly string[], Readonly<Record<string, string>>]>([
    [2, ["a/config.pbtxt"], { "a/": "", "a/config.pbtxt": "new a", "b/": "", "b/config.pbtxt": "old b", "b/1/": "", "b/1/model.onnx": "weights" }],
    [3, ["a/config.pbtxt", "c/config.pbtxt"], { "a/": "", "a/config.pbtxt": "new a", "c/": "", "c/config.pbtxt": "new c", "b/": "", "b/config.pbtxt": "old b", "b/1/": "", "b/1/model.onnx": "weights" }],
  ])("names what was written and what was not when file %i cannot be replaced, and leaves no half of it", async (nth, written, after) => {
    const root = await folder(BEFORE);
    const failing = repositoryFolder(faulty(root, { close: [nth, "InvalidStateError"] }))!.write(BATCH);
    const unwritten = BATCH.map(({ path }) => path).filter((path) => !written.includes(path));
    await expect(failing).rejects.toMatchObject({ code: "REPOSITORY_PARTLY_WRITTEN", data: { written, unwritten } });
    expect(await content(root)).toEqual(after);
  });

  it.each<[string, FileWrite]>([
    ["a text that another program changed", { path: "a/config.pbtxt", content: "mine", replaces: "what was read" }],
    ["a file that is new here and there", { path: "a/config.pbtxt", content: "mine", replaces: null }],
    ["a file that is gone", { path: "a/gone.txt", content: "mine", replaces: "what was read" }],
    ["bytes that another program changed", { path: "b/1/model.onnx", content: new Blob(["mine"]), replaces: new Blob(["another"]) }],
    ["a file to remove that was changed", { path: "a/config.pbtxt", content: null, replaces: "what was read" }],
  ])("writes nothing where one file of it is %s", async (_, write) => {
    const root = await folder(BEFORE);
    const before = await content(root);
    await expect(repositoryFolder(root)!.write([{ path: "b/config.pbtxt", content: "new b" }, write])).rejects.toMatchObject({ code: "REPOSITORY_CONFLICT", data: { path: write.path } });
    expect(await content(root)).toEqual(before);
  });

  it("that removes a file which is gone already succeeds", async () => {
    const root = await folder(BEFORE);
    await repositoryFolder(root)!.write([{ path: "x/gone.txt", content: null }]);
    expect(await content(root)).toMatchObject(BEFORE);
  });

  it("where a folder stands in a file's place writes nothing", async () => {
    const root = await folder(BEFORE);
    const before = await content(root);
    await expect(repositoryFolder(root)!.write([{ path: "a/config.pbtxt", content: "x" }, { path: "b/1", content: "x" }])).rejects.toMatchObject({ code: "REPOSITORY_UNWRITABLE" });
    expect(await content(root)).toEqual(before);
  });
});
