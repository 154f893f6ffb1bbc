import { expect, test } from "vitest";
import { newMessage } from "../triton/model-config/new-message.ts";
import type { Placement } from "./backends/backend.ts";
import { LoadedModels } from "./loaded-models.ts";

const source = (backend = "identity") => ({
  name: "copy",
  version: 1,
  config: newMessage("ModelConfig", { name: "copy", backend }),
  files: { names: [], open: () => Promise.resolve(undefined) },
});

function load(models: LoadedModels, placement: Placement, keepOthers: boolean, contentKey = "a") {
  return models.get({ source: source(), contentKey, placement, gpu: undefined, signal: new AbortController().signal, keepOthers });
}

test("a model that is placed elsewhere is loaded anew, and the one before goes", async () => {
  const models = new LoadedModels();
  const first = await load(models, "cpu", false);
  expect(await load(models, "cpu", false)).toBe(first);
  await load(models, "gpu", false);
  expect(models.names).toEqual(["copy@gpu"]);
  expect(await load(models, "cpu", false)).not.toBe(first);
});

test("with keepOthers both stay loaded, until they are freed", async () => {
  const models = new LoadedModels();
  const before = await load(models, "cpu", false);
  const kept = await load(models, "gpu", true);
  expect(await load(models, "cpu", true)).toBe(before);
  expect(await load(models, "gpu", true)).toBe(kept);
  await models.freeKept();
  expect(models.names).toEqual(["copy@cpu"]);
});

test("with another content nothing of the old one stays, at whatever placement", async () => {
  const models = new LoadedModels();
  await load(models, "cpu", true);
  await load(models, "gpu", true);
  await load(models, "gpu", true, "b");
  expect(models.names).toEqual(["copy@gpu"]);
});

test("a backend that the browser lacks is refused by name", async () => {
  const request = { source: source("tensorrt"), contentKey: "a", placement: "gpu", gpu: undefined, signal: new AbortController().signal, keepOthers: false } as const;
  await expect(new LoadedModels().get(request)).rejects.toMatchObject({ code: "MODEL_NOT_RUNNABLE", message: "model 'copy': the browser has no backend 'tensorrt'" });
});
