import { expect, it } from "vitest";
import { walkNodes, type StandingNode } from "./node-walk.ts";

const node = (id: string, x: number, y: number): StandingNode => ({ id, x, y, width: 100, height: 50 });
/** a → b, a → c (below b), d alone below a. */
const NODES = [node("a", 0, 100), node("b", 200, 80), node("c", 200, 200), node("d", 0, 300)];
const WIRES = [{ source: "a", target: "c" }, { source: "a", target: "b" }];

it.each([
  ["a", "ArrowRight", "b"],
  ["b", "ArrowLeft", "a"],
  ["c", "ArrowLeft", "a"],
  ["b", "ArrowDown", "c"],
  ["c", "ArrowUp", "b"],
  ["a", "ArrowDown", "d"],
  ["d", "ArrowRight", "c"],
  ["b", "ArrowRight", undefined],
  ["a", "ArrowLeft", undefined],
  ["gone", "ArrowLeft", undefined],
] as const)("from %s %s leads to %s", (from, key, to) => {
  expect(walkNodes(from, key, NODES, WIRES)).toBe(to);
});
