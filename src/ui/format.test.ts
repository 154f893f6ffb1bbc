import { describe, expect, it } from "vitest";
import { formatBytes, formatMilliseconds, formatShape } from "./format.ts";

describe("numbers in the interface", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "0.98 KiB"],
    [1536, "1.50 KiB"],
    [12_897_485, "12.3 MiB"],
    [1_048_051_712, "0.98 GiB"],
  ])("%d bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, "0.00 ms"],
    [0.421, "0.42 ms"],
    [12.34, "12.3 ms"],
    [999.6, "1.00 s"],
    [1234, "1.23 s"],
    [59_996, "1 min 0 s"],
    [125_000, "2 min 5 s"],
  ])("%d milliseconds are %s", (milliseconds, text) => expect(formatMilliseconds(milliseconds)).toBe(text));

  it("writes a shape as a configuration does", () => expect(formatShape([1, 96, -1])).toBe("[1, 96, -1]"));
});
