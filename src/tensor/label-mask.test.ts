import { expect, it } from "vitest";
import { labelMask } from "./label-mask.ts";
import { picturePixels } from "./picture-pixels.ts";
import { maskLayout, pictureLayout, scoresLayout, type PictureLayout } from "./picture-layout.ts";
import type { Tensor } from "./tensor.ts";

function finish<Result>(steps: Generator<number, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const of = (dataType: Tensor["dataType"], shape: readonly number[], data: Tensor["data"]): Tensor => ({ dataType, shape, data });
const mask = (tensor: Tensor, item = 0, layout: PictureLayout | undefined = maskLayout(tensor.dataType, tensor.shape, true)) => finish(labelMask(tensor, layout!, item));
const picture = (tensor: Tensor, item = 0) => finish(picturePixels(tensor, pictureLayout(tensor.dataType, tensor.shape, true)!, item));

it("a mask of whole numbers is the labels themselves, counted", () => {
  const tensor = of("TYPE_INT64", [2, 2, 2], BigInt64Array.of(0n, 1n, 1n, 1n, 0n, 0n, 2n, 255n));
  expect(mask(tensor)).toEqual({ width: 2, height: 2, labels: Uint8Array.of(0, 1, 1, 1), counts: [{ label: 0, pixels: 1 }, { label: 1, pixels: 3 }] });
  expect(mask(tensor, 1)?.counts).toEqual([{ label: 0, pixels: 2 }, { label: 2, pixels: 1 }, { label: 255, pixels: 1 }]);
});

it.each([["a fraction", 0.5], ["a negative number", -1], ["more than 255", 256], ["NaN", NaN]])("%s is no label", (_, value) => {
  expect(mask(of("TYPE_FP32", [1, 2, 2], Float32Array.of(0, 1, value, 0)))).toBeNull();
});

it("scores by pixel give the channel of the largest one, the first of equal ones", () => {
  const shape = [1, 2, 4, 4];
  const data = new Float32Array(32);
  // Channel 1 wins at pixel 3, ties at pixel 5, and is NaN at pixel 6 of channel 0.
  data[16 + 3] = 1;
  data[5] = data[16 + 5] = 2;
  data[6] = NaN;
  const tensor = of("TYPE_FP32", shape, data);
  const { labels, counts } = mask(tensor, 0, scoresLayout("TYPE_FP32", shape, true))!;
  expect([...labels]).toEqual([0, 0, 0, 1, ...Array.from({ length: 12 }, () => 0)]);
  expect(counts).toEqual([{ label: 0, pixels: 15 }, { label: 1, pixels: 1 }]);
});

it("bytes are shown as they are, planes or pixels", () => {
  const planes = picture(of("TYPE_UINT8", [1, 3, 2, 2], Uint8Array.of(1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24)));
  expect([...planes.pixels.subarray(0, 8)]).toEqual([1, 11, 21, 255, 2, 12, 22, 255]);
  expect(planes.contrast).toBeNull();
  const pixels = picture(of("TYPE_UINT8", [1, 2, 2, 4], Uint8Array.from({ length: 16 }, (_, index) => index)));
  expect([...pixels.pixels]).toEqual(Array.from({ length: 16 }, (_, index) => index));
});

it("other numbers are shown from the picture's smallest to its largest, which is said", () => {
  const { pixels, contrast } = picture(of("TYPE_FP32", [2, 2, 2], Float32Array.of(9, 9, 9, 9, -1, 0, NaN, 1)), 1);
  expect(contrast).toEqual({ low: -1, high: 1 });
  expect([0, 4, 8, 12].map((at) => pixels[at])).toEqual([0, 128, 0, 255]);
});

it("a picture of one value, and one of truths, need no contrast", () => {
  expect([...picture(of("TYPE_FP32", [1, 2, 2], Float32Array.of(3, 3, 3, 3))).pixels.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
  const { pixels, contrast } = picture(of("TYPE_BOOL", [1, 2, 2], Uint8Array.of(0, 1, 1, 0)));
  expect([pixels[0], pixels[4], contrast]).toEqual([0, 255, null]);
});

it("an item that is not there is refused", () => {
  expect(() => picture(of("TYPE_UINT8", [1, 2, 2], new Uint8Array(4)), 1)).toThrow(expect.objectContaining({ code: "TENSOR_MISMATCH" }));
});
