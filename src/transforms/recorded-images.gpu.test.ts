// torchvision's transforms on the GPU against what Pillow, torch and torchvision gave.
import { describe, expect, test } from "vitest";
import { runOnGpu, step, worstDifference, type Step } from "../testing/gpu-transform.ts";
import { withGpu } from "../testing/gpu.ts";
import { recordedImages, type NamedStep } from "../testing/recorded-images.ts";
import { TRANSFORMS } from "./catalogue.ts";

async function stepsOf(named: readonly NamedStep[]): Promise<Step[]> {
  return Promise.all(
    named.map(async ([name, parameters]) => {
      const entry = TRANSFORMS.find(({ spec }) => spec.name === name);
      if (entry === undefined) throw new Error(`no transform ${name}`);
      return step(entry.spec, await entry.cpu(), await entry.gpu(), parameters);
    }),
  );
}

describe("pictures on the GPU, against Pillow, torch and torchvision", async () => {
  const cases = await recordedImages();
  if (cases === undefined) test.skip("monai-more/cases/Image2D.json: not among the recorded reference data", () => {});
  for (const { name, skipped, steps, input, output, tolerance } of cases ?? []) {
    if (skipped !== undefined) {
      test.skip(`${name}: ${skipped}`, () => {});
      continue;
    }
    test(name, () =>
      withGpu(async (gpu) => {
        const { items, errors } = await runOnGpu(gpu, await stepsOf(steps), new Map([["image", input]]));
        expect(errors).toEqual([]);
        const found = items.get("image");
        if (found === undefined) throw new Error("the key is gone");
        expect({ dataType: found.dataType, shape: found.shape, image: found.image }).toEqual({ dataType: output.dataType, shape: output.shape, image: output.image });
        expect(worstDifference(found, output, tolerance)).toBe("agree");
      }),
    );
  }
});
