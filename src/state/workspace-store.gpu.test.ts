import { deleteDB } from "idb";
import { afterEach, describe, expect, it } from "vitest";
import type { RepositorySource, SourceKind } from "../repositories/source.ts";
import { newRepository, reopen, reopenPermission } from "./reopen.ts";
import { removeFiles, storedFolder } from "./workspace-files.ts";
import { openWorkspaceStore, requestPersistence, type WorkspaceOrigin, type WorkspaceStore } from "./workspace-store.ts";

const NAME = "conch-test";
const open: WorkspaceStore[] = [];

async function store(clock?: () => number): Promise<WorkspaceStore> {
  const made = await openWorkspaceStore(NAME, clock);
  open.push(made);
  return made;
}

afterEach(async () => {
  for (const { id } of (await open.at(-1)?.list()) ?? []) await removeFiles(id);
  for (const each of open.splice(0)) each.close();
  await deleteDB(NAME);
});

function source(kind: SourceKind, files: Record<string, Blob | string>, emptyFolders: string[] = []): RepositorySource {
  const blobs = Object.entries(files).map(([path, content]) => [path, content instanceof Blob ? content : new Blob([content])] as const);
  return {
    kind,
    name: "demo",
    files: blobs.map(([path, blob]) => ({ path, size: blob.size, blob: () => Promise.resolve(blob) })),
    emptyFolders,
    report: { root: "", files: blobs.length, bytes: 0, entries: [], more: 0 },
  };
}

const noFetch = () => Promise.reject(new Error("nothing is fetched"));

