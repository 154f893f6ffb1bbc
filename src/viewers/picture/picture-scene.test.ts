import { describe, expect, it } from "vitest";
import type { TensorSummary } from "../../runtime/protocol.ts";
import type { ViewedTensor } from "../viewer.ts";
import { maskLabels, maskPixels, shareText } from "./mask-labels.ts";
import { acceptsPicture, backgroundItem, backgroundsOf, differsInAspect, sceneOf } from "./picture-scene.ts";

const unread = () => Promise.reject(new Error("not read here"));

function viewed(name: string, summary: Partial<TensorSummary>, more: Partial<ViewedTensor> = {}): ViewedTensor {
  const whole: TensorSummary = { dataType: "TYPE_FP32", shape: [1, 32, 32], count: 1, min: 0, max: 1, mean: 0, nan: 0, infinite: 0, histogram: null, ...summary };
  return { name, batched: true, summary: whole, loadData: unread, loadIntensities: unread, loadLabels: unread, loadPicture: unread, loadMask: unread, ...more };
}

const encoded = viewed("image", { dataType: "TYPE_STRING", shape: [2, 1], count: 2, min: null, max: null, picture: "image/png" }, { isInput: true });
const text = viewed("words", { dataType: "TYPE_STRING", shape: [2, 1], count: 2, min: null, max: null });
const colours = viewed("normalized", { shape: [2, 3, 32, 32], min: -2.1, max: 2.4 });
const mask = viewed("segmentation", { dataType: "TYPE_INT64", shape: [2, 32, 32], max: 3 });

describe("what the picture viewer draws", () => {
  const labels = ["background", "cat", "dog", ""];
  it.each<[string, ViewedTensor, string | undefined, boolean | "also"]>([
    ["an encoded picture", encoded, "encoded", true],
    ["a text", text, undefined, false],
    ["planes of colours", colours, "pixels", true],
    ["integers", mask, "mask", true],
    ["whole floats", viewed("m", { shape: [1, 1, 32, 32], max: 4 }), "mask", true],
    ["floats between", viewed("m", { shape: [1, 1, 32, 32], max: 0.5 }), "pixels", "also"],
    ["grey bytes", viewed("m", { dataType: "TYPE_UINT8", shape: [1, 32, 32], max: 250 }), "pixels", true],
    ["grey bytes whose values have names", viewed("m", { dataType: "TYPE_UINT8", shape: [1, 32, 32], max: 250 }, { labels }), "mask", true],
    ["an input of few grey bytes", viewed("m", { dataType: "TYPE_UINT8", shape: [1, 32, 32], max: 3 }, { isInput: true }), "pixels", true],
    ["scores of five labels by pixel", viewed("m", { shape: [1, 5, 32, 32], max: 0.9 }), "mask", true],
    ["three planes with as many names", viewed("m", { shape: [1, 3, 32, 32], max: 0.9 }, { labels }), "mask", true],
    ["a small table", viewed("m", { shape: [4, 4], max: 0.5 }, { batched: false }), "pixels", "also"],
    ["scores of classes", viewed("m", { shape: [2, 10], max: 0.5 }), undefined, false],
    ["a mask with a place in space", viewed("m", { shape: [1, 32, 32], max: 2 }, { affine: Array.from({ length: 16 }, () => 0) }), "mask", "also"],
  ])("of %s", (_, tensor, kind, accepted) => {
    expect(sceneOf(tensor)?.kind).toBe(kind);
    expect(acceptsPicture(tensor)).toBe(accepted);
  });
});

describe("the picture under a mask", () => {
  it("is first the encoded input, then other pictures; never texts or masks", () => {
    const drawn = { ...encoded, name: "drawn", isInput: false };
    expect(backgroundsOf(mask, [colours, drawn, text, mask, viewed("other", { dataType: "TYPE_INT64", max: 3 }), encoded]).map(({ name }) => name)).toEqual(["image", "drawn", "normalized"]);
  });

  it("is that of the same item, or the only one", () => {
    expect([backgroundItem(3, 2), backgroundItem(1, 2), backgroundItem(2, 2)]).toEqual([2, 0, undefined]);
  });

  it.each([
    [{ width: 640, height: 480 }, { width: 128, height: 128 }, true],
    [{ width: 480, height: 640 }, { width: 128, height: 128 }, true],
    [{ width: 512, height: 512 }, { width: 128, height: 128 }, false],
    [{ width: 641, height: 480 }, { width: 128, height: 96 }, false],
  ])("%j over %j differs in its aspect ratio: %s", (a, b, expected) => {
    expect(differsInAspect(a, b)).toBe(expected);
  });
});

describe("labels of a mask", () => {
  const found = { width: 4, height: 2, labels: Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 7), counts: [{ label: 0, pixels: 5 }, { label: 1, pixels: 2 }, { label: 7, pixels: 1 }] };
  const look = maskLabels(found, ["background", "cat"]);

  it("have their shares of the area, and names where the label file has them", () => {
    expect(look.map(({ value, name, share, visible }) => [value, name, share, visible])).toEqual([
      [0, "background", 0.625, false], [1, "cat", 0.25, true], [7, undefined, 0.125, true],
    ]);
  });

  it("are drawn in their colours where they are shown", () => {
    const hidden = look.map((label) => (label.value === 7 ? { ...label, visible: false } : label));
    const pixels = maskPixels(found, hidden);
    expect([...pixels.subarray(4 * 4, 8 * 4)]).toEqual([0, 0, 0, 0, ...look[1]!.color, 255, ...look[1]!.color, 255, 0, 0, 0, 0]);
  });

  it.each([[0.625, "62.5 %"], [0.0004, "0.04 %"], [0.00001, "< 0.01 %"], [0, "0.00 %"], [1, "100.0 %"]])("a share of %s is %s", (share, expected) => {
    expect(shareText(share)).toBe(expected);
  });
});
