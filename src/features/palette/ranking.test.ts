import { describe, expect, it } from "vitest";
import type { PaletteEntry } from "./entries.ts";
import { ranked } from "./ranking.ts";

const entry = (id: string, title: string, other: string, detail?: string): PaletteEntry => ({ id, kind: "command", title, other, ...(detail !== undefined && { detail }), run: () => undefined });

const ENTRIES = [
  entry("undo", "撤销", "Undo"),
  entry("new-ensemble", "新建 ensemble…", "New ensemble…"),
  entry("new-repository", "新建仓库", "New repository"),
  entry("outline", "显示大纲", "Show the outline"),
  entry("model:segmentation_3d", "打开模型 segmentation_3d", "Open model segmentation_3d", "onnxruntime"),
  entry("step:postprocess", "转到步骤 postprocess", "Go to step postprocess", "postprocess"),
  entry("finding:1", "转到：inconsistent data type", "Go to: inconsistent data type", "spleen/config.pbtxt ENSEMBLE_DATA_TYPE"),
];

const first = (typed: string, recent: readonly string[] = []): string | undefined => ranked(ENTRIES, typed, recent)[0]?.id;

describe("the palette", () => {
  it.each([
    ["words of the interface's language", "新建仓库", "new-repository"],
    ["words of the other language", "new repository", "new-repository"],
    ["beginnings of words", "new rep", "new-repository"],
    ["words in another order", "repository new", "new-repository"],
    ["letters of a name", "seg3d", "model:segmentation_3d"],
    ["a backend", "onnxruntime", "model:segmentation_3d"],
    ["a code", "ENSEMBLE_DATA_TYPE", "finding:1"],
    ["part of a message", "inconsistent type", "finding:1"],
    ["another case", "UNDO", "undo"],
  ])("finds by %s", (_, typed, id) => expect(first(typed)).toBe(id));

  it("finds nothing by what is nowhere", () => expect(ranked(ENTRIES, "zzzz qqq", [])).toEqual([]));

  it("lists everything in its order before anything is typed, what was used of late first", () => {
    expect(ranked(ENTRIES, " ", []).map(({ id }) => id)).toEqual(ENTRIES.map(({ id }) => id));
    expect(ranked(ENTRIES, "", ["outline", "undo", "gone"]).map(({ id }) => id).slice(0, 3)).toEqual(["outline", "undo", "new-ensemble"]);
  });

  it("lists last what is not possible", () => {
    const entries = [{ ...ENTRIES[0]!, problem: "nothing to undo" }, ...ENTRIES.slice(1)];
    expect(ranked(entries, "", ["undo"]).at(-1)?.id).toBe("undo");
  });

  it("prefers what was used of late among what matches alike", () => {
    expect(first("new", ["new-repository"])).toBe("new-repository");
    expect(first("new", ["new-ensemble"])).toBe("new-ensemble");
  });
});
