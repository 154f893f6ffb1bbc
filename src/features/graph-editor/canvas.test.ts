import { describe, expect, it } from "vitest";
import { applyEdits } from "../../base/text-edit.ts";
import { createDerivation } from "../../state/derived.ts";
import { connectEdits, disconnectEdits, removeNodesEdits } from "../../state/ensemble-edits.ts";
import { aloneGraph, openModelOf, type OpenModel } from "../../state/open-model.ts";
import { nodeBadges, wireSeverities } from "./badges.ts";
import { createCanvas, mergeEdges, mergeNodes, type NodeContext, type Shown } from "./canvas.ts";
import { canvasEdges, canvasNodes, endpointAt } from "./flow-elements.ts";
import { fittingPorts, problemBetween } from "./gestures.ts";

const ENSEMBLE = `platform: "ensemble"
input [{ name: "A" data_type: TYPE_FP32 dims: [ 4 ] }]
output [{ name: "B" data_type: TYPE_FP32 dims: [ 4 ] }]
ensemble_scheduling {
  step [
    { model_name: "twice" model_version: -1 input_map { key: "x" value: "A" } output_map { key: "y" value: "middle" } },
    { model_name: "twice" model_version: -1 input_map { key: "x" value: "middle" } output_map { key: "y" value: "B" } },
    { model_name: "words" model_version: -1 input_map { key: "x" value: "middle" } }
  ]
}
`;
const TWICE = `backend: "python"
input [{ name: "x" data_type: TYPE_FP32 dims: [ 4 ] }]
output [{ name: "y" data_type: TYPE_FP32 dims: [ 4 ] }]
`;
const WORDS = TWICE.replaceAll("TYPE_FP32", "TYPE_STRING");

function open(ensemble = ENSEMBLE, name = "e"): OpenModel & { all: OpenModel["repository"]["diagnostics"] } {
  const derivation = createDerivation();
  const texts = { "e/config.pbtxt": ensemble, "twice/config.pbtxt": TWICE, "words/config.pbtxt": WORDS, "twice/1/model.py": "", "words/1/model.py": "" };
  const files = new Map(Object.entries(texts).map(([path, text]) => [path, { path, text }]));
  const repository = derivation.repository(files, ["e/1"]);
  return { ...openModelOf(derivation, repository, name)!, all: repository.diagnostics };
}

const model = open();

