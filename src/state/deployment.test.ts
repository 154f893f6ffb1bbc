import { expect, test } from "vitest";
import { createDerivation } from "./derived.ts";
import { deployedModels } from "./deployment.ts";
import type { DocumentFile } from "./document.ts";

function viewOf(files: Readonly<Record<string, string | number>>, emptyFolders: readonly string[] = []) {
  const documents = Object.entries(files).map(([path, content]): [string, DocumentFile] => [
    path,
    typeof content === "string" ? { path, text: content, saved: content } : { path, file: { path, size: content, blob: () => Promise.resolve(new Blob()) } },
  ]);
  return createDerivation().repository(new Map(documents), emptyFolders);
}

const IO = 'input [{ name: "x" data_type: TYPE_FP32 dims: [ 1 ] }]\noutput [{ name: "y" data_type: TYPE_FP32 dims: [ 1 ] }]\n';

test("a python model brings its texts and names what lies beside model.py", () => {
  const [model] = deployedModels(
    viewOf({
      "pre/config.pbtxt": `backend: "python"\n${IO}instance_group [{ kind: KIND_GPU gpus: [ 1 ] }]`,
      "pre/1/model.py": "import old",
      "pre/2/model.py": "import torch",
      "pre/2/helper.py": "",
      "pre/2/tables/a.py": "",
      "pre/2/transforms.json": "{}",
    }),
  );
  expect(model).toMatchObject({
    name: "pre",
    backend: "python",
    file: { name: "model.py", present: true },
    python: { source: "import torch", transforms: "{}", own: ["helper", "model", "tables", "transforms.json"] },
  });
  expect(model!.instanceGroups).toMatchObject([{ kind: "KIND_GPU", gpus: [1] }]);
});

test("only versions that are served count, by the files in them", () => {
  const files = { "net/config.pbtxt": `backend: "onnxruntime"\nmax_batch_size: 0\n${IO}`, "net/1/model.onnx": 1000, "net/2/model.onnx": 20, "net/2/weights.bin": 3 };
  expect(deployedModels(viewOf(files))[0]).toMatchObject({ bytes: 23, file: { name: "model.onnx", present: true } });
  const both = { ...files, "net/config.pbtxt": `${files["net/config.pbtxt"]}version_policy { all {} }`, "net/3/note.txt": "hello" };
  expect(deployedModels(viewOf(both))[0]).toMatchObject({ bytes: 1028, file: { name: "model.onnx", present: false } });
});

test("an empty version folder is named, and one that Git keeps is not", () => {
  const config = 'platform: "ensemble"\ninput [{ name: "x" data_type: TYPE_FP32 dims: [ 1 ] }]\n';
  expect(deployedModels(viewOf({ "e/config.pbtxt": config }, ["e/1"]))[0]).toMatchObject({ isEnsemble: true, backend: "", emptyVersion: "e/1" });
  expect(deployedModels(viewOf({ "e/config.pbtxt": config, "e/1/.gitkeep": "" }))[0]!.emptyVersion).toBeUndefined();
});

test("what Triton would refuse is counted", () => {
  expect(deployedModels(viewOf({ "bad/config.pbtxt": 'backend: "python"\nmax_batch_size: -1\n' }))[0]!.errors).toBeGreaterThan(0);
  const fine = `backend: "identity"\n${IO.replace('"x"', '"INPUT0"').replace('"y"', '"OUTPUT0"')}`;
  expect(deployedModels(viewOf({ "fine/config.pbtxt": fine, "fine/1/.gitkeep": "" }))[0]!.errors).toBe(0);
});
