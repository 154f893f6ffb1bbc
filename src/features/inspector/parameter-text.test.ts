import { describe, expect, it } from "vitest";
import { parseChain } from "../../transforms/chain.ts";
import { listedParameters, parameterText } from "./parameter-text.ts";

describe("a parameter's text", () => {
  it.each([
    [true, "true"],
    [null, "null"],
    ["area", '"area"'],
    [[48, 48, 48], "[48, 48, 48]"],
    [{ value: -57, integer: false }, "-57.0"],
    [{ value: -57, integer: true }, "-57"],
    [{ value: 0.5, integer: false }, "0.5"],
  ])("of %j is %s", (value, text) => {
    expect(parameterText(value)).toBe(text);
  });
});

it("lists what is not left at its default", () => {
  const text = JSON.stringify({
    inputs: { image: "A" },
    transforms: [{ _target_: "Resized", keys: "image", spatial_size: [8, 8, 8], mode: "area", anti_aliasing: false }],
    outputs: { B: "image" },
  });
  const step = parseChain(text, { file: "m/1/transforms.json" }).chain!.steps[0]!;
  expect(listedParameters(step).map(({ name, value }) => [name, value])).toEqual([["spatial_size", "[8, 8, 8]"]]);
});
