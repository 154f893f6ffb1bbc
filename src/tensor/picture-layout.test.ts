import { describe, expect, it } from "vitest";
import type { DataType } from "./data-type.ts";
import { maskLayout, pictureLayout, scoresLayout } from "./picture-layout.ts";

const text = (layout: ReturnType<typeof pictureLayout>) => layout && `${layout.items} × ${layout.channels} × ${layout.height} × ${layout.width} ${layout.order}`;

describe("pictures", () => {
  it.each<[string, readonly number[], boolean | undefined, string | undefined]>([
    ["planes of RGB", [3, 20, 30], false, "1 × 3 × 20 × 30 CHW"],
    ["pixels of RGB", [20, 30, 3], false, "1 × 3 × 20 × 30 HWC"],
    ["pixels with opacity", [20, 30, 4], false, "1 × 4 × 20 × 30 HWC"],
    ["one plane", [1, 20, 30], false, "1 × 1 × 20 × 30 CHW"],
    ["rows and columns", [20, 30], false, "1 × 1 × 20 × 30 CHW"],
    ["a batch", [8, 3, 20, 30], true, "8 × 3 × 20 × 30 CHW"],
    ["a batch that is not said to be one", [8, 3, 20, 30], undefined, "8 × 3 × 20 × 30 CHW"],
    ["a batch of three planes, told apart from RGB", [3, 20, 30], true, "3 × 1 × 20 × 30 CHW"],
    ["a batch of one behind which a 1 stands", [1, 1, 20, 30], true, "1 × 1 × 20 × 30 CHW"],
    ["many ones in front", [1, 1, 1, 20, 30], false, "1 × 1 × 20 × 30 CHW"],
    ["a volume", [48, 48, 48], false, undefined],
    ["a batch of volumes", [2, 1, 48, 48, 48], true, undefined],
    ["scores", [2, 10], true, undefined],
    ["a row of numbers", [1, 10], false, undefined],
    ["nothing", [0, 3, 20, 30], true, undefined],
  ])("of %s are %j (batch: %s): %s", (_, shape, batched, expected) => {
    expect(text(pictureLayout("TYPE_FP32", shape, batched))).toBe(expected);
  });

  it("are never texts", () => {
    expect(pictureLayout("TYPE_STRING", [20, 30])).toBeUndefined();
  });
});

it.each<[DataType, readonly number[], boolean, string | undefined]>([
  ["TYPE_INT64", [20, 30], false, "1 × 1 × 20 × 30 CHW"],
  ["TYPE_UINT8", [5, 20, 30], true, "5 × 1 × 20 × 30 CHW"],
  ["TYPE_UINT8", [20, 30, 1], false, "1 × 1 × 20 × 30 HWC"],
  ["TYPE_INT64", [3, 20, 30], false, undefined],
])("masks of %s %j (batch: %s) are %s", (dataType, shape, batched, expected) => {
  expect(text(maskLayout(dataType, shape, batched))).toBe(expected);
});

it.each<[DataType, readonly number[], boolean, string | undefined]>([
  ["TYPE_FP32", [5, 20, 30], false, "1 × 5 × 20 × 30 CHW"],
  ["TYPE_FP16", [2, 5, 20, 30], true, "2 × 5 × 20 × 30 CHW"],
  ["TYPE_INT32", [5, 20, 30], false, undefined],
  ["TYPE_FP32", [48, 48, 48], false, undefined],
  ["TYPE_FP32", [1, 20, 30], false, undefined],
])("scores by pixel of %s %j (batch: %s) are %s", (dataType, shape, batched, expected) => {
  expect(text(scoresLayout(dataType, shape, batched))).toBe(expected);
});
