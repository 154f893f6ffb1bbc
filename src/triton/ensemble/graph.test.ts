import { describe, expect, it } from "vitest";
import { parseConfig } from "../model-config/decode.ts";
import { arrange, arrangeAround } from "./arrange.ts";
import { connectionProblem } from "./fit.ts";
import { buildEnsembleGraph, nodeId } from "./graph.ts";
import type { GraphModel } from "./graph-model.ts";

const MODEL = (name: string, inputs: string, outputs: string, more = "max_batch_size: 8") => `name: "${name}" backend: "identity" ${more}\ninput [ ${inputs} ]\noutput [ ${outputs} ]\n`;
const tensor = (name: string, type = "FP32", dims = "4", more = "") => `{ name: "${name}" data_type: TYPE_${type} dims: [ ${dims} ] ${more} }`;

const ENSEMBLE = `platform: "ensemble" max_batch_size: 8
input [ { name: "X" data_type: TYPE_FP32 dims: [ 4 ] } ]
output [ { name: "Y" data_type: TYPE_FP32 dims: [ 4 ] } ]
ensemble_scheduling { step [
  { model_name: "a" model_version: -1 input_map { key: "I" value: "X" } output_map { key: "O" value: "t" } },
  { model_name: "b" model_version: -1 input_map { key: "I" value: "t" } output_map { key: "O" value: "Y" } }
] }
`;

function models(changes: Readonly<Record<string, string>> = {}): Map<string, GraphModel> {
  const texts: Record<string, string> = {
    e: ENSEMBLE,
    a: MODEL("a", tensor("I"), tensor("O")),
    b: MODEL("b", `${tensor("I")}, ${tensor("P", "INT32", "1", "optional: true")}`, tensor("O")),
    ...changes,
  };
  return new Map(
    Object.entries(texts).map(([name, text]) => {
      const parsed = parseConfig(text, `${name}/config.pbtxt`);
      return [name, { name, config: parsed.config, parsed, versions: [1] }];
    }),
  );
}

const graph = (changes?: Readonly<Record<string, string>>) => buildEnsembleGraph("e", models(changes));

describe("the graph of an ensemble", () => {
  it("has its inputs, steps with ports, outputs and wires", () => {
    const { inputs, outputs, steps, tensors, file } = graph();
    expect(file).toBe("e/config.pbtxt");
    expect([...inputs, ...outputs].map(({ id }) => id)).toEqual(["input:X", "output:Y"]);
    expect(steps.map(({ id, model }) => [id, model?.name])).toEqual([
      ["step:a", "a"],
      ["step:b", "b"],
    ]);
    expect(steps[1]?.inputs).toEqual([
      { name: "I", tensor: "t", dataType: "TYPE_FP32", dims: [4], optional: false, exists: true },
      { name: "P", dataType: "TYPE_INT32", dims: [1], optional: true, exists: true },
    ]);
    expect(tensors).toEqual([
      { name: "X", producer: { kind: "input", name: "X" }, otherProducers: [], consumers: [{ kind: "step", step: 0, port: "I" }], dataType: "TYPE_FP32", dims: [4], batched: true },
      { name: "t", producer: { kind: "step", step: 0, port: "O" }, otherProducers: [], consumers: [{ kind: "step", step: 1, port: "I" }], dataType: "TYPE_FP32", dims: [4], batched: true },
      { name: "Y", producer: { kind: "step", step: 1, port: "O" }, otherProducers: [], consumers: [{ kind: "output", name: "Y" }], dataType: "TYPE_FP32", dims: [4], batched: true },
    ]);
  });

  it("numbers further steps of one model", () => {
    const built = graph({ e: ENSEMBLE.replace('"b" model', '"a" model') });
    expect(built.steps.map(({ id }) => id)).toEqual(["step:a", "step:a#2"]);
    expect(nodeId(built, { kind: "step", step: 1, port: "I" })).toBe("step:a#2");
  });

  it("keeps the ports that the maps name when a model is missing", () => {
    const all = models();
    all.delete("b");
    const { steps } = buildEnsembleGraph("e", all);
    expect(steps[1]).toMatchObject({ modelName: "b", inputs: [{ name: "I", tensor: "t", exists: true }] });
    expect(steps[1]?.model).toBeUndefined();
  });

  it("is empty for a model that does not exist", () => {
    expect(buildEnsembleGraph("none", models())).toMatchObject({ inputs: [], steps: [], tensors: [] });
  });
});

