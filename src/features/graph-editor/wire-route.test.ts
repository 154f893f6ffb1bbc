import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detourOf, detourPath } from "./wire-route.ts";

const source = { x: 0, y: 100 };
const target = { x: 1000, y: 100 };

describe("the detour of a wire", () => {
  it.each([
    ["nothing in its way", [{ x: 400, y: 300, width: 100, height: 50 }], undefined],
    ["a node that hangs low", [{ x: 400, y: 90, width: 100, height: 80 }], { from: 380, to: 520, y: 70 }],
    ["a node that stands high", [{ x: 400, y: 30, width: 100, height: 80 }], { from: 380, to: 520, y: 130 }],
    ["two nodes at once", [{ x: 300, y: 90, width: 100, height: 80 }, { x: 600, y: 80, width: 100, height: 80 }], { from: 280, to: 720, y: 60 }],
    ["a node behind the target", [{ x: 1100, y: 90, width: 100, height: 80 }], undefined],
  ])("with %s", (_, obstacles, expected) => {
    expect(detourOf(source, target, obstacles)).toEqual(expected);
  });

  it("is level where it passes, and touches no node there", () => {
    const node = fc.record({ x: fc.integer({ min: 10, max: 800 }), y: fc.integer({ min: -300, max: 300 }), width: fc.constant(150), height: fc.constant(80) });
    fc.assert(
      fc.property(fc.array(node, { maxLength: 8 }), (nodes) => {
        const detour = detourOf(source, target, nodes);
        if (detour === undefined) return;
        const hit = nodes.filter(({ x, y, width, height }) => x + width < target.x && x + width > detour.from && x < detour.to && detour.y > y && detour.y < y + height);
        expect(hit).toEqual([]);
      }),
    );
  });

  it("begins and ends at the ports", () => {
    const { path, label } = detourPath(source, target, { from: 380, to: 520, y: 70 });
    expect(path.startsWith("M0,100C")).toBe(true);
    expect(path.endsWith(" 1000,100")).toBe(true);
    expect(label).toEqual({ x: 450, y: 70 });
  });
});
