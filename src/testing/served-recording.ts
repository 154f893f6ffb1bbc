// The repository of the recorded exchanges (triton/http.jsonl.gz), as far as its models are no Python: written from what the server said of them.
import { readRecorded } from "./recorded.ts";

const TYPES = ["bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "fp16", "fp32", "fp64", "bf16", "string"];

/** Repository path → text or bytes. */
export async function servedRecording(): Promise<Record<string, string | Uint8Array>> {
  const onnx = async (name: string): Promise<Uint8Array> => (await readRecorded(`triton/onnx/${name}.onnx`)) ?? new Uint8Array();
  const files: Record<string, string | Uint8Array> = {};
  const add = (name: string, config: string | undefined, content: Readonly<Record<string, string | Uint8Array>> = { "1/": "" }): void => {
    if (config !== undefined) files[`${name}/config.pbtxt`] = config;
    for (const [path, bytes] of Object.entries(content)) files[`${name}/${path}`] = bytes;
  };
  for (const type of TYPES) add(`id_${type}`, identity([[type, "-1"]]));
  add("id_b", identity([["fp32", "-1"]], 4));
  add("id_two", identity([["fp32", "2"], ["string", "2"]], 4));
  add("id_2", identity([["fp32", "-1"], ["int32", "2"]], 0, true));
  add("id_fix", identity([["fp32", "2, 3"]]));
  add("id_mat", identity([["fp32", "-1, -1"]]));
  add("id_v", `${identity([["fp32", "-1"]])}\nversion_policy { all {} }`, { "1/": "", "3/": "" });
  add("id_label", identity([["fp32", "5"]], 4).replace("output [ {", 'output [ { label_filename: "labels.txt"'), { "1/": "", "labels.txt": "cat\ndog\n\nfish\n" });
  add("id_label_i", identity([["int32", "-1"]]));
  add("id_seq", `${identity([["fp32", "1"]], 4)}\nsequence_batching { max_sequence_idle_microseconds: 60000000 }`);
  add("id_seq_s", `${identity([["fp32", "1"]], 4)}\nsequence_batching { max_sequence_idle_microseconds: 60000000 }`);
  add("id_prio", `${identity([["fp32", "1"]], 4)}\ndynamic_batching { priority_levels: 3 default_priority_level: 2 }`);
  add("id_str1", identity([["string", "1"]]));
  add("id_str1_b", identity([["string", "1"]], 4));
  add("never_loaded", identity([["fp32", "4"]]));
  add("ort_auto", undefined, { "1/model.onnx": await onnx("mul2_b4") });
  add("ort_addsub", undefined, { "1/model.onnx": await onnx("addsub_b") });
  add("ort_cls", undefined, { "1/model.onnx": await onnx("cls_b") });
  add("ens2", ENSEMBLE);
  add("bad_backend", 'backend: "nosuch"\ninput [ { name: "INPUT0" data_type: TYPE_FP32 dims: [ 1 ] } ]\noutput [ { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 1 ] } ]');
  add("bad_ens", ENSEMBLE.replaceAll("id_b", "gone"));
  add("bad_io", identity([["fp32", "1"]]).replace("INPUT0", "IN"));
  add("bad_syntax", 'backend: "identity" input [ {');
  return files;
}

const ENSEMBLE = `platform: "ensemble"
max_batch_size: 4
input [ { name: "X" data_type: TYPE_FP32 dims: [ -1 ] } ]
output [ { name: "Y" data_type: TYPE_FP32 dims: [ -1 ] } ]
ensemble_scheduling { step [
  { model_name: "id_b" model_version: -1 input_map { key: "INPUT0" value: "X" } output_map { key: "OUTPUT0" value: "mid" } },
  { model_name: "id_b" model_version: -1 input_map { key: "INPUT0" value: "mid" } output_map { key: "OUTPUT0" value: "Y" } }
] }`;

function identity(ports: readonly (readonly [type: string, dims: string])[], batch = 0, optional = false): string {
  const list = (side: string): string => ports.map(([type, dims], index) => `{ name: "${side}${index}" data_type: TYPE_${type.toUpperCase()} dims: [ ${dims} ]${optional && side === "INPUT" ? " optional: true" : ""} }`).join(", ");
  return `backend: "identity"\nmax_batch_size: ${batch}\ninput [ ${list("INPUT")} ]\noutput [ ${list("OUTPUT")} ]`;
}
