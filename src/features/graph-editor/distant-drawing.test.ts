import { describe, expect, it } from "vitest";
import { createDerivation } from "../../state/derived.ts";
import { openModelOf } from "../../state/open-model.ts";
import { createCanvas } from "./canvas.ts";
import { looseEdges, nodesPath, wirePaths } from "./distant-drawing.ts";

const ENSEMBLE = `platform: "ensemble"
input [{ name: "A" data_type: TYPE_FP32 dims: [ 4 ] }]
output [{ name: "B" data_type: TYPE_FP32 dims: [ 4 ] }]
ensemble_scheduling { step [
  { model_name: "twice" model_version: -1 input_map { key: "x" value: "A" } output_map { key: "y" value: "middle" } },
  { model_name: "twice" model_version: -1 input_map { key: "x" value: "middle" } output_map { key: "y" value: "B" } }
] }
`;
const TWICE = `backend: "python"
input [{ name: "x" data_type: TYPE_FP32 dims: [ 4 ] }]
output [{ name: "y" data_type: TYPE_FP32 dims: [ 4 ] }]
`;

const derivation = createDerivation();
const texts = { "e/config.pbtxt": ENSEMBLE, "twice/config.pbtxt": TWICE, "twice/1/model.py": "" };
const repository = derivation.repository(new Map(Object.entries(texts).map(([path, text]) => [path, { path, text }])), ["e/1"]);
const canvas = createCanvas({ model: openModelOf(derivation, repository, "e")!, diagnostics: [], hand: undefined, nodeLabel: ({ id }) => id, edgeLabel: ({ id }) => id });
canvas.settle();
const { nodes, edges } = canvas.getState();
const handleOf = (id: string, handle: string) => {
  const node = nodes.find((each) => each.id === id)!;
  const { x, y, height = 0 } = node.handles!.find((each) => each.id === handle)!;
  return [node.position.x + x, node.position.y + y + height / 2] as const;
};

describe("the wires of a graph seen from afar", () => {
  it("are elements only where they move with a node or are chosen", () => {
    const ids = (dragged: readonly string[], tensor: string | null) => looseEdges(edges, JSON.stringify(dragged), tensor).map(({ id }) => id);
    expect(ids([], null)).toEqual([]);
    expect(ids(["step:twice"], null)).toEqual(["A>step:twice/x", "middle>step:twice#2/x"]);
    expect(ids([], "B")).toEqual(["B>output:B/B"]);
  });

  it("are otherwise one path for each colour, from handle to handle", () => {
    const [only, ...others] = wirePaths(nodes, edges, []);
    expect(others).toEqual([]);
    const starts = [...only!.path.matchAll(/M([\d.-]+),([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    const [x, y] = handleOf("step:twice", "out:y");
    expect(starts).toHaveLength(edges.length);
    expect(starts).toContainEqual([x + 10, y]);
    expect(wirePaths(nodes, edges, edges.slice(1))[0]!.path.match(/M/g)).toHaveLength(1);
    expect(wirePaths(nodes, edges, edges)).toEqual([]);
  });

  it("lead past nodes that are one shape on the map, without those that are dragged", () => {
    expect(nodesPath(nodes, "[]").match(/M/g)).toHaveLength(nodes.length);
    const { position, measured } = nodes.find(({ id }) => id === "input:A")!;
    const box = `M${position.x} ${position.y}h${measured!.width}v${measured!.height}h-${measured!.width}z`;
    expect(nodesPath(nodes, "[]")).toContain(box);
    expect(nodesPath(nodes, '["input:A"]')).not.toContain(box);
  });
});
