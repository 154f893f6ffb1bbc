import { expect, test } from "vitest";
import type { DeployedModel } from "./deployed-model.ts";
import { serverNeeds } from "./server-needs.ts";

function model(name: string, backend: string, more: Partial<DeployedModel> = {}): DeployedModel {
  return { name, backend, isEnsemble: backend === "", instanceGroups: [], steps: [], bytes: 0, errors: 0, ...more };
}

test.for([
  ["refused", model("m", "onnxruntime", { errors: 2 }), { model: "m", count: 2 }],
  ["model-file-missing", model("m", "python", { file: { name: "model.py", present: false } }), { model: "m", file: "model.py" }],
  ["empty-version", model("m", "", { emptyVersion: "m/1" }), { model: "m", folder: "m/1" }],
  ["packages-unknown", model("m", "python", { python: { source: "import acme_models", own: [] } }), { model: "m", modules: "acme_models" }],
  ["packages-unread", model("m", "python", { python: { own: [] } }), { model: "m" }],
  ["backend-unknown", model("m", "acme"), { backends: "acme" }],
  ["tensorflow-gone", model("m", "tensorflow"), {}],
  ["runs-on-cpu", model("m", "onnxruntime"), { models: "m" }],
] as const)("warns by %s", ([code, one, values]) => {
  expect(serverNeeds([one]).warnings).toContainEqual({ code, values });
});

test("warns of a repository without models, and of two backends that no image has both of", () => {
  expect(serverNeeds([]).warnings).toEqual([{ code: "no-models", values: {} }]);
  expect(serverNeeds([model("a", "vllm"), model("b", "tensorrtllm")]).warnings.map(({ code }) => code)).toContain("images-conflict");
});

test("has nothing to say of a model that says where it runs", () => {
  expect(serverNeeds([model("e", "", { steps: ["i"] }), model("i", "identity")]).warnings).toEqual([]);
});
