import { describe, expect, it } from "vitest";
import type { TensorSummary } from "../../runtime/protocol.ts";
import { automaticWindow, firstWindow, presetOf, WINDOW_PRESETS } from "./window-presets.ts";

function summary(min: number, max: number, counts: readonly number[]): TensorSummary {
  const histogram = { from: min, to: max, counts };
  return { dataType: "TYPE_FP32", shape: [1], count: 1, min, max, mean: 0, nan: 0, infinite: 0, histogram };
}

describe("automaticWindow", () => {
  it("leaves out rare values at both ends", () => {
    expect(automaticWindow(summary(0, 10, [1, 0, 50, 50, 50, 50, 0, 0, 0, 1]))).toEqual({ low: 2, high: 6 });
  });

  it("is never empty", () => {
    expect(automaticWindow(summary(3, 3, [5]))).toEqual({ low: 3, high: 4 });
    expect(automaticWindow({ ...summary(0, 0, []), min: null, max: null, histogram: null })).toEqual({ low: 0, high: 1 });
  });
});

describe("firstWindow", () => {
  it("is soft tissue for Hounsfield units and automatic for all else", () => {
    expect(firstWindow(summary(-1024, 1500, [1, 1]))).toBe(WINDOW_PRESETS.softTissue);
    expect(firstWindow(summary(0, 1, [1, 1]))).toEqual({ low: 0, high: 1 });
  });
});

it("recognises a preset by its bounds", () => {
  expect(presetOf({ low: -160, high: 240 })).toBe("softTissue");
  expect(presetOf({ low: -160, high: 241 })).toBeUndefined();
});