describe("workspaces", () => {
  it("survive a reload with texts, edits, layout and files", async () => {
    const model = new Blob([new Uint8Array(3_000_000).fill(5)]);
    const before = await store(() => 1000);
    const progress: number[] = [];
    const id = await before.create(
      source("zip", { "net/config.pbtxt": "name", "net/1/model.onnx": model, "net/labels.txt": new Blob([Uint8Array.of(0xff, 0xfe)]) }, ["all/1"]),
      { kind: "zip" },
      { progress: (done) => progress.push(done) },
    );
    await before.record(id, { entries: [{ path: "net/config.pbtxt", version: 1, change: { edits: [{ from: 4, to: 4, insert: ": 1" }] } }] });
    await before.record(id, { entries: [{ path: "all/config.pbtxt", version: 1, change: { text: "new" } }] });
    await before.record(id, { state: { layout: { net: [1, 2] }, removed: ["net/2/model.onnx"], edited: 2 } });
    await before.putAdded(id, "all/1/model.onnx", new Blob(["bytes"]));
    await before.putAdded(id, "all/2/model.onnx", new Blob(["undone"]));
    await before.putAdded(id, "all/2/model.onnx", null);
    before.close();

    const after = await store(() => 2000);
    const workspace = await after.open(id);
    expect([...workspace.texts.values()]).toEqual([
      { path: "net/config.pbtxt", saved: "name", text: "name: 1", version: 1 },
      { path: "net/labels.txt", saved: "\udcff\udcfe", text: "\udcff\udcfe", version: 0 },
      { path: "all/config.pbtxt", saved: null, text: "new", version: 1 },
    ]);
    expect(workspace).toMatchObject({ name: "demo", stored: true, layout: { net: [1, 2] }, emptyFolders: ["all/1"], damaged: [], openedAt: 2000, edited: 2, removed: ["net/2/model.onnx"] });
    expect([...workspace.added.keys()]).toEqual(["all/1/model.onnx"]);
    expect(await workspace.added.get("all/1/model.onnx")!.text()).toBe("bytes");
    expect(progress.at(-1)).toBe(3_000_006);
    expect(await reopenPermission(workspace)).toBe("granted");
    const again = await reopen(workspace, "/", noFetch);
    expect(again.kind).toBe("zip");
    expect(again.files.map((file) => [file.path, file.size])).toEqual([["net/1/model.onnx", 3_000_000], ["net/config.pbtxt", 4], ["net/labels.txt", 2]]);
    expect(again.emptyFolders).toEqual(["all/1"]);
    expect(new Uint8Array(await (await again.files[0]!.blob()).slice(-2).arrayBuffer())).toEqual(Uint8Array.of(5, 5));
  });

  it("are listed last opened first, and found again by folder, sample and URL", async () => {
    let now = 0;
    const made = await store(() => ++now);
    const root = await navigator.storage.getDirectory();
    const directory = await root.getDirectoryHandle("found-again", { create: true });
    const a = await made.create(source("sample", {}), { kind: "sample", location: "spleen_ct" });
    const b = await made.create(source("http", {}), { kind: "http", location: "/local" });
    const c = await made.create(source("directory", {}), { kind: "directory", directory });
    await made.open(a);
    expect((await made.list()).map((each) => each.id)).toEqual([a, c, b]);
    const found = async (origin: WorkspaceOrigin) => (await made.find(origin)).map(({ id }) => id);
    expect(await found({ kind: "sample", location: "spleen_ct" })).toEqual([a]);
    expect(await found({ kind: "http", location: "/local" })).toEqual([b]);
    expect(await found({ kind: "directory", directory: await root.getDirectoryHandle("found-again") })).toEqual([c]);
    expect(await found({ kind: "directory", directory: root })).toEqual([]);
    expect(await found({ kind: "zip" })).toEqual([]);
    const again = await made.create(source("sample", {}), { kind: "sample", location: "spleen_ct" });
    expect(await found({ kind: "sample", location: "spleen_ct" })).toEqual([again, a]);
    await root.removeEntry("found-again");
  });

  it("fold a long journal into their texts, and keep texts that were replaced", async () => {
    const made = await store();
    const id = await made.create(source("sample", { "a/config.pbtxt": "" }), { kind: "sample", location: "x" });
    for (let version = 1; version <= 205; version++) await made.record(id, { entries: [{ path: "a/config.pbtxt", version, change: { edits: [{ from: 0, to: 0, insert: "." }] } }] });
    expect((await made.open(id)).texts.get("a/config.pbtxt")).toMatchObject({ text: ".".repeat(205), version: 205 });
    await made.record(id, { entries: [{ path: "a/config.pbtxt", version: 206, change: { edits: [{ from: 0, to: 200, insert: "" }] } }] });
    expect((await made.open(id)).texts.get("a/config.pbtxt")).toMatchObject({ saved: "", text: ".....", version: 206 });
    await made.replaceTexts(id, [{ path: "b/config.pbtxt", saved: "b", text: "b", version: 0 }], { files: [{ path: "b/config.pbtxt", size: 1 }], emptyFolders: [] });
    const replaced = await made.open(id);
    expect([...replaced.texts.keys()]).toEqual(["b/config.pbtxt"]);
    expect(replaced.files).toEqual([{ path: "b/config.pbtxt", size: 1 }]);
  });

  it("leave nothing behind when they are removed or could not be made", async () => {
    const made = await store();
    const id = await made.create(source("dropped", { "net/1/model.onnx": "123" }), { kind: "dropped" });
    await made.remove(id);
    expect(await made.list()).toEqual([]);
    await expect(made.open(id)).rejects.toMatchObject({ code: "WORKSPACE_MISSING" });
    await expect(storedFolder(id)).rejects.toMatchObject({ code: "WORKSPACE_MISSING" });
    const broken = source("dropped", { "net/1/model.onnx": "123" });
    const failing = { ...broken, files: [...broken.files, { path: "net/1/x.bin", size: 1, blob: () => Promise.reject(new Error("unreadable")) }] };
    await expect(made.create(failing, { kind: "dropped" })).rejects.toThrow("unreadable");
    expect(await made.list()).toEqual([]);
    const folders = await (await navigator.storage.getDirectory()).getDirectoryHandle("workspaces", { create: true });
    const left: string[] = [];
    for await (const name of folders.keys()) left.push(name);
    expect(left).toEqual([]);
  });

  it("take changes before their files are copied, and keep them when that fails", async () => {
    const made = await store();
    const files = source("zip", { "net/config.pbtxt": "name", "net/labels.txt": "a" });
    const failing = { ...files, files: [...files.files, { path: "net/1/model.onnx", size: 3, blob: () => Promise.reject(new Error("unreadable")) }] };
    const recorded: Promise<void>[] = [];
    const begun = () => void recorded.push(made.record("mine", { entries: [{ path: "net/config.pbtxt", version: 1, change: { text: "edited" } }] }));
    await expect(made.create(failing, { kind: "zip" }, { id: "mine", begun })).rejects.toThrow("unreadable");
    await Promise.all(recorded);
    const kept = await made.open("mine");
    expect(kept.texts.get("net/config.pbtxt")).toMatchObject({ saved: "name", text: "edited" });
    const again = await reopen(kept, "/", noFetch);
    expect(again.files.map(({ path }) => path)).toEqual(["net/config.pbtxt", "net/labels.txt"]);
    expect(again.report.entries).toEqual([{ path: "net/1/model.onnx", outcome: "skipped", reason: "not-kept" }]);
  });

  it("whose copy was cut short open with the texts that were kept, and say what is missing", async () => {
    const made = await store();
    const id = await made.create(source("zip", { "net/config.pbtxt": "name", "net/1/model.onnx": "12345" }, ["all/1"]), { kind: "zip" });
    const model = await (await storedFolder(id)).getDirectoryHandle("net");
    await model.removeEntry("config.pbtxt");
    const writable = await (await (await model.getDirectoryHandle("1")).getFileHandle("model.onnx")).createWritable();
    await writable.write("12");
    await writable.close();
    const again = await reopen(await made.open(id), "/", noFetch);
    expect(again.files.map(({ path, size }) => [path, size])).toEqual([["net/config.pbtxt", 4]]);
    expect(await (await again.files[0]!.blob()).text()).toBe("name");
    expect(again.emptyFolders).toEqual(["all/1"]);
    expect(again.report.entries).toEqual([{ path: "net/1/model.onnx", outcome: "skipped", reason: "not-kept" }]);
  });

  it("of a repository that was made here lie in the store alone", async () => {
    const made = await store();
    const id = await made.create(newRepository("fresh", ["all/1"]), { kind: "new" });
    await made.record(id, { entries: [{ path: "all/config.pbtxt", version: 1, change: { text: "name" } }] });
    const kept = await made.open(id);
    const again = await reopen(kept, "/", noFetch);
    expect(again).toMatchObject({ kind: "new", name: "fresh", files: [], emptyFolders: ["all/1"] });
    expect(kept.texts.get("all/config.pbtxt")).toMatchObject({ saved: null, text: "name" });
  });

  it("refuse a change once they are removed", async () => {
    const made = await store();
    const id = await made.create(source("sample", {}), { kind: "sample", location: "x" });
    await made.remove(id);
    await expect(made.record(id, { entries: [{ path: "a", version: 1, change: { text: "" } }] })).rejects.toMatchObject({ code: "WORKSPACE_MISSING" });
    await expect(made.record(id, { state: { layout: undefined, removed: [], edited: 1 } })).rejects.toMatchObject({ code: "WORKSPACE_MISSING" });
  });

  it("say that the storage is full before anything is copied", async () => {
    const made = await store();
    const huge = { ...source("zip", {}), files: [{ path: "a/1/model.onnx", size: 2 ** 52, blob: () => Promise.reject(new Error("never asked")) }] };
    await expect(made.create(huge, { kind: "zip" })).rejects.toMatchObject({ code: "STORAGE_FULL" });
  });

  it("ask for persistence without failing", async () => {
    expect(typeof (await requestPersistence())).toBe("boolean");
  });
});
