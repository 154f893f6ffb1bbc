import { describe, expect, it } from "vitest";
import type { TensorSummary } from "../../runtime/protocol.ts";
import { statistics } from "../../tensor/statistics.ts";
import type { ViewedTensor } from "../viewer.ts";
import { mayBeLabels } from "../label-values.ts";
import { sceneOf } from "./volume-scene.ts";

const EYE = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

function summaryOf(values: readonly number[], shape: readonly number[] = [1, 1, values.length]): TensorSummary {
  const { min, max, mean, nan, infinite, count, histogram } = statistics({ dataType: "TYPE_FP32", shape, data: Float32Array.from(values) });
  return { dataType: "TYPE_FP32", shape, count, min, max, mean, nan, infinite, histogram: { from: histogram.low, to: histogram.high, counts: histogram.counts } };
}

function viewed(name: string, values: readonly number[], affine: readonly number[] | undefined = EYE): ViewedTensor {
  const unread = () => Promise.reject(new Error("not read here"));
  return { name, summary: summaryOf(values), ...(affine && { affine }), loadData: unread, loadIntensities: unread, loadLabels: unread, loadPicture: unread, loadMask: unread };
}

describe("mayBeLabels", () => {
  it.each([
    ["a mask", [0, 1, 1, 0], true],
    ["several labels", [0, 1, 2, 3, 17], true],
    ["labels beyond the bars of the histogram", [0, 1, 117], true],
    ["63 labels", Array.from({ length: 64 }, (_, value) => value), true],
    ["intensities from 0 to 1", [0, 0.2, 0.5, 1], false],
    ["a value off the integers by more than a bar", [0, 1.05, 2], false],
    ["a value off by less, which only its elements tell", [0, 1.02, 2], true],
    ["negative numbers", [-1, 0, 1], false],
    ["background alone", [0, 0, 0], true],
    ["a single number that is no integer", [0.5, 0.5], false],
    ["more than 255", [0, 256], false],
    ["NaN", [0, NaN, 1], false],
  ])("of %s", (_, values, expected) => {
    expect(mayBeLabels(summaryOf(values))).toBe(expected);
  });
});

describe("sceneOf", () => {
  const image = viewed("IMAGE", [-100, 40.5, 200]);
  const mask = viewed("MASK", [0, 1, 1]);
  const contour = viewed("CONTOUR", [0, 1, 0]);
  const logits = viewed("logits", [0.5, -1, 3], []);

  it("lays labels over the volume that they belong to, in one order whichever is opened", () => {
    expect(sceneOf(mask, [image, mask, contour])).toEqual({ base: image, overlays: [mask, contour] });
    expect(sceneOf(contour, [image, mask, contour])).toEqual({ base: image, overlays: [mask, contour] });
    expect(sceneOf(mask, [image])).toEqual({ base: image, overlays: [mask] });
  });

  it("shows intensities themselves, labels over them", () => {
    expect(sceneOf(image, [mask])).toEqual({ base: image, overlays: [mask] });
  });

  it("is nothing where the place in space is not known, or labels have nothing to lie over", () => {
    expect(sceneOf(logits, [image])).toBeUndefined();
    expect(sceneOf(mask, [])).toBeUndefined();
  });
});