describe("a wire that is being drawn", () => {
  const built = graph({ b: MODEL("b", `${tensor("I")}, ${tensor("P", "INT32", "1")}, ${tensor("Q", "FP32", "2, 2")}`, tensor("O")) });
  it.each([
    ["fits an equal type and shape", { kind: "input", name: "X" }, { kind: "step", step: 1, port: "I" }, undefined],
    ["does not fit another type", { kind: "input", name: "X" }, { kind: "step", step: 1, port: "P" }, "TYPE_FP32 does not fit TYPE_INT32"],
    ["does not fit another shape", { kind: "input", name: "X" }, { kind: "step", step: 1, port: "Q" }, "[-1, 4] does not fit [-1, 2, 2]"],
    ["closes a cycle", { kind: "step", step: 1, port: "O" }, { kind: "step", step: 0, port: "I" }, "The step would wait for its own output"],
  ] as const)("%s", (_, from, to, expected) => {
    expect(connectionProblem(built, from, to)).toBe(expected);
  });
});

describe("the layout", () => {
  it("goes left to right, without overlap, and is the same every time", () => {
    const built = graph();
    const sizes = new Map([["step:a", { width: 300, height: 200 }]]);
    const positions = arrange(built, sizes);
    const x = ["input:X", "step:a", "step:b", "output:Y"].map((id) => positions.get(id)?.x ?? Number.NaN);
    expect(x[0]).toBe(0);
    expect([...x].sort((a, b) => a - b)).toEqual(x);
    expect(x[2]).toBeGreaterThanOrEqual((x[1] ?? 0) + 300);
    expect(arrange(built, sizes)).toEqual(positions);
  });

  it.each([
    ["b", "c"],
    ["c", "b"],
  ])("puts the readers of upper ports above those of lower ones, with %s before %s in the text", (...order) => {
    const readers: Record<string, string> = {
      b: '{ model_name: "b" model_version: -1 input_map { key: "I" value: "t0" } input_map { key: "J" value: "t1" } output_map { key: "O" value: "u" } }',
      c: '{ model_name: "c" model_version: -1 input_map { key: "I" value: "t2" } output_map { key: "O" value: "v" } }',
    };
    const built = graph({
      e: `platform: "ensemble" max_batch_size: 8
input [ ${tensor("X")} ] output [ ${tensor("Y")} ]
ensemble_scheduling { step [
  { model_name: "a" model_version: -1 input_map { key: "I" value: "X" } output_map { key: "O0" value: "t0" } output_map { key: "O1" value: "t1" } output_map { key: "O2" value: "t2" } },
  ${order.map((name) => readers[name]).join(", ")},
  { model_name: "d" model_version: -1 input_map { key: "I" value: "u" } input_map { key: "J" value: "v" } output_map { key: "O" value: "Y" } }
] }`,
      a: MODEL("a", tensor("I"), [0, 1, 2].map((at) => tensor(`O${at}`)).join()),
      b: MODEL("b", `${tensor("I")}, ${tensor("J")}`, tensor("O")),
      c: MODEL("c", tensor("I"), tensor("O")),
      d: MODEL("d", `${tensor("I")}, ${tensor("J")}`, tensor("O")),
    });
    const step = (name: string): string => `step:${name}`;
    const sizes = new Map([[step("b"), { width: 220, height: 150 }]]);
    const positions = arrange(built, sizes);
    const [upper, lower] = [positions.get(step("b"))!, positions.get(step("c"))!];
    expect(upper.x).toBe(lower.x);
    expect(lower.y).toBeGreaterThanOrEqual(upper.y + 150 + 32);
  });

  it("goes around what stands already, where that stands", () => {
    const built = graph();
    const free = arrange(built, new Map());
    const fixed = new Map([["step:a", { x: free.get("step:a")!.x + 1000, y: 500 }]]);
    const positions = arrangeAround(built, new Map(), fixed);
    expect(positions.get("step:a")).toEqual(fixed.get("step:a"));
    expect(positions.get("step:b")!.x - free.get("step:b")!.x).toBe(1000);
    const crowded = arrangeAround(built, new Map(), new Map([["step:a", { x: 0, y: 0 }], ["input:X", { x: 0, y: 200 }], ["output:Y", { x: 0, y: 96 }]]));
    const boxes = [...crowded.values()];
    expect(boxes.filter((one, index) => boxes.some((other, at) => at < index && Math.abs(one.x - other.x) < 220 && Math.abs(one.y - other.y) < 96))).toEqual([]);
  });

  it("puts inputs into the first column and outputs into the last, also those without wire", () => {
    const built = graph({
      e: ENSEMBLE.replace("input [", `input [ ${tensor("L")}, ${tensor("M")},`).replace("output [", `output [ ${tensor("V")},`),
    });
    const positions = arrange(built, new Map());
    const column = (kind: string) => [...positions].filter(([id]) => id.startsWith(kind)).map(([, { x }]) => x);
    expect(new Set(column("input:"))).toEqual(new Set([0]));
    expect(new Set(column("output:")).size).toBe(1);
    const boxes = [...positions.values()];
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) expect(Math.abs(a.x - b.x) >= 220 || Math.abs(a.y - b.y) >= 96).toBe(true);
    }
  });

  it("of an empty graph is empty", () => {
    expect(arrange(buildEnsembleGraph("none", new Map()), new Map()).size).toBe(0);
  });
});
