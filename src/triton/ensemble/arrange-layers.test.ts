import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { arrangeLayers, type LayerNode } from "./arrange-layers.ts";

const SPACING = { nodes: 32, ranks: 96 };

const node = (id: string, more: Partial<LayerNode> = {}): LayerNode => ({ id, width: 200, height: 100, ...more });
const wires = (text: string) => text.split(" ").filter((pair) => pair !== "").map((pair) => pair.split(">") as [string, string]);
const column = (places: ReadonlyMap<string, { x: number }>, x: number) => [...places].flatMap(([id, place]) => (place.x === x ? [id] : []));

describe("arranging in layers", () => {
  it("puts every node behind all that it reads, inputs first and outputs last", () => {
    const nodes = [node("in", { end: "first" }), node("a"), node("b"), node("c"), node("out", { end: "last" })];
    const places = arrangeLayers(nodes, wires("in>a a>b a>c b>c c>out in>c"), SPACING);
    expect([0, 296, 592, 888, 1184].map((x) => column(places, x))).toEqual([["in"], ["a"], ["b"], ["c"], ["out"]]);
  });

  it("keeps chains side by side straight and in their order", () => {
    const nodes = [node("a1"), node("b1"), node("c1"), node("c2"), node("a2"), node("b2")];
    const places = arrangeLayers(nodes, wires("a1>a2 b1>b2 c1>c2"), SPACING);
    for (const chain of ["a", "b", "c"]) expect(places.get(`${chain}1`)!.y).toBe(places.get(`${chain}2`)!.y);
    expect(places.get("a1")!.y).toBeLessThan(places.get("b1")!.y);
    expect(places.get("b1")!.y).toBeLessThan(places.get("c1")!.y);
  });

  it("goes on where steps read each other in a circle", () => {
    const places = arrangeLayers([node("a"), node("b"), node("c")], wires("a>b b>a b>c c>c"), SPACING);
    expect([...places.keys()].sort()).toEqual(["a", "b", "c"]);
    expect(places.get("a")!.x).toBeLessThan(places.get("b")!.x);
  });

  it("gives an empty graph no places", () => {
    expect(arrangeLayers([], [], SPACING).size).toBe(0);
  });

  const graphs = fc.integer({ min: 1, max: 30 }).chain((count) => {
    const at = fc.integer({ min: 0, max: count - 1 });
    return fc.record({
      nodes: fc.array(fc.record({ width: fc.integer({ min: 1, max: 400 }), height: fc.integer({ min: 1, max: 400 }) }), { minLength: count, maxLength: count }),
      wires: fc.array(fc.tuple(at, at), { maxLength: 60 }),
    });
  });

  it("lets no two nodes overlap, and says the same each time", () => {
    fc.assert(
      fc.property(graphs, ({ nodes, wires }) => {
        const given = nodes.map((size, index) => ({ id: `${index}`, ...size }));
        const between = wires.map(([from, to]) => [`${from}`, `${to}`] as const);
        const places = arrangeLayers(given, between, SPACING);
        expect(arrangeLayers(given, between, SPACING)).toEqual(places);
        const boxes = given.map(({ id, width, height }) => ({ ...places.get(id)!, width, height }));
        for (const [index, a] of boxes.entries()) {
          for (const b of boxes.slice(index + 1)) {
            const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y + 1e-6 || b.y + b.height <= a.y + 1e-6;
            expect(apart).toBe(true);
          }
        }
      }),
    );
  });
});
