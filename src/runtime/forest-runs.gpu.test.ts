import { afterEach, expect, test } from "vitest";
import { packForest } from "../forest/packed-forest.ts";
import { predictRows } from "../forest/predict.ts";
import { readForest } from "../forest/read-forest.ts";
import { writeCheckpoint } from "../forest/treelite/write-checkpoint.ts";
import { writeNpy } from "../tensor/npy.ts";
import { lightgbmText, xgboostModel } from "../testing/forest-texts.ts";
import { openSession, type OpenSession } from "../testing/open-session.ts";

// Forests in whole runs, in real Chromium: the worker, the plan, an ensemble around them.

let open: OpenSession | undefined;
afterEach(() => open?.session.dispose());

const JSON_TEXT = JSON.stringify(xgboostModel());
const XGBOOST = readForest(new TextEncoder().encode(JSON_TEXT), "xgboost_json", "xgboost.json");
const LIGHTGBM = readForest(new TextEncoder().encode(lightgbmText()), "lightgbm", "model.txt");
const ROWS = Float32Array.from([0, 0, 1, 3, 1, 2, NaN, NaN, 2, 33]);

function config(name: string, modelType: string): string {
  return `name: "${name}" backend: "fil" max_batch_size: 64
input [{ name: "input__0" data_type: TYPE_FP32 dims: [ 2 ] }] output [{ name: "output__0" data_type: TYPE_FP32 dims: [ 1 ] }]
parameters { key: "model_type" value { string_value: "${modelType}" } } parameters { key: "output_class" value { string_value: "false" } }`;
}

const ENSEMBLE = `name: "both" platform: "ensemble" max_batch_size: 64
input [{ name: "ROWS" data_type: TYPE_FP32 dims: [ 2 ] }]
output [{ name: "A" data_type: TYPE_FP32 dims: [ 1 ] }, { name: "B" data_type: TYPE_FP32 dims: [ 1 ] }]
ensemble_scheduling { step [
  { model_name: "xgb" model_version: -1 input_map { key: "input__0" value: "ROWS" } output_map { key: "output__0" value: "A" } },
  { model_name: "lgbm" model_version: -1 input_map { key: "input__0" value: "ROWS" } output_map { key: "output__0" value: "B" } }
] }`;

async function openWith(checkpoint: Uint8Array<ArrayBuffer>, file = "checkpoint.tl"): Promise<OpenSession> {
  open = openSession(
    new Map<string, Uint8Array<ArrayBuffer> | string>([
      ["both/config.pbtxt", ENSEMBLE],
      ["xgb/config.pbtxt", config("xgb", "xgboost_json")],
      ["xgb/1/xgboost.json", JSON_TEXT],
      ["lgbm/config.pbtxt", config("lgbm", "treelite_checkpoint")],
      [`lgbm/1/${file}`, checkpoint],
    ]),
  );
  const blob = new Blob([writeNpy({ dataType: "TYPE_FP32", shape: [5, 2], data: ROWS })]);
  for (const [model, input] of [["both", "ROWS"], ["xgb", "input__0"]] as const) {
    await open.session.setInput(model, input, { kind: "files", files: [{ name: "rows.npy", blob }] });
    expect(open.session.getState().inputs[model]?.[input]?.error).toBeUndefined();
  }
  return open;
}

test.for(["gpu", "cpu"] as const)("an ensemble of forests runs on the %s", async (kind) => {
  const { session } = await openWith(writeCheckpoint(LIGHTGBM));
  await session.execute("both", { cache: false, kind });
  const { error, result } = session.getState().run;
  expect(error).toBeNull();
  expect(result!.steps.map(({ placement }) => placement)).toEqual([kind, kind]);
  for (const [name, forest] of [["A", XGBOOST], ["B", LIGHTGBM]] as const) {
    expect([...((await session.read(result!.outputs[name]!)) as Float32Array)]).toEqual([...predictRows(forest, packForest(forest), ROWS, { kind: "values", threshold: 0.5 })]);
  }
  const requested = kind === "gpu" ? [20, 20] : [];
  expect(result!.readbacks.filter(({ reason }) => reason === "requested output").map(({ bytes }) => bytes)).toEqual(requested);
  expect(result!.readbacks.length).toBeLessThanOrEqual(requested.length + 1);
});

test("a damaged forest fails its run with a code and its place, and the next run is fine", async () => {
  const { session } = await openWith(writeCheckpoint(LIGHTGBM).slice(0, -40));
  await session.execute("both", { cache: false });
  expect(session.getState().run.error).toMatchObject({ code: "FOREST_TRUNCATED", message: expect.stringContaining("lgbm/1/checkpoint.tl, tree 0") });
  await session.execute("xgb", { cache: false });
  expect(session.getState().run.error).toBeNull();
});

test("a forest's file under another name is missed before anything runs", async () => {
  const { session } = await openWith(writeCheckpoint(LIGHTGBM), "model.tl");
  await session.inspect("both");
  expect(session.getState().inspections["xgb"]?.weightBytes).toBe(JSON_TEXT.length);
  expect(session.getState().placements["lgbm"]).toEqual({ kind: "none", reason: "model-file-missing", detail: "1/checkpoint.tl" });
});
