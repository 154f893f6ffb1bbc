import { describe, expect, it } from "vitest";
import { parseConfig } from "../model-config/decode.ts";
import { resolveBackend } from "./backend.ts";
import { readRepository, versionNumber } from "./repository.ts";
import { servedVersion, servedVersions } from "./versions.ts";

describe("reading a repository", () => {
  it("finds models, versions and other files", () => {
    const { models, root, ignored } = readRepository(["a/config.pbtxt", "a/labels.txt", "a/1/model.onnx", "a/10/model.onnx", "a/2/.gitkeep", "README.md"]);
    expect(root).toBe("");
    expect(models.get("a")).toEqual({
      name: "a",
      config: "a/config.pbtxt",
      versions: [
        { number: 1, path: "a/1", files: ["a/1/model.onnx"] },
        { number: 2, path: "a/2", files: [] },
        { number: 10, path: "a/10", files: ["a/10/model.onnx"] },
      ],
      files: ["a/labels.txt"],
      ignoredFolders: [],
    });
    expect(ignored).toEqual(["README.md"]);
  });

  it.each([
    ["one folder deeper", ["repo/a/config.pbtxt", "repo/a/1/model.py", "repo/b/config.pbtxt"], "repo/", ["a", "b"]],
    ["two folders deeper, with leading dots", ["./x/y/a/config.pbtxt", "./x/README.md"], "x/y/", ["a"]],
    ["without configurations", ["repo/a/1/model.onnx"], "repo/", ["a"]],
    ["where most models are", ["a/config.pbtxt", "old/b/config.pbtxt", "old/c/config.pbtxt", "old/d/config.pbtxt"], "old/", ["b", "c", "d"]],
    ["with empty folders", ["a/config.pbtxt", "a/1/"], "", ["a"]],
    ["with debris of an archive", ["__MACOSX/a/config.pbtxt", "a/config.pbtxt", ".DS_Store"], "", ["a"]],
    ["with a configuration inside a version folder", ["a/config.pbtxt", "a/1/model/config.pbtxt"], "", ["a"]],
  ])("finds its root %s", (_, paths, root, names) => {
    const repository = readRepository(paths);
    expect(repository.root).toBe(root);
    expect([...repository.models.keys()]).toEqual(names);
  });

  it.each([
    ["1", 1],
    ["0", 0],
    ["1abc", 1],
    ["01", undefined],
    ["-1", undefined],
    ["v1", undefined],
    ["configs", undefined],
  ])("reads the folder name %s as version %s", (folder, version) => {
    expect(versionNumber(folder)).toBe(version);
  });

  it("says where a folder looks like a version and is none, and where a model has no configuration", () => {
    const { diagnostics } = readRepository(["a/config.pbtxt", "a/01/model.onnx", "b/1/model.onnx"]);
    expect(diagnostics.map(({ code, model }) => [code, model])).toEqual([
      ["REPOSITORY_IGNORED_FOLDER", "a"],
      ["REPOSITORY_NO_CONFIG", "b"],
    ]);
  });
});

describe("a configuration that belongs to no model", () => {
  it.each([
    ["found beside the models", "repo/config.pbtxt", ["config.pbtxt"]],
    ["found in a model of a folder of models", "repo/group/b/config.pbtxt", ["group/b/config.pbtxt"]],
    ["not found in a version, of which the advice speaks", "repo/a/1/config.pbtxt", []],
    ["not found in what a version holds", "repo/a/1/assets/config.pbtxt", []],
    ["not found outside of the repository", "config.pbtxt", []],
    ["not found in an archive's debris", "repo/__MACOSX/config.pbtxt", []],
  ])("is %s", (_, path, files) => {
    const { diagnostics } = readRepository(["repo/a/config.pbtxt", "repo/a/1/model.py", path], "repo/");
    expect(diagnostics.map(({ code, severity, file }) => [code, severity, file])).toEqual(files.map((file) => ["REPOSITORY_STRAY_CONFIG", "warning", file]));
  });
});

describe("versions", () => {
  it.each([
    ["no policy", undefined, [3]],
    ["the latest two", { latest: { num_versions: 2 } }, [2, 3]],
    ["latest without a number", { latest: { num_versions: 0 } }, []],
    ["all", { all: {} }, [1, 2, 3]],
    ["some", { specific: { versions: [1, 9] } }, [1]],
  ])("served by %s", (_, policy, served) => {
    expect(servedVersions([3, 1, 2], policy).served).toEqual(served);
  });

  it("-1 means the latest served one", () => {
    const model = readRepository(["a/config.pbtxt", "a/1/model.py", "a/3/model.py"]).models.get("a");
    expect(model && servedVersion(model, undefined)?.number).toBe(3);
    expect(model && servedVersion(model, undefined, 1)).toBeUndefined();
    expect(model && servedVersion(model, { all: {} }, 1)?.number).toBe(1);
  });
});

describe("the backend", () => {
  it.each([
    ["of an ONNX file without configuration", "", ["a/1/model.onnx"], { backend: "onnxruntime", platform: "onnxruntime_onnx", filename: "model.onnx" }],
    ["by platform", 'platform: "onnxruntime_onnx"', [], { backend: "onnxruntime", platform: "onnxruntime_onnx", filename: "model.onnx" }],
    ["by backend", 'backend: "python"', [], { backend: "python", platform: "", filename: "model.py" }],
    ["with a file name of its own", 'backend: "onnxruntime" default_model_filename: "net.onnx"', [], { backend: "onnxruntime", platform: "onnxruntime_onnx", filename: "net.onnx" }],
    ["of a compiled torch model", 'platform: "torch_aoti"', ["a/1/model.pt2"], { backend: "pytorch", platform: "torch_aoti", filename: "model.pt2" }],
    ["of a forest", 'backend: "fil" parameters { key: "model_type" value { string_value: "lightgbm" } }', [], { backend: "fil", platform: "", filename: "model.txt" }],
    ["of an ensemble", 'platform: "ensemble"', [], { backend: "", platform: "ensemble", filename: "" }],
    ["that nothing tells", "", [], { backend: "", platform: "", filename: "" }],
    ["that is not known here", 'backend: "dali"', [], { backend: "dali", platform: "", filename: "" }],
  ])("%s", (_, text, paths, expected) => {
    const model = readRepository(["a/config.pbtxt", "a/1/.gitkeep", ...paths]).models.get("a");
    expect(model && resolveBackend(model, parseConfig(text, "a/config.pbtxt").config)).toEqual(expected);
  });

  it("of a model without anything is named behind its first dot", () => {
    const config = parseConfig("", "m.identity/config.pbtxt").config;
    expect(resolveBackend({ name: "m.identity", versions: [] }, config)).toEqual({ backend: "identity", platform: "", filename: "model.identity" });
  });
});
