import { describe, expect, it } from "vitest";
import { restingOf } from "./resting.ts";

const node = (id: string, x: number, dragging = false) => ({ id, x, dragging });
const NOTHING = { nodes: [], resting: [], dragged: "[]", large: false };

describe("what rests on a canvas", () => {
  const nodes = [node("a", 0), node("b", 1)];
  const still = { nodes, ...restingOf(nodes, NOTHING) };

  it("stays the same object while nothing but the dragged node moves", () => {
    const begun = [node("a", 5, true), nodes[1]!];
    const first = { nodes: begun, ...restingOf(begun, still) };
    expect(first.resting).toBe(begun);
    expect(first.dragged).toBe('["a"]');
    const further = [node("a", 9, true), nodes[1]!];
    const second = { nodes: further, ...restingOf(further, first) };
    expect(second.resting).toBe(begun);
    const ended = [node("a", 9), nodes[1]!];
    const last = restingOf(ended, second);
    expect(last.resting).toBe(ended);
    expect(last.dragged).toBe("[]");
  });

  it("is new when another node changes, comes or goes", () => {
    const moved = [nodes[0]!, node("b", 7)];
    expect(restingOf(moved, still).resting).toBe(moved);
    const fewer = [nodes[0]!];
    expect(restingOf(fewer, still).resting).toBe(fewer);
  });

  it("calls more than a hundred nodes large", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => node(`${index}`, 0));
    expect([100, 101].map((count) => restingOf(many(count), NOTHING).large)).toEqual([false, true]);
  });
});
