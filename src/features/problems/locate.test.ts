import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { bySeverity, countBySeverity, placesIn } from "./locate.ts";

const finding = (id: string, severity: Diagnostic["severity"], more: Partial<Diagnostic> = {}): Diagnostic => ({ ...more, id, code: "X", severity, stage: "load", file: "a", from: 0, to: 0, message: "" });

describe("problems", () => {
  it.each([
    ["", 0, 1, 1],
    ["ab\ncd", 1, 1, 2],
    ["ab\ncd", 2, 1, 3],
    ["ab\ncd", 3, 2, 1],
    ["ab\ncd", 99, 2, 3],
    ["ab\r\ncd", 4, 2, 1],
  ])("of %j at %d are in line %d, column %d", (text, offset, line, column) => expect(placesIn(text)(offset)).toEqual({ line, column }));

  it("are counted and listed by severity, what Triton reports before the rest", () => {
    const findings = [finding("a", "info"), finding("b", "error"), finding("c", "warning"), finding("d", "error", { first: true })];
    expect(countBySeverity(findings)).toEqual({ error: 2, warning: 1, info: 1 });
    expect(bySeverity(findings).map(({ id }) => id)).toEqual(["d", "b", "c", "a"]);
  });
});
