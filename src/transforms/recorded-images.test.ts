// torchvision's transforms on the CPU against what Pillow, torch and torchvision gave.
import { describe, expect, it } from "vitest";
import { worstDifference } from "../testing/gpu-transform.ts";
import { withDefaults } from "../testing/monai.ts";
import { recordedImages, type NamedStep } from "../testing/recorded-images.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { loadCpuTable, TRANSFORMS } from "./catalogue.ts";
import { parseChain } from "./chain.ts";
import { runChainOnCpu } from "./chain-run.ts";
import type { ArrayItem } from "./transform.ts";

async function run(steps: readonly NamedStep[], input: ArrayItem): Promise<ArrayItem> {
  let dictionary = new Map([["image", input]]);
  for (const [name, parameters] of steps) {
    const entry = TRANSFORMS.find(({ spec }) => spec.name === name);
    if (entry === undefined) throw new Error(`no transform ${name}`);
    dictionary = (await entry.cpu())(withDefaults(entry.spec, parameters), ["image"], dictionary);
  }
  return dictionary.get("image") as ArrayItem;
}

describe("pictures, against Pillow, torch and torchvision", async () => {
  const cases = await recordedImages();
  if (cases === undefined) it.skip("monai-more/cases/Image2D.json: not among the recorded reference data", () => {});
  for (const { name, skipped, steps, input, output, tolerance } of cases ?? []) {
    if (skipped !== undefined) {
      it.skip(`${name}: ${skipped}`, () => {});
      continue;
    }
    it(name, async () => {
      const found = await run(steps, input);
      expect({ dataType: found.dataType, shape: found.shape, image: found.image }).toEqual({ dataType: output.dataType, shape: output.shape, image: output.image });
      expect(worstDifference(found, output, tolerance)).toBe("agree");
    });
  }

  const classic = cases?.find(({ name }) => name.startsWith("tv_classic"));
  it.skipIf(classic === undefined)("the classic chain, read from a transforms.json", async () => {
    if (classic === undefined) return;
    const transforms = classic.steps.map(([name, parameters]) => ({ _target_: `torchvision.transforms.${name}`, keys: "image", ...parameters }));
    const text = JSON.stringify({
      inputs: { image: "raw_image" },
      transforms: [{ _target_: "PIL.Image.open", keys: "image" }, ...transforms],
      outputs: { preprocessed_output: "image" },
    });
    const config = {
      max_batch_size: 0,
      input: [{ name: "raw_image", data_type: "TYPE_STRING", dims: [1] }],
      output: [{ name: "preprocessed_output", data_type: "TYPE_FP32", dims: [3, 28, 28] }],
    } as unknown as ModelConfig;
    const { chain, diagnostics } = parseChain(text, { file: "m/1/transforms.json" });
    expect(diagnostics).toEqual([]);
    if (chain === undefined) return;
    const file = { dataType: "TYPE_STRING" as const, shape: [1], data: [new Uint8Array(0)] };
    const outputs = runChainOnCpu(chain, config, new Map([["raw_image", file]]), await loadCpuTable(chain), undefined, undefined, [new Map([["image", classic.input]])]);
    expect(outputs.get("preprocessed_output")).toEqual({ dataType: "TYPE_FP32", shape: [3, 28, 28], data: classic.output.data });
  });
});
