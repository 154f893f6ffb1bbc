import { describe, expect, it } from "vitest";
import { createDerivation } from "../../state/derived.ts";
import type { DocumentFile } from "../../state/document.ts";
import { treeMove } from "../../ui/tree-move.ts";
import { treeRows, worstByModel, type TreeRow } from "./tree.ts";

const TEXTS: Record<string, string> = {
  "net/config.pbtxt": 'backend: "onnxruntime"',
  "chain/config.pbtxt": 'platform: "ensemble"',
  "README.md": "# About",
};
const files = new Map<string, DocumentFile>(Object.entries(TEXTS).map(([path, text]) => [path, { path, text, saved: text }]));
files.set("net/1/model.onnx", { path: "net/1/model.onnx", file: { path: "net/1/model.onnx", size: 2048, blob: () => Promise.reject(new Error("never read")) } });
const view = createDerivation().repository(files);

const rowsOf = (...expanded: string[]): readonly TreeRow[] => treeRows(view, files, new Set(expanded), new Map([["net", "error"]]));

describe("the explorer's tree", () => {
  it("puts ensembles first and files beside the models last", () => {
    expect(rowsOf().map(({ id, kind, backend, position, siblings }) => [id, kind, backend, position, siblings])).toEqual([
      ["chain", "model", "ensemble", 1, 3],
      ["net", "model", "onnxruntime", 2, 3],
      ["README.md", "file", undefined, 3, 3],
    ]);
  });

  it("shows versions and files of what is expanded, with sizes, and says which are text", () => {
    expect(rowsOf("net", "net/1").slice(1, 5)).toMatchObject([
      { id: "net", level: 1, expanded: true, severity: "error" },
      { id: "net/config.pbtxt", level: 2, label: "config.pbtxt", text: true, edited: false },
      { id: "net/1", level: 2, kind: "version", expanded: true },
      { id: "net/1/model.onnx", level: 3, label: "model.onnx", text: false, bytes: 2048 },
    ]);
  });

  it("counts the bytes of an edited text, not those on disk", () => {
    const edited = new Map(files).set("README.md", { path: "README.md", text: "# Über", saved: "# About" });
    expect(treeRows(view, edited, new Set(), new Map()).at(-1)).toMatchObject({ id: "README.md", edited: true, bytes: 7 });
  });

  it.each<[string, string | null, string, object | undefined]>([
    ["down goes to the next row", "chain", "ArrowDown", { focus: "net" }],
    ["down stays at the end", "README.md", "ArrowDown", undefined],
    ["right expands", "chain", "ArrowRight", { expand: "chain" }],
    ["right enters what is expanded", "net", "ArrowRight", { focus: "net/config.pbtxt" }],
    ["left goes to the parent", "net/1", "ArrowLeft", { focus: "net" }],
    ["left collapses", "net", "ArrowLeft", { collapse: "net" }],
    ["enter opens", "net/config.pbtxt", "Enter", { open: "net/config.pbtxt" }],
    ["end goes to the last row", "chain", "End", { focus: "README.md" }],
    ["a letter goes to the next row that begins with it", "chain", "r", { focus: "README.md" }],
    ["any key without a focused row goes to the first", null, "ArrowDown", { focus: "chain" }],
    ["tab is left alone", "chain", "Tab", undefined],
  ])("%s", (_, focused, key, move) => expect(treeMove(rowsOf("net"), focused, key)).toEqual(move));

  it("marks a model with its worst finding", () => {
    const findings = [{ model: "a", severity: "info" }, { model: "a", severity: "error" }, { model: "a", severity: "warning" }, { severity: "error" }] as const;
    expect([...worstByModel(findings)]).toEqual([["a", "error"]]);
  });
});
