import { describe, expect, it } from "vitest";
import type { RepositorySource } from "../repositories/source.ts";
import { createDerivation } from "./derived.ts";
import type { DocumentFile } from "./document.ts";
import { inputForFiles } from "./input-fit.ts";
import { documentFiles, removedFiles, unsavedPaths, exampleGroups, examplesFor, firstModel, readTexts } from "./opened-files.ts";

const ENSEMBLE = `platform: "ensemble"
input [
  { name: "CT_AFFINE" data_type: TYPE_FP64 dims: [ 4, 4 ] optional: true },
  { name: "CT" data_type: TYPE_FP32 dims: [ -1, -1, -1 ] }
]
ensemble_scheduling { step [ { model_name: "inner" model_version: -1 } ] }
`;

function source(files: Record<string, string | Uint8Array<ArrayBuffer>>): RepositorySource {
  return {
    kind: "sample",
    name: "x",
    emptyFolders: [],
    report: { root: "", files: 0, bytes: 0, entries: [], more: 0 },
    files: Object.entries(files).map(([path, content]) => ({ path, size: content.length, blob: () => Promise.resolve(new Blob([content])) })),
  };
}

function view(texts: Record<string, string>) {
  return createDerivation().repository(new Map(Object.entries(texts).map(([path, text]): [string, DocumentFile] => [path, { path, text }])));
}

describe("files of an opened repository", () => {
  it("become texts where name and bytes are text; what Triton reads as bytes always does", async () => {
    const opened = source({ "a/config.pbtxt": "name: \"a\"", "a/labels.txt": new Uint8Array([0xff, 0xfe, 0x00]), "a/notes.md": new Uint8Array([0xff]), "a/1/model.onnx": "onnx" });
    const texts = await readTexts(opened, new AbortController().signal);
    expect([...texts]).toEqual([["a/config.pbtxt", "name: \"a\""], ["a/labels.txt", "\udcff\udcfe\0"]]);
    expect(documentFiles(opened, texts).map(({ path, text, saved }) => ({ path, text, saved }))).toEqual([
      { path: "a/config.pbtxt", text: "name: \"a\"", saved: "name: \"a\"" },
      { path: "a/labels.txt", text: "\udcff\udcfe\0", saved: "\udcff\udcfe\0" },
      { path: "a/notes.md", text: undefined, saved: undefined },
      { path: "a/1/model.onnx", text: undefined, saved: undefined },
    ]);
  });

  it("keep the edits of an earlier visit, and files made then", () => {
    const kept = new Map([
      ["a/config.pbtxt", { path: "a/config.pbtxt", saved: "old", text: "edited", version: 2 }],
      ["b/config.pbtxt", { path: "b/config.pbtxt", saved: null, text: "new", version: 1 }],
    ]);
    const files = documentFiles(source({ "a/config.pbtxt": "old" }), new Map([["a/config.pbtxt", "old"]]), { texts: kept, added: new Map(), removed: [] });
    expect(files.map(({ path, text, saved }) => [path, text, saved])).toEqual([
      ["a/config.pbtxt", "edited", "old"],
      ["b/config.pbtxt", "new", null],
    ]);
    expect(unsavedPaths({ files: new Map(files.map((file) => [file.path, file])), removed: new Map() })).toEqual(["a/config.pbtxt", "b/config.pbtxt"]);
  });

  it("keep the bytes that were added in an earlier visit, and leave out what was removed then", () => {
    const opened = source({ "a/config.pbtxt": "old", "a/1/model.onnx": "onnx", "b/config.pbtxt": "b" });
    const kept = {
      texts: new Map([["b/config.pbtxt", { path: "b/config.pbtxt", saved: "b", text: null, version: 2 }]]),
      added: new Map([["c/1/model.onnx", new Blob(["new"])]]),
      removed: ["a/1/model.onnx"],
    };
    const present = new Map([["a/config.pbtxt", "old"], ["b/config.pbtxt", "b"]]);
    expect(documentFiles(opened, present, kept).map(({ path, added }) => [path, added])).toEqual([["a/config.pbtxt", undefined], ["c/1/model.onnx", true]]);
    expect([...removedFiles(opened, kept)]).toEqual([["a/1/model.onnx", null], ["b/config.pbtxt", "b"]]);
  });

  it("keep an edited text whose file is no text any more", () => {
    const kept = { texts: new Map([["a/notes.md", { path: "a/notes.md", saved: null, text: "mine", version: 2 }]]), added: new Map(), removed: [] };
    expect(documentFiles(source({ "a/notes.md": new Uint8Array([0xff]) }), new Map(), kept)).toMatchObject([{ text: "mine", saved: null }]);
  });
});

describe("what is shown first", () => {
  it.each<[string, Record<string, string>, string | null]>([
    ["the outermost ensemble", { "zeta/config.pbtxt": ENSEMBLE, "inner/config.pbtxt": ENSEMBLE.replace("inner", "net"), "a/config.pbtxt": "" }, "zeta"],
    ["the first model without an ensemble", { "b/config.pbtxt": "", "a/config.pbtxt": "" }, "a"],
    ["nothing of nothing", {}, null],
  ])("is %s", (_, texts, model) => expect(firstModel(view(texts))).toBe(model));

  it("takes dropped files for the input that is no matrix", () => {
    expect(inputForFiles(view({ "e/config.pbtxt": ENSEMBLE }), "e")).toBe("CT");
    expect(inputForFiles(view({}), "e")).toBeUndefined();
  });

  it("offers each example once, without what describes it", () => {
    const { files } = source({ "a.nii.gz": "", "a.truth.json": "", "b.json": "" });
    expect([...exampleGroups(files)].map(([stem, group]) => [stem, group.map(({ path }) => path)])).toEqual([
      ["a", ["a.nii.gz"]],
      ["b", ["b.json"]],
    ]);
  });

  it("keeps files together that are for inputs by their names, and leaves out what is true of them", () => {
    const { files } = source({ "four.excerpt.json": "", "four.WEIGHT.json": "", "four.truth.json": "", "one.excerpt.txt": "", "one.WEIGHT.json": "" });
    expect([...exampleGroups(files)].map(([stem, group]) => [stem, group.map(({ path }) => path)])).toEqual([
      ["four", ["four.excerpt.json", "four.WEIGHT.json"]],
      ["one", ["one.excerpt.txt", "one.WEIGHT.json"]],
    ]);
  });

  it("offers an input the examples that name it or no input, and those of other models' inputs", () => {
    const groups = exampleGroups(source({ "four.excerpt.json": "", "four.WEIGHT.json": "", "one.excerpt.txt": "", "scan.nii.gz": "" }).files);
    const offered = (inputs: readonly string[], input: string) => examplesFor(groups, inputs, input).map(({ path }) => path);
    expect(offered(["excerpt", "WEIGHT"], "excerpt")).toEqual(["four.excerpt.json", "one.excerpt.txt", "scan.nii.gz"]);
    expect(offered(["excerpt", "WEIGHT"], "WEIGHT")).toEqual(["four.WEIGHT.json", "scan.nii.gz"]);
    expect(offered(["INPUT0"], "INPUT0")).toEqual(["four.excerpt.json", "four.WEIGHT.json", "one.excerpt.txt", "scan.nii.gz"]);
  });

  it("offers pictures of one name each by itself", () => {
    const { files } = source({ "cat.jpg": "", "cat.png": "", "cat.json": "", "dog.png": "" });
    expect([...exampleGroups(files).values()].map((group) => group.map(({ path }) => path)).sort()).toEqual([["cat.jpg"], ["cat.png"], ["dog.png"]]);
  });
});
