import { expect, test } from "vitest";
import { parseConfig } from "../../model-config/decode.ts";
import { createReporter } from "../../ensemble/reporter.ts";
import { filFindings } from "./fil.ts";
import { readFilParameters } from "./fil-parameters.ts";

const PORTS = 'input [{ name: "input__0" data_type: TYPE_FP32 dims: [ 4 ] }] output [{ name: "output__0" data_type: TYPE_FP32 dims: [ 1 ] }]';
const parameter = (key: string, value: string) => `parameters { key: "${key}" value { string_value: "${value}" } }`;
const BASE = `${parameter("model_type", "lightgbm")} ${parameter("output_class", "true")}`;

function findings(text: string): { text: string; found: string[] } {
  const parsed = parseConfig(text, "forest/config.pbtxt");
  const reporter = createReporter({ name: "forest", config: parsed.config, parsed }, "load");
  filFindings(reporter);
  return { text, found: reporter.findings.map(({ code, severity, message, from, to }) => `${severity} ${code} ${message} @ ${text.slice(from, to)}`) };
}

test("a configuration as the backend wants it has no finding", () => {
  const more = [["predict_proba", "false"], ["threshold", "0.3"], ["algo", "NAIVE"], ["storage_type", "SPARSE8"], ["blocks_per_sm", "2"], ["threads_per_tree", "4"], ["transfer_threshold", "0"], ["cpu_nthread", "-1"], ["layout", "depth_first"], ["use_experimental_optimizations", "true"], ["xgboost_allow_unknown_field", "false"]];
  expect(findings(`backend: "fil" ${PORTS} ${BASE} ${more.map(([key = "", value = ""]) => parameter(key, value)).join(" ")}`).found).toEqual([]);
});

test.for([
  ["a switch that is neither", `${PORTS} ${BASE} ${parameter("predict_proba", "True")}`, /^error FIL_PARAMETER_VALUE Internal: Expected 'true' or 'false' for parameter 'predict_proba', got: 'True' @ /],
  ["no word on classes", `${PORTS} ${parameter("model_type", "lightgbm")}`, /^error FIL_PARAMETER_MISSING Invalid argument: Required parameter output_class not found in config/],
  ["a format that it does not know", `${PORTS} ${parameter("model_type", "sklearn")} ${parameter("output_class", "true")}`, /^error FIL_MODEL_TYPE Unsupported: sklearn not recognized as a valid serialization format\. @ /],
  ["a threshold that is no number", `${PORTS} ${BASE} ${parameter("threshold", "half")}`, /^error FIL_PARAMETER_VALUE Invalid argument: Bad input for parameter threshold @ /],
  ["an algorithm that it does not know", `${PORTS} ${BASE} ${parameter("algo", "FAST")}`, /^warning FIL_PARAMETER_VALUE Unknown FIL algorithm name: FAST @ /],
  ["a storage type that it does not know", `${PORTS} ${BASE} ${parameter("storage_type", "TINY")}`, /^warning FIL_PARAMETER_VALUE Unknown FIL storage type name: TINY @ /],
  ["a count that is no number", `${PORTS} ${BASE} ${parameter("blocks_per_sm", "many")}`, /^warning FIL_PARAMETER_VALUE parameter blocks_per_sm is no number: 'many' @ /],
  ["a parameter of nobody", `${PORTS} ${BASE} ${parameter("treads_per_tree", "1")}`, /^info FIL_PARAMETER_UNKNOWN parameter treads_per_tree is none of the Forest Inference Library's @ /],
  ["another name of its input", `${PORTS.replace("input__0", "X")} ${BASE}`, /^warning FIL_INTERFACE requests fail: the backend's input is input__0, and the configuration has X @ "X"$/],
  ["another type", `${PORTS.replace("FP32", "FP64")} ${BASE}`, /^warning FIL_INTERFACE requests fail: input__0 is TYPE_FP64, and the backend works with TYPE_FP32 @ TYPE_FP64$/],
  ["room for more than a class", `${PORTS.replace("[ 1 ]", "[ 3 ]")} ${BASE}`, /^warning FIL_INTERFACE output__0 holds 3 numbers for each row/],
] as const)("%s", ([, text, expected]) => {
  expect(findings(`backend: "fil" ${text}`).found).toEqual([expect.stringMatching(expected)]);
});

test("what is not written has the backend's defaults", () => {
  expect(readFilParameters({ parameters: {} }).values).toEqual({ modelType: "xgboost", classifier: false, predictProba: false, threshold: 0.5 });
});
