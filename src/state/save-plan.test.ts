import { describe, expect, it } from "vitest";
import { encodeSourceText } from "../base/source-text.ts";
import type { RepositoryFile, RepositoryFolder } from "../repositories/source.ts";
import { createDocumentStore, type DocumentFile, type DocumentState } from "./document.ts";
import { canTake, firstChoices, heldBy, heldTexts, planSave, takesOf, writesOf, type SaveChoice } from "./save-plan.ts";

const blobOf = (content: string): Blob => new Blob([encodeSourceText(content)]);

function folderOf(files: Readonly<Record<string, string>>): RepositoryFolder {
  return { name: "folder", read: (path) => Promise.resolve(path in files ? blobOf(files[path] as string) : undefined), write: () => Promise.resolve() };
}

const bytes = (path: string, content: string): RepositoryFile => ({ path, size: blobOf(content).size, blob: () => Promise.resolve(blobOf(content)) });

function documentOf(files: readonly DocumentFile[], removed: DocumentState["removed"] = new Map()): DocumentState {
  const document = createDocumentStore();
  document.getState().open({ kind: "directory", name: "x", emptyFolders: [] }, files, {}, removed);
  return document.getState();
}

const A = "a/config.pbtxt";
const B = "a/1/model.bin";

describe("a save", () => {
  it.each<[string, DocumentFile[], DocumentState["removed"], Record<string, string>, "same" | "write" | "conflict" | "nothing"]>([
    ["an edited text", [{ path: A, text: "new", saved: "old" }], new Map(), { [A]: "old" }, "write"],
    ["an edited text that the folder has as well", [{ path: A, text: "new", saved: "old" }], new Map(), { [A]: "new" }, "same"],
    ["an edited text that was changed in the folder", [{ path: A, text: "new", saved: "old" }], new Map(), { [A]: "theirs" }, "conflict"],
    ["an edited text that is gone from the folder", [{ path: A, text: "new", saved: "old" }], new Map(), {}, "conflict"],
    ["a text made here", [{ path: A, text: "new", saved: null }], new Map(), {}, "write"],
    ["a text made here and there", [{ path: A, text: "new", saved: null }], new Map(), { [A]: "theirs" }, "conflict"],
    ["a text that is as it was", [{ path: A, text: "old", saved: "old" }], new Map(), { [A]: "theirs" }, "nothing"],
    ["bytes that are no text", [{ path: A, text: "\udcffnew", saved: "\udcff" }], new Map(), { [A]: "\udcff" }, "write"],
    ["added bytes", [{ path: B, file: bytes(B, "1"), added: true }], new Map(), {}, "write"],
    ["added bytes that the folder has", [{ path: B, file: bytes(B, "1"), added: true }], new Map(), { [B]: "1" }, "same"],
    ["added bytes where the folder has others", [{ path: B, file: bytes(B, "1"), added: true }], new Map(), { [B]: "2" }, "conflict"],
    ["a removed text", [], new Map([[A, "old"]]), { [A]: "old" }, "write"],
    ["a removed text that was changed in the folder", [], new Map([[A, "old"]]), { [A]: "theirs" }, "conflict"],
    ["a removed text that is gone", [], new Map([[A, "old"]]), {}, "same"],
    ["removed bytes", [], new Map([[B, null]]), { [B]: "1" }, "write"],
    ["removed bytes that are gone", [], new Map([[B, null]]), {}, "same"],
  ])("of %s", async (_, files, removed, there, expected) => {
    const plan = await planSave(documentOf(files, removed), folderOf(there));
    const [item] = plan.items;
    const found = item === undefined ? (plan.same.length > 0 ? "same" : "nothing") : item.conflict ? "conflict" : "write";
    expect(found).toBe(expected);
    expect([...firstChoices(plan).values()]).toEqual(expected === "write" ? ["mine"] : expected === "conflict" ? ["leave"] : []);
  });

  it("marks what was changed on both sides since the last visit, although the folder's text is known by now", async () => {
    const state = documentOf([{ path: A, text: "mine", saved: "theirs" }]);
    expect((await planSave(state, folderOf({ [A]: "theirs" }), { doubted: new Set([A]) })).items).toMatchObject([{ conflict: true }]);
  });

  it("writes what was chosen, only over what was compared", async () => {
    const state = documentOf([{ path: A, text: "new", saved: "old" }, { path: B, file: bytes(B, "1"), added: true }, { path: "c", text: "left", saved: "c" }], new Map([["d", "gone"]]));
    const plan = await planSave(state, folderOf({ [A]: "old", c: "c", d: "gone" }));
    const writes = await writesOf(plan, new Map<string, SaveChoice>([...firstChoices(plan), ["c", "leave"]]));
    expect(writes.map(({ path, content, replaces }) => [path, content instanceof Blob ? "bytes" : content, replaces])).toEqual([
      [B, "bytes", null],
      [A, "new", "old"],
      ["d", null, "gone"],
    ]);
  });

  it("takes the folder's texts as one entry of the history, and bytes never", async () => {
    const files: DocumentFile[] = [
      { path: "changed", text: "mine", saved: "old" },
      { path: "deleted", text: "mine", saved: "old" },
      { path: "bytes", file: bytes("bytes", "1"), added: true },
    ];
    const document = createDocumentStore();
    document.getState().open({ kind: "directory", name: "x", emptyFolders: [] }, files, {}, new Map([["removed", "old"]]));
    const plan = await planSave(document.getState(), folderOf({ changed: "theirs", bytes: "2", removed: "theirs" }));
    expect(plan.items.map((item) => [item.path, canTake(item)])).toEqual([["bytes", false], ["changed", true], ["deleted", true], ["removed", true]]);
    const choices = new Map(plan.items.map(({ path }) => [path, "theirs" as const]));
    document.getState().edit(takesOf(plan, choices), "take-folder");
    document.getState().markSaved(["changed", "deleted", "removed"], heldTexts(plan, choices));
    const texts = () => Object.fromEntries([...document.getState().files].map(([path, { text, saved }]) => [path, [text, saved]]));
    expect(texts()).toEqual({ changed: ["theirs", "theirs"], removed: ["theirs", "theirs"], bytes: [undefined, undefined] });
    expect([...document.getState().removed]).toEqual([]);
    document.getState().undo();
    expect(texts()).toEqual({ changed: ["mine", "theirs"], deleted: ["mine", null], bytes: [undefined, undefined] });
    expect([...document.getState().removed]).toEqual([["removed", "theirs"]]);
  });

  it("into another folder compares every file, and knows afterwards what lies there", async () => {
    const document = createDocumentStore();
    document.getState().open({ kind: "zip", name: "x", emptyFolders: [] }, [
      { path: "same", text: "1", saved: "1" },
      { path: "written", text: "edited", saved: "2" },
      { path: "other", text: "3", saved: "3" },
      { path: "weights", file: bytes("weights", "1") },
      { path: "left", file: bytes("left", "1") },
    ]);
    const target = {} as FileSystemDirectoryHandle;
    const plan = await planSave(document.getState(), folderOf({ same: "1", other: "theirs" }), { target });
    expect(plan.same).toEqual(["same"]);
    expect(plan.items.map(({ path, conflict }) => [path, conflict])).toEqual([["left", false], ["other", true], ["weights", false], ["written", false]]);
    document.getState().relocate({ kind: "directory", name: "folder", emptyFolders: [] }, heldBy(plan, document.getState(), new Set(["written", "weights"])));
    expect([...document.getState().files.values()].map(({ path, text, saved, added }) => [path, text, saved, added])).toEqual([
      ["same", "1", "1", undefined],
      ["written", "edited", "edited", undefined],
      ["other", "3", "theirs", undefined],
      ["weights", undefined, undefined, undefined],
      ["left", undefined, undefined, true],
    ]);
  });
});

describe("what was saved", () => {
  it("is what was written, although the text has gone on meanwhile", () => {
    const document = createDocumentStore();
    document.getState().open({ kind: "directory", name: "x", emptyFolders: [] }, [{ path: A, text: "one", saved: "zero" }]);
    document.getState().edit([{ path: A, edits: [{ from: 0, to: 3, insert: "two" }] }], "typing");
    document.getState().markSaved([A], new Map([[A, "one"]]));
    expect(document.getState().files.get(A)).toMatchObject({ text: "two", saved: "one" });
  });

  it("is in the folder still when the document has undone it meanwhile", () => {
    const document = createDocumentStore();
    document.getState().open({ kind: "directory", name: "x", emptyFolders: [] }, []);
    document.getState().edit([{ path: A, create: "new" }], "create");
    document.getState().undo();
    document.getState().markSaved([A], new Map([[A, "new"]]));
    expect([...document.getState().removed]).toEqual([[A, "new"]]);
    document.getState().redo();
    expect(document.getState().files.get(A)).toMatchObject({ text: "new", saved: "new" });
  });
});