describe("the elements of a canvas", () => {
  it("are inputs, steps and outputs, and one stretch of wire per consumer", () => {
    expect(canvasNodes(model).map(({ id }) => id)).toEqual(["input:A", "step:twice", "step:twice#2", "step:words", "output:B"]);
    expect(canvasEdges(model.graph).map(({ id, source, labelled }) => [id, source, labelled])).toEqual([
      ["A>step:twice/x", "input:A", true],
      ["middle>step:twice#2/x", "step:twice", true],
      ["middle>step:words/x", "step:twice", false],
      ["B>output:B/B", "step:twice#2", true],
    ]);
  });

  it("of a model alone are the model between its inputs and outputs", () => {
    const alone = open(ENSEMBLE, "twice");
    expect(canvasNodes(alone).map(({ id }) => id)).toEqual(["input:x", "step:twice", "output:y"]);
    expect(canvasEdges(alone.graph).map(({ id }) => id)).toEqual(["x>step:twice/x", "y>output:y/y"]);
    expect(aloneGraph(alone.graph, undefined).steps[0]!.model).toBeUndefined();
  });

  it("have unique ids when two steps write one tensor", () => {
    const { graph } = open(ENSEMBLE.replace('key: "y" value: "B"', 'key: "y" value: "middle"'));
    const ids = canvasEdges(graph).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("name the ends of wires by node and handle", () => {
    expect(endpointAt(model.graph, "step:twice#2", "in:x")).toEqual({ kind: "step", step: 1, port: "x" });
    expect(endpointAt(model.graph, "input:A", "out:A")).toEqual({ kind: "input", name: "A" });
    expect(endpointAt(model.graph, "step:gone", "in:x")).toBeUndefined();
  });
});

describe("merging into React Flow", () => {
  const shown: Shown = { model, diagnostics: [], hand: undefined, nodeLabel: ({ id }) => id, edgeLabel: ({ id }) => id };
  const canvas = createCanvas(shown);
  const context: NodeContext = { canvas, badges: new Map(), place: () => ({ x: 1, y: 2 }), label: ({ id }) => id };

  it("keeps the objects of nodes and edges that did not change", () => {
    const nodes = mergeNodes([], canvasNodes(model), context);
    const edges = mergeEdges([], canvasEdges(model.graph), { canvas, severity: () => undefined, label: ({ id }) => id });
    const again = open(`# a comment\n${ENSEMBLE}`);
    expect(mergeNodes(nodes, canvasNodes(again), context).map((node, index) => node === nodes[index])).toEqual([true, true, true, true, true]);
    expect(mergeEdges(edges, canvasEdges(again.graph), { canvas, severity: () => undefined, label: ({ id }) => id }).every((edge, index) => edge === edges[index])).toBe(true);
  });

  it("leaves a node that is being dragged where it is", () => {
    const [first, ...rest] = mergeNodes([], canvasNodes(model), context);
    const dragged = { ...first!, dragging: true, position: { x: 50, y: 60 } };
    expect(mergeNodes([dragged, ...rest], canvasNodes(model), context)[0]!.position).toEqual({ x: 50, y: 60 });
  });

  it("replaces a node when its findings change", () => {
    const before = mergeNodes([], canvasNodes(model), context);
    const badges = new Map([["step:twice", { count: 1, severity: "error" as const, first: "x", messages: ["m"], ports: {} }]]);
    const after = mergeNodes(before, canvasNodes(model), { ...context, badges });
    expect(after.map((node, index) => node === before[index])).toEqual([true, false, true, true, true]);
  });
});

describe("a canvas", () => {
  const shown = (more: Partial<Shown> = {}): Shown => ({ model, diagnostics: model.all, hand: undefined, nodeLabel: ({ id }) => id, edgeLabel: ({ id }) => id, ...more });
  const placesOf = (canvas: ReturnType<typeof createCanvas>) => Object.fromEntries(canvas.getState().nodes.map(({ id, position }) => [id, position]));

  it("gives places by the layout, but not to nodes that were placed by hand", () => {
    const hand = { "step:words": { x: 7, y: 8 } };
    const canvas = createCanvas(shown({ hand }));
    expect(canvas.getState().settled).toBe(false);
    canvas.settle();
    const places = placesOf(canvas);
    expect(canvas.getState().settled).toBe(true);
    expect(places["step:words"]).toEqual({ x: 7, y: 8 });
    expect(places["input:A"]!.x).toBeLessThan(places["step:twice"]!.x);
  });

  it("leaves nodes where they are when a wire goes, until it is tidied", () => {
    const canvas = createCanvas(shown());
    canvas.settle();
    const before = placesOf(canvas);
    canvas.show(shown({ model: open(ENSEMBLE.replace('input_map { key: "x" value: "middle" } output_map', "output_map")) }));
    canvas.settle();
    expect(placesOf(canvas)).toEqual(before);
    canvas.tidy();
    expect(placesOf(canvas)).not.toEqual(before);
  });

  it("that began without any node gives places to those that come", () => {
    const canvas = createCanvas(shown({ model: open('platform: "ensemble"\n') }));
    canvas.settle();
    canvas.show(shown());
    const places = Object.values(placesOf(canvas));
    expect(new Set(places.map(({ x, y }) => `${x},${y}`)).size).toBe(places.length);
  });

  it("takes over drags and sizes, and no selection", () => {
    const canvas = createCanvas(shown());
    canvas.settle();
    const { nodes } = canvas.getState();
    canvas.change([{ type: "select", id: "input:A", selected: true }]);
    expect(canvas.getState().nodes).toBe(nodes);
    canvas.change([{ type: "position", id: "input:A", position: { x: 1, y: 2 }, dragging: true }]);
    expect(placesOf(canvas)["input:A"]).toEqual({ x: 1, y: 2 });
  });
});

describe("badges", () => {
  it("stand on the step that a finding names, and on its wire", () => {
    const badges = nodeBadges(model, model.all);
    expect(badges.get("step:words")).toMatchObject({ severity: "error", ports: { x: { severity: "error", message: expect.stringContaining("TYPE_STRING") } } });
    expect(badges.has("step:twice#2")).toBe(false);
    expect(wireSeverities(model, model.all).get("A")).toBeUndefined();
  });
});

describe("gestures", () => {
  const port = (node: string, side: "in" | "out", name: string) => ({ node, side, port: name });

  it.each([
    ["a type that does not fit", port("step:twice", "out", "y"), port("step:words", "in", "x"), /TYPE_FP32 does not fit TYPE_STRING/],
    ["its own output", port("step:twice", "in", "x"), port("step:twice", "out", "y"), /its own output/],
    ["two outputs", port("step:twice", "out", "y"), port("step:twice#2", "out", "y"), /Both ports/],
    ["a fitting pair", port("input:A", "out", "A"), port("step:twice#2", "in", "x"), undefined],
  ])("judge %s", (_, one, other, reason) => {
    const problem = problemBetween(model, one, other);
    if (reason === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatch(reason);
  });

  it("offer only ports that fit", () => {
    expect(fittingPorts(model, port("step:twice#2", "in", "x")).map(({ title }) => title)).toEqual(["A", "twice · y"]);
    expect(fittingPorts(model, port("step:words", "in", "x"))).toEqual([]);
  });

  it("change only the entry that they mean", () => {
    const [connected] = connectEdits(model, { kind: "input", name: "A" }, { kind: "step", step: 1, port: "x" });
    expect(applyEdits(ENSEMBLE, connected!.edits!)).toBe(ENSEMBLE.replace('{ model_name: "twice" model_version: -1 input_map { key: "x" value: "middle" }', '{ model_name: "twice" model_version: -1 input_map { key: "x" value: "A" }'));
    const [cut] = disconnectEdits(model, { kind: "step", step: 2, port: "x" });
    expect(applyEdits(ENSEMBLE, cut!.edits!)).not.toContain('{ model_name: "words" model_version: -1 input_map');
    const [removed] = removeNodesEdits(model, ["step:words"]);
    expect(applyEdits(ENSEMBLE, removed!.edits!)).not.toContain("words");
  });

  it("are refused while the text does not parse, and on a model that is no ensemble", () => {
    const stale = { ...model, stale: true };
    expect(() => disconnectEdits(stale, { kind: "output", name: "B" })).toThrow(/does not parse/);
    expect(() => removeNodesEdits(open(ENSEMBLE, "twice"), ["input:x"])).toThrow(/no ensemble/);
  });
});
