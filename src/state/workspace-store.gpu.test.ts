import { deleteDB } from "idb";
import { afterEach, describe, expect, it } from "vitest";
import type { RepositorySource, SourceKind } from "../repositories/source.ts";
import { reopen, reopenPermission } from "./reopen.ts";
import { removeFiles, storedFolder } from "./workspace-files.ts";
import { openWorkspaceStore, requestPersistence, type WorkspaceStore } from "./workspace-store.ts";

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
    await before.record(id, { path: "net/config.pbtxt", version: 1, change: { edits: [{ from: 4, to: 4, insert: ": 1" }] } });
    await before.record(id, { path: "all/config.pbtxt", version: 1, change: { text: "new" } });
    await before.putLayout(id, { net: [1, 2] });
    before.close();

    const after = await store(() => 2000);
    const workspace = await after.open(id);
    expect([...workspace.texts.values()]).toEqual([
      { path: "net/config.pbtxt", saved: "name", text: "name: 1", version: 1 },
      { path: "net/labels.txt", saved: "\udcff\udcfe", text: "\udcff\udcfe", version: 0 },
      { path: "all/config.pbtxt", saved: null, text: "new", version: 1 },
    ]);
    expect(workspace).toMatchObject({ name: "demo", stored: true, layout: { net: [1, 2] }, emptyFolders: ["all/1"], damaged: [], openedAt: 2000 });
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
    expect(await made.find({ kind: "sample", location: "spleen_ct" })).toBe(a);
    expect(await made.find({ kind: "http", location: "/local" })).toBe(b);
    expect(await made.find({ kind: "directory", directory: await root.getDirectoryHandle("found-again") })).toBe(c);
    expect(await made.find({ kind: "directory", directory: root })).toBeUndefined();
    expect(await made.find({ kind: "zip" })).toBeUndefined();
    await root.removeEntry("found-again");
  });

  it("fold a long journal into their texts, and keep texts that were replaced", async () => {
    const made = await store();
    const id = await made.create(source("sample", { "a/config.pbtxt": "" }), { kind: "sample", location: "x" });
    for (let version = 1; version <= 205; version++) await made.record(id, { path: "a/config.pbtxt", version, change: { edits: [{ from: 0, to: 0, insert: "." }] } });
    expect((await made.open(id)).texts.get("a/config.pbtxt")).toMatchObject({ text: ".".repeat(205), version: 205 });
    await made.record(id, { path: "a/config.pbtxt", version: 206, change: { edits: [{ from: 0, to: 200, insert: "" }] } });
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

  it("say that the storage is full before anything is copied", async () => {
    const made = await store();
    const huge = { ...source("zip", {}), files: [{ path: "a/1/model.onnx", size: 2 ** 52, blob: () => Promise.reject(new Error("never asked")) }] };
    await expect(made.create(huge, { kind: "zip" })).rejects.toMatchObject({ code: "STORAGE_FULL" });
  });

  it("ask for persistence without failing", async () => {
    expect(typeof (await requestPersistence())).toBe("boolean");
  });
});
