import { describe, expect, it } from "vitest";
import type { Drop } from "../repositories/dropped/read-drop.ts";
import { addedModels, type AddedModels } from "./added-models.ts";
import { createDerivation } from "./derived.ts";
import { createDocumentStore } from "./document.ts";

const ENSEMBLE = `name: "outer"
platform: "ensemble" # as served
ensemble_scheduling { step [ { model_name: "net" model_version: -1 }, { model_name: "other" } ] }
`;

function dropOf(texts: Readonly<Record<string, string>>, folders: readonly string[] = []): Drop {
  return { files: Object.entries(texts).map(([path, text]) => ({ path, file: new File([text], path.split("/").at(-1) ?? "") })), folders, skipped: [] };
}

const add = (drop: Drop, ...taken: string[]): Promise<AddedModels> =>
  addedModels(drop, { taken: new Set(taken), describe: (name) => Promise.resolve(`name: "${name}"\n`) });

function documentWith(added: AddedModels) {
  const document = createDocumentStore();
  document.getState().open({ kind: "new", name: "repository", emptyFolders: [] }, [{ path: "old/config.pbtxt", text: "", saved: "" }]);
  document.getState().edit(added.edits, "add-models");
  return document;
}

describe("models that are added to the open repository", () => {
  it("are lone model files, each with the configuration that is made of it", async () => {
    const added = await add(dropOf({ "net.onnx": "…", "my model.onnx": "…" }));
    expect(added.models).toEqual(["my_model", "net"]);
    expect(added.edits.map(({ path }) => path).sort()).toEqual(["my_model/1/model.onnx", "my_model/config.pbtxt", "net/1/model.onnx", "net/config.pbtxt"]);
    expect(added.edits).toContainEqual({ path: "my_model/config.pbtxt", create: 'name: "my_model"\n' });
  });

  it("come and go as one entry of the history", async () => {
    const document = documentWith(await add(dropOf({ "models/net/1/model.onnx": "…", "models/net/config.pbtxt": 'backend: "onnxruntime"' })));
    const { files } = document.getState();
    expect([...files.keys()].sort()).toEqual(["net/1/model.onnx", "net/config.pbtxt", "old/config.pbtxt"]);
    expect(await (await files.get("net/1/model.onnx")!.file!.blob()).text()).toBe("…");
    document.getState().undo();
    expect([...document.getState().files.keys()]).toEqual(["old/config.pbtxt"]);
  });

  it("keep the empty version folder of an ensemble", async () => {
    const added = await add(dropOf({ "r/outer/config.pbtxt": ENSEMBLE }, ["r/outer/1"]));
    expect(added.edits).toContainEqual({ path: "outer/1/.gitkeep", create: "" });
  });

  it("get a number where their name is taken, and the configurations of the drop follow", async () => {
    const added = await add(dropOf({ "r/net/config.pbtxt": 'name: "net" # the network\n', "r/net/1/model.onnx": "…", "r/outer/config.pbtxt": ENSEMBLE }, ["r/outer/1"]), "net", "net_2");
    expect(Object.fromEntries(added.renamed)).toEqual({ net: "net_3" });
    expect(added.models).toEqual(["net_3", "outer"]);
    const { files } = documentWith(added).getState();
    expect(files.get("net_3/config.pbtxt")?.text).toBe('name: "net_3" # the network\n');
    expect(files.get("outer/config.pbtxt")?.text).toBe(ENSEMBLE.replace('"net"', '"net_3"'));
    expect([...createDerivation().repository(files).models.keys()].sort()).toEqual(["net_3", "old", "outer"]);
  });

  it("leave out what belongs to no model, with the reason", async () => {
    const added = await add(dropOf({ "r/net/config.pbtxt": "", "r/README.md": "# About", "r/docs/page.md": "" }));
    expect(added.edits.map(({ path }) => path)).toEqual(["net/config.pbtxt"]);
    expect(added.leftOut.map(({ path, reason }) => [path, reason])).toEqual([["README.md", "outside"], ["docs/page.md", "outside"]]);
  });

  it("are told apart from inputs", async () => {
    const alone = await add(dropOf({ "ct.nii": "…" }));
    expect([alone.models, alone.inputs.map(({ name }) => name)]).toEqual([[], ["ct.nii"]]);
    const both = await add(dropOf({ "ct.nii": "…", "net.onnx": "…" }));
    expect([both.models, both.inputs.map(({ name }) => name), both.leftOut]).toEqual([["net"], ["ct.nii"], []]);
  });

  it("come without a configuration where none can be made", async () => {
    const added = await addedModels(dropOf({ "net.onnx": "no model" }), { taken: new Set(), describe: () => Promise.reject(new Error("not ONNX")) });
    expect(added.edits.map(({ path }) => path)).toEqual(["net/1/model.onnx"]);
  });

  it.each<[string, Drop, string]>([
    ["a page", dropOf({ "notes.md": "# Notes" }), "no model in notes.md: expected .onnx files"],
    ["several pages", dropOf({ "a.md": "", "b.md": "", "c.md": "", "d.md": "" }), "no model in a.md, b.md, c.md and 1 more:"],
    ["nothing", dropOf({}), "no model in what was dropped:"],
  ])("are none in %s, which is refused", async (_, drop, message) => {
    await expect(add(drop)).rejects.toMatchObject({ code: "NO_MODEL_FOUND", message: expect.stringContaining(message) });
  });
});
