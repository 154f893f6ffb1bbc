import { describe, expect, it } from "vitest";
import { createCommandsStore } from "../../state/commands.ts";
import { createDerivation } from "../../state/derived.ts";
import { createDocumentStore, type DocumentFile } from "../../state/document.ts";
import { createPanesStore } from "../../state/panes.ts";
import { createSelectionStore } from "../../state/selection.ts";
import type { App } from "../../ui/app-context.ts";
import { paletteEntries, type PaletteEntry } from "./entries.ts";

const step = (model: string, from: string, to: string): string => `{ model_name: "${model}" model_version: -1 input_map { key: "x" value: "${from}" } output_map { key: "y" value: "${to}" } }`;
const port = (name: string): string => `[ { name: "${name}" data_type: TYPE_FP32 dims: [ 8 ] } ]`;

const TEXTS: Record<string, string> = {
  "outer/config.pbtxt": `platform: "ensemble" input ${port("IN")} output ${port("OUT")} ensemble_scheduling { step [ ${step("net", "IN", "middle")}, ${step("net", "middle", "OUT")} ] }`,
  "outer/1/.gitkeep": "",
  "net/config.pbtxt": `backend: "identity" input ${port("x")} output ${port("y")}`,
  "README.md": "# About",
};

function open(model: string | null = "outer") {
  const document = createDocumentStore();
  const files: DocumentFile[] = Object.entries(TEXTS).map(([path, text]) => ({ path, text, saved: text }));
  files.push({ path: "bare/1/model.onnx", file: { path: "bare/1/model.onnx", size: 8, blob: () => Promise.reject(new Error("never read")) } });
  document.getState().open({ kind: "new", name: "repository", emptyFolders: [] }, files);
  const app = { document, derivation: createDerivation(), selection: createSelectionStore(), panes: createPanesStore(), commands: createCommandsStore() } as unknown as App;
  app.selection.getState().openModel(model);
  const entries = (): readonly PaletteEntry[] => paletteEntries(app, "en");
  const run = (id: string): void => entries().find((entry) => entry.id === id)?.run();
  return { app, entries, run, titles: (kind: PaletteEntry["kind"]) => entries().flatMap((entry) => (entry.kind === kind ? [entry.title] : [])) };
}

describe("what the palette offers", () => {
  it("is every model, and the parts of the open one", () => {
    const { titles } = open();
    expect(titles("model").sort()).toEqual(["Open model bare", "Open model net", "Open model outer"]);
    expect(titles("step")).toEqual(["Go to step net", "Go to step net#2"]);
    expect([...titles("input"), ...titles("output"), ...titles("tensor")]).toEqual(["Go to input IN", "Go to output OUT", "Go to tensor middle"]);
  });

  it("has no parts where no model is open, and no steps where the model has none", () => {
    expect(open(null).titles("tensor")).toEqual([]);
    expect([...open("net").titles("step"), ...open("net").titles("input")]).toEqual(["Go to input x"]);
  });

  it("is every file with a text, and every finding with its file", () => {
    const { titles, entries } = open();
    expect(titles("file")).toEqual(["Open file outer/config.pbtxt", "Open file net/config.pbtxt", "Open file README.md"]);
    const findings = entries().filter(({ kind }) => kind === "finding");
    expect(findings.find(({ title }) => title.includes("bare"))?.detail).toBe("bare/config.pbtxt REPOSITORY_NO_CONFIG");
  });

  it("is a configuration for a model file without one", () => {
    expect(open().titles("command")).toEqual(["Make a config.pbtxt for bare"]);
  });

  it("says in either language what it is, and why it is not possible", () => {
    const { app } = open();
    app.commands.getState().register([
      { id: "a", title: (language) => (language === "en" ? "Save" : "保存"), where: "window", keys: [["Mod", "S"]], problem: () => (language) => (language === "en" ? "no" : "不"), run: () => undefined },
      { id: "hidden", title: () => "Hidden", where: "window", listed: false, run: () => undefined },
    ]);
    expect(paletteEntries(app, "zh").filter(({ id }) => id === "a" || id === "hidden")).toMatchObject([{ id: "a", title: "保存", other: "Save", chord: ["Mod", "S"], problem: "不" }]);
  });
});

describe("what is chosen in the palette", () => {
  it("is selected and shown: a step, a wire", () => {
    const { app, run } = open();
    app.panes.getState().setCentre("text");
    run("step:net#2");
    expect(app.selection.getState()).toMatchObject({ node: "step:net#2", wanted: { node: "step:net#2" } });
    expect(app.panes.getState().centre).toBe("split");
    run("tensor:middle");
    expect(app.selection.getState()).toMatchObject({ node: null, tensor: "middle" });
  });

  it("is entered from the ensemble that has it as a step, and opened by itself from elsewhere", () => {
    const { app, run } = open();
    run("model:net");
    expect(app.selection.getState()).toMatchObject({ model: "net", trail: [{ model: "outer" }] });
    run("model:outer");
    expect(app.selection.getState()).toMatchObject({ model: "outer", trail: [] });
  });

  it("is a text with its model, or beside the models", () => {
    const { app, run } = open();
    run("file:net/config.pbtxt");
    expect(app.selection.getState()).toMatchObject({ model: "net", file: "net/config.pbtxt" });
    run("file:README.md");
    expect(app.selection.getState()).toMatchObject({ model: "net", file: "README.md" });
  });
});
