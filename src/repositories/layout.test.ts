import { describe, expect, it } from "vitest";
import { arrangeRepository, type FoundItem } from "./layout.ts";

/** Paths with a trailing `/` are folders. */
function arrange(paths: readonly string[], name = "opened") {
  const items: FoundItem[] = paths.map((path) => (path.endsWith("/") ? { path } : { path, size: 10 }));
  const layout = arrangeRepository(items, name);
  return { files: layout.files.map((file) => file.path), folders: layout.emptyFolders, report: layout.report };
}

describe("finding the repository in what was opened", () => {
  it.each<[string, string[], string, string[], string[]]>([
    ["a repository", ["a/config.pbtxt", "a/1/model.onnx", "b/config.pbtxt", "b/1/"], "", ["a/1/model.onnx", "a/config.pbtxt", "b/config.pbtxt"], ["b/1"]],
    ["one folder deeper", ["repo/a/config.pbtxt", "repo/README.md"], "repo", ["README.md", "a/config.pbtxt"], []],
    ["two folders deeper", ["x/repo/a/1/model.onnx", "x/notes.txt"], "x/repo", ["a/1/model.onnx"], []],
    ["a model folder", ["config.pbtxt", "1/model.onnx", "labels.txt"], "", ["my_net/1/model.onnx", "my_net/config.pbtxt", "my_net/labels.txt"], []],
    ["a model folder in a folder", ["net/config.pbtxt", "net/1/model.onnx"], "", ["net/1/model.onnx", "net/config.pbtxt"], []],
    ["a model without configuration", ["net/3/model.onnx"], "", ["net/3/model.onnx"], []],
    ["a model with a folder of its own", ["a/config.pbtxt", "a/1/model.savedmodel/saved_model.pb", "a/1/x/config.pbtxt"], "",
      ["a/1/model.savedmodel/saved_model.pb", "a/1/x/config.pbtxt", "a/config.pbtxt"], []],
    ["a configuration beside the models", ["config.pbtxt", "a/config.pbtxt", "a/1/model.onnx", "b/config.pbtxt"], "",
      ["a/1/model.onnx", "a/config.pbtxt", "b/config.pbtxt", "config.pbtxt"], []],
    ["a configuration beside the models, one folder deeper", ["repo/config.pbtxt", "repo/a/config.pbtxt"], "repo", ["a/config.pbtxt", "config.pbtxt"], []],
    ["a configuration in a version folder", ["a/1/config.pbtxt", "a/1/weights.bin"], "", ["a/1/config.pbtxt", "a/1/weights.bin"], []],
    ["a model folder with configurations within", ["config.pbtxt", "1/config.pbtxt", "configs/config.pbtxt", "1/model.py"], "",
      ["my_net/1/config.pbtxt", "my_net/1/model.py", "my_net/config.pbtxt", "my_net/configs/config.pbtxt"], []],
    ["a model with further configurations and no version", ["a/config.pbtxt", "a/configs/config.pbtxt"], "", ["a/config.pbtxt", "a/configs/config.pbtxt"], []],
    ["a version folder kept by .gitkeep", ["a/config.pbtxt", "a/1/.gitkeep"], "", ["a/1/.gitkeep", "a/config.pbtxt"], []],
    ["folders of an empty version folder", ["a/config.pbtxt", "b/", "b/1/", "b/1/x/"], "", ["a/config.pbtxt"], ["b/1/x"]],
    ["nothing at all", [], "", [], []],
  ])("%s", (_, paths, root, files, folders) => {
    const found = arrange(paths, "my net.zip");
    expect(found.files).toEqual(files);
    expect(found.folders).toEqual(folders);
    expect(found.report.root).toBe(root);
  });

  it.each<[string, string[], string[]]>([
    ["a lone model", ["unet-3d.onnx"], ["unet-3d/1/model.onnx"]],
    ["a lone model with its weights, labels and configuration", ["net.onnx", "net.onnx.data", "labels.txt", "config.pbtxt"],
      ["net/1/model.onnx", "net/1/net.onnx.data", "net/config.pbtxt", "net/labels.txt"]],
    ["several models of one name", ["a/net.onnx", "b/net.onnx"], ["net/1/model.onnx", "net_2/1/model.onnx"]],
    ["a name that is no model name", ["my net (1).onnx"], ["my_net_1_/1/model.onnx"]],
  ])("%s becomes a repository", (_, paths, files) => {
    expect(arrange(paths).files).toEqual(files);
  });

  it("says what was skipped and why", () => {
    const { report } = arrange([
      "repo/a/config.pbtxt", "repo/a/.git/HEAD", "repo/a/1/__pycache__/model.pyc", "../../etc/passwd", "C:\\boot.ini", "repo\\a\\1\\model.onnx",
      "repo/a/config.pbtxt", "scan.nii.gz", "repo/head.nii", "notes.txt",
    ]);
    expect(report.entries.map(({ path, outcome, reason }) => [path, outcome, reason])).toEqual([
      ["repo/a/.git/HEAD", "skipped", "hidden"],
      ["repo/a/1/__pycache__/model.pyc", "skipped", "hidden"],
      ["../../etc/passwd", "skipped", "unsafe-path"],
      ["C:\\boot.ini", "skipped", "unsafe-path"],
      ["repo/a/config.pbtxt", "skipped", "duplicate"],
      ["scan.nii.gz", "input", "input-file"],
      ["notes.txt", "skipped", "outside"],
      ["repo/head.nii", "input", "input-file"],
    ]);
    expect([report.files, report.bytes]).toEqual([2, 20]);
  });

  it("of two repositories one is opened", () => {
    const { files, report } = arrange(["a/m/config.pbtxt", "b/m/config.pbtxt", "b/m/scan.nii", "notes.txt"]);
    expect([files, report.root]).toEqual([["m/config.pbtxt"], "a"]);
    expect(report.entries.map(({ path, reason }) => [path, reason])).toEqual([["b/m/config.pbtxt", "other-repository"], ["b/m/scan.nii", "input-file"], ["notes.txt", "outside"]]);
  });

  it("an image beside a lone model is offered as its input", () => {
    expect(arrange(["net.onnx", "scan.nii.gz"]).report.entries.at(-1)).toEqual({ path: "scan.nii.gz", outcome: "input", reason: "input-file" });
  });
});
