import { describe, expect, it } from "vitest";
import { applyEdits } from "../../base/text-edit.ts";
import { writtenContent } from "../../testing/written-content.ts";
import { createLoader } from "./load.ts";
import { DEFAULT_SERVER } from "./server.ts";
import type { ModelVerdict } from "./verdict.ts";

const MODEL = (name: string, inputs: string, outputs: string, more = "max_batch_size: 8") => `name: "${name}" backend: "custom" ${more}\ninput [ ${inputs} ]\noutput [ ${outputs} ]\n`;
const tensor = (name: string, type = "FP32", dims = "4", more = "") => `{ name: "${name}" data_type: TYPE_${type} dims: [ ${dims} ] ${more} }`;

const ENSEMBLE = `platform: "ensemble" max_batch_size: 8
input [ { name: "X" data_type: TYPE_FP32 dims: [ 4 ] } ]
output [ { name: "Y" data_type: TYPE_FP32 dims: [ 4 ] } ]
ensemble_scheduling { step [
  { model_name: "a" model_version: -1 input_map { key: "I" value: "X" } output_map { key: "O" value: "t" } },
  { model_name: "b" model_version: -1 input_map { key: "I" value: "t" } output_map { key: "O" value: "Y" } }
] }
`;

/** What a server that completes nothing makes of the ensemble e among a and b. */
function verdict(changes: Readonly<Record<string, string>> = {}): ModelVerdict {
  const texts: Record<string, string> = {
    e: ENSEMBLE,
    a: MODEL("a", tensor("I"), tensor("O")),
    b: MODEL("b", `${tensor("I")}, ${tensor("P", "INT32", "1", "optional: true")}`, tensor("O")),
    ...changes,
  };
  const files = Object.entries(texts).flatMap(([name, text]) => [[`${name}/config.pbtxt`, text], [`${name}/1/`, ""]]);
  const found = createLoader().load(writtenContent(Object.fromEntries(files)), { ...DEFAULT_SERVER, autoComplete: false }).get("e");
  if (found === undefined) throw new Error("e is not there");
  return found;
}

describe("an ensemble", () => {
  it.each<[string, Record<string, string>, string, string]>([
    ["an input of the model that does not exist", { e: ENSEMBLE.replace('key: "I" value: "t"', 'key: "i" value: "t"') }, "ENSEMBLE_UNKNOWN_INPUT", "in ensemble e, ensemble tensor t is mapping to non-existing input i in model b"],
    ["an output of the model that does not exist", { e: ENSEMBLE.replace('key: "O" value: "t"', 'key: "Q" value: "t"') }, "ENSEMBLE_UNKNOWN_OUTPUT", "in ensemble e, ensemble tensor t is mapped from non-existing output Q in model a"],
    ["a required input without wire", { b: MODEL("b", `${tensor("I")}, ${tensor("P")}`, tensor("O")) }, "ENSEMBLE_UNMAPPED_INPUT", "in ensemble e, input P in model b is not mapped to any ensemble tensors"],
    ["two producers", { e: ENSEMBLE.replace('value: "Y"', 'value: "t"') }, "ENSEMBLE_TWO_PRODUCERS", "ensemble tensor 't' can appear in an output map only once for ensemble 'e' step 1"],
    ["a tensor that nothing writes", { e: ENSEMBLE.replace('key: "I" value: "t"', 'key: "I" value: "tt"') }, "ENSEMBLE_TENSOR_UNUSED", "ensemble tensor 'tt' is unused in ensemble 'e'"],
    ["an output that nothing writes", { e: ENSEMBLE.replace('key: "I" value: "t"', 'key: "I" value: "u"') }, "ENSEMBLE_OUTPUT_NOT_WRITTEN", "output 'Y' for ensemble 'e' is not written: at least one of its depending tensors, 'u', is not connected"],
    ["an unused input", { e: ENSEMBLE.replace('"X" data', '"Z" data') }, "ENSEMBLE_INPUT_UNUSED", "ensemble input 'Z' for ensemble e' is not used"],
    ["a data type that does not fit", { a: MODEL("a", tensor("I"), tensor("O", "INT8")) }, "ENSEMBLE_DATA_TYPE", "in ensemble e, ensemble tensor t: inconsistent data type: TYPE_INT8 is inferred from model a while TYPE_FP32 is inferred from model b"],
    ["a shape that does not fit", { a: MODEL("a", tensor("I"), tensor("O", "FP32", "2, 2")) }, "ENSEMBLE_SHAPE", "in ensemble e, ensemble tensor t: inconsistent shape: [-1,2,2] is inferred from model a while [-1,4] is inferred from model b"],
    ["a batch size that is too small", { a: MODEL("a", tensor("I"), tensor("O"), "max_batch_size: 4") }, "ENSEMBLE_BATCH_SIZE", "ensemble e allows maximum batch size 8, but it contains model a which only allows maximum batch size to be 4"],
    ["a version that is not there", { e: ENSEMBLE.replace("model_version: -1", "model_version: 3") }, "ENSEMBLE_STEP_VERSION", "ensemble 'e' depends on 'a' whose required version 3 is not loaded."],
    ["itself as a step", { e: ENSEMBLE.replace('"b" model', '"e" model') }, "ENSEMBLE_CYCLE", "circular dependency between ensembles: e -> ... -> e -> e"],
  ])("says what is wrong: %s", (_, changes, code, message) => {
    expect(verdict(changes).findings).toContainEqual(expect.objectContaining({ code, message, severity: "error", model: "e", file: "e/config.pbtxt" }));
  });

  it("offers the name that was meant as a fix", () => {
    const text = ENSEMBLE.replace('key: "I" value: "X"', 'key: "i" value: "X"');
    const [finding] = verdict({ e: text }).findings.filter(({ code }) => code === "ENSEMBLE_UNKNOWN_INPUT");
    expect(finding?.hint).toBe("Did you mean I?");
    const edits = finding?.fix?.edits[0]?.edits ?? [];
    expect(verdict({ e: applyEdits(text, edits) })).toMatchObject({ loads: true });
  });

  it.each<[string, string, string]>([
    ["a wildcard", tensor("O", "FP32", "-1"), "max_batch_size: 8"],
    ["the batch dimension written out by a model that does not batch", tensor("O", "FP32", "-1, 4"), ""],
    ["a fixed batch written out", tensor("O", "FP32", "2, 4"), ""],
  ])("lets a shape pass by %s", (_, output, more) => {
    const input = more === "" ? tensor("I", "FP32", "-1, 4") : tensor("I");
    expect(verdict({ a: MODEL("a", input, output, more) })).toMatchObject({ loads: true });
  });
});
