import { describe, expect, it } from "vitest";
import { createDerivation } from "../../state/derived.ts";
import type { DocumentFile } from "../../state/document.ts";
import { openModelOf } from "../../state/open-model.ts";
import { outlineRows, rowOfSelection, type OutlineRow } from "./rows.ts";

const TEXTS: Record<string, string> = {
  "net/config.pbtxt": `
    backend: "onnxruntime"
    input { name: "X" data_type: TYPE_FP32 dims: [ 3 ] }
    output { name: "Y" data_type: TYPE_FP32 dims: [ 2 ] }`,
  "chain/config.pbtxt": `
    platform: "ensemble"
    input { name: "CT" data_type: TYPE_FP32 dims: [ 3 ] }
    output { name: "MASK" data_type: TYPE_FP32 dims: [ 2 ] }
    ensemble_scheduling {
      step { model_name: "net" model_version: -1 input_map { key: "X" value: "CT" } output_map { key: "Y" value: "MASK" } }
      step { model_name: "gone" model_version: -1 input_map { key: "A" value: "MASK" } }
    }`,
};

function shown(model: string, isExpanded: (id: string) => boolean = () => true): readonly OutlineRow[] {
  const files = new Map<string, DocumentFile>(Object.entries(TEXTS).map(([path, text]) => [path, { path, text, saved: text }]));
  const derivation = createDerivation();
  const view = derivation.repository(files);
  return outlineRows(openModelOf(derivation, view, model)!, view.diagnostics, isExpanded);
}

const withoutFindings = (rows: readonly OutlineRow[]): readonly OutlineRow[] => rows.filter(({ subject }) => subject.kind !== "finding");
const row = (rows: readonly OutlineRow[], id: string): OutlineRow => rows.find((each) => each.id === id)!;

describe("the outline", () => {
  it("shows inputs, steps with their ports, outputs and tensors", () => {
    expect(withoutFindings(shown("chain")).map(({ id, level }) => `${level} ${id}`)).toEqual([
      "1 group:inputs",
      "2 input:CT",
      "1 group:steps",
      "2 step:net",
      "3 step:net/in:X",
      "3 step:net/out:Y",
      "2 step:gone",
      "3 step:gone/in:A",
      "1 group:outputs",
      "2 output:MASK",
      "1 group:tensors",
      "2 tensor:CT",
      "2 tensor:MASK",
    ]);
  });

  it("says at each port what it is connected to", () => {
    const rows = shown("chain");
    expect(row(rows, "step:net/in:X")).toMatchObject({ tensor: "CT", dataType: "TYPE_FP32", dims: [3], connections: [{ way: "from", title: "CT" }] });
    expect(row(rows, "step:net/out:Y").connections).toEqual([{ way: "to", title: "gone · A" }, { way: "to", title: "MASK" }]);
    expect(row(rows, "tensor:MASK").connections).toEqual([{ way: "from", title: "net · Y" }, { way: "to", title: "gone · A" }, { way: "to", title: "MASK" }]);
    expect(row(rows, "output:MASK").connections).toEqual([{ way: "from", title: "net · Y" }]);
  });

  it("puts a step's findings below it, and counts them where it is folded", () => {
    const rows = shown("chain");
    const gone = row(rows, "step:gone");
    expect(gone.findings?.worst.severity).toBe("error");
    expect(rows[rows.indexOf(gone) + 1]).toMatchObject({ level: 3, node: "step:gone", subject: { kind: "finding" } });
    expect(row(shown("chain", (id) => id !== "step:gone"), "step:gone")).toMatchObject({ expanded: false, findings: gone.findings });
  });

  it("shows nothing below what is folded, and keeps places and numbers of siblings", () => {
    const rows = shown("chain", (id) => id === "group:steps");
    expect(rows.map(({ id, position, siblings }) => [id, position, siblings])).toEqual([
      ["group:inputs", 1, 4],
      ["group:steps", 2, 4],
      ["step:net", 1, 2],
      ["step:gone", 2, 2],
      ["group:outputs", 3, 4],
      ["group:tensors", 4, 4],
    ]);
  });

  it("shows a model that is no ensemble as one step between its inputs and outputs", () => {
    expect(withoutFindings(shown("net")).map(({ id }) => id)).toEqual([
      "group:inputs", "input:X", "group:steps", "step:net", "step:net/in:X", "step:net/out:Y", "group:outputs", "output:Y",
    ]);
  });

  it.each<[string, string | null, string | null, string | undefined]>([
    ["a step is its own row", "step:net", null, "step:net"],
    ["an input is its own row", "input:CT", null, "input:CT"],
    ["a tensor is its own row", null, "MASK", "tensor:MASK"],
    ["nothing has none", null, null, undefined],
    ["what is gone has none", "step:unet", null, undefined],
  ])("%s", (_, node, tensor, id) => expect(rowOfSelection(shown("chain"), node, tensor)).toBe(id));

  it("stands in for a folded tensor with the first row that is connected to it", () => {
    expect(rowOfSelection(shown("chain", (id) => id !== "group:tensors"), null, "MASK")).toBe("step:net/out:Y");
  });
});
