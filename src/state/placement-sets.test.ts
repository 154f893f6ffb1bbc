import { expect, test } from "vitest";
import { builtInSet, distinctSets, resolveSets } from "./placement-sets.ts";

const MODELS = [{ name: "pre", backend: "python" }, { name: "net", backend: "onnxruntime" }, { name: "copy", backend: "identity" }];

test.for([
  ["cpu", { pre: "cpu", net: "cpu", copy: "cpu" }],
  ["mixed", { pre: "cpu", net: "gpu", copy: "cpu" }],
  ["gpu", { pre: "gpu", net: "gpu", copy: "gpu" }],
] as const)("the built-in set %s places every model", ([name, placements]) => {
  expect(builtInSet(name, MODELS)).toEqual({ name, placements });
});

test.for([
  [MODELS, ["cpu", "mixed", "gpu"]],
  [MODELS.slice(1, 2), ["cpu", "gpu"]],
  [MODELS.slice(0, 1), ["cpu", "gpu"]],
] as const)("sets that would measure the same twice are left out of the default", ([models, names]) => {
  expect(distinctSets(models).map(({ name }) => name)).toEqual(names);
});

test("an own set leaves the models that it does not name where their text puts them", () => {
  expect(resolveSets([{ name: "gpu" }, { name: "mine", placements: { net: "gpu" } }], MODELS)[1]).toEqual({ name: "mine", placements: { net: "gpu" } });
});

test.for([
  [[{ name: "tpu" }], "There is no set of placements 'tpu'"],
  [[{ name: "cpu" }, { name: "cpu" }], "'cpu' is given twice"],
  [[{ name: "mine", placements: { nett: "gpu" as const } }], "places 'nett', which is no step: expected one of pre, net, copy"],
] as const)("%j is refused", ([wanted, message]) => {
  expect(() => resolveSets(wanted, MODELS)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringContaining(message) }));
});
