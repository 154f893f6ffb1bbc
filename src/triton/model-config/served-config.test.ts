import { gunzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { isJsonObject, readExactJson, type JsonObject } from "../../base/exact-json.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { canonicalText } from "./canonical-text.ts";
import { parseConfig } from "./decode.ts";
import { readServedConfig } from "./served-config.ts";
import { configJson } from "./json.ts";

function json(text: string): JsonObject {
  const found = readExactJson(text);
  if ("problem" in found || !isJsonObject(found.value)) throw new Error(`no JSON object: ${text}`);
  return found.value;
}

const config = (text: string) => parseConfig(text, "m/config.pbtxt").config;
const canonical = (text: string): string => canonicalText(config(text));
const thereAndBack = (text: string): string => canonicalText(readServedConfig(json(configJson(config(text)))).config);

describe("a configuration as text for comparing", () => {
  it("has no defaults, no comments and no style", () => {
    expect(canonical('# mine\nname : "m",\nmax_batch_size: 0\ninput [ { name:"X" dims: 1, dims: -1 data_type: TYPE_FP32 } ]')).toBe(
      'name: "m"\ninput {\n  name: "X"\n  data_type: TYPE_FP32\n  dims: [ 1, -1 ]\n}\n',
    );
  });

  it.each([
    ["the order of fields", 'backend: "b" name: "m"', 'name: "m" backend: "b"'],
    ["the order of entries of a map", 'parameters { key: "b" value { string_value: "2" } } parameters { key: "a" value { } }', 'parameters { key: "a" value { } } parameters { key: "b" value { string_value: "2" } }'],
    ["the order of inputs", 'input { name: "B" } input { name: "A" }', 'input { name: "A" } input { name: "B" }'],
  ])("is the same whatever %s", (_, one, other) => {
    expect(canonical(one)).toBe(canonical(other));
  });

  it("tells a member of a oneof that is set from one that is not", () => {
    expect(canonical("version_policy { all { } }")).toBe("version_policy {\n  all { }\n}\n");
    expect(canonical("dynamic_batching { }")).toBe("dynamic_batching { }\n");
  });

  it.each([
    'name: "m" platform: "ensemble" ensemble_scheduling { step { model_name: "a" model_version: -1 input_map { key: "X" value: "x" } output_map { key: "Y" value: "y" } } }',
    "input { dims: 9007199254740993 }",
    'instance_group { kind: KIND_GPU count: 2 gpus: [ 0, 1 ] secondary_devices { device_id: 3 } }',
    "sequence_batching { direct { minimum_slot_utilization: 0.1 } }",
    "model_metrics { metric_control { histogram_options { buckets: [ 1, inf, nan ] } } }",
    'model_warmup { inputs { key: "a" value { zero_data: false dims: 2 data_type: TYPE_UINT16 } } }',
    "dynamic_batching { priority_queue_policy { key: 18446744073709551615 value { timeout_action: DELAY } } }",
    "input { data_type: 99 }",
    'parameters { key: "__proto__" value { string_value: "x" } }',
  ])("is the same after the way through a server's JSON: %s", (text) => {
    expect(thereAndBack(text)).toBe(canonical(text));
    expect(canonical(text)).not.toBe("");
  });

  it("is the same for every configuration that a server answered, written by Conch or by the server", async ({ skip }) => {
    const bytes = await readRecorded("triton/configs_json.jsonl.gz");
    if (bytes === undefined) return skip("triton/configs_json.jsonl.gz is not there");
    const bodies = new TextDecoder()
      .decode(gunzipSync(bytes))
      .trimEnd()
      .split("\n")
      .flatMap((line) => (JSON.parse(line) as { body?: string }).body ?? []);
    expect(bodies.length).toBeGreaterThan(100);
    for (const body of bodies) {
      const { config, unread } = readServedConfig(json(body));
      expect(unread, body).toEqual([]);
      expect(canonicalText(config)).toBe(canonicalText(readServedConfig(json(configJson(config))).config));
    }
  });
});

describe("a configuration from JSON", () => {
  it("says what it could not read, and reads the rest", () => {
    const { config, unread } = readServedConfig(json('{"name":"m","colour":1,"max_batch_size":"x","input":[{"name":"X","data_type":"TYPE_NEW"},7],"parameters":[]}'));
    expect(unread).toEqual(["colour", "max_batch_size", "input[0].data_type", "input[1]", "parameters"]);
    expect(config).toMatchObject({ name: "m", max_batch_size: 0, input: [{ name: "X", data_type: "TYPE_INVALID" }], parameters: {} });
  });

  it("takes enums by number and what is null as absent", () => {
    expect(readServedConfig(json('{"input":[{"data_type":11}],"optimization":null}')).config).toMatchObject({ input: [{ data_type: "TYPE_FP32" }] });
  });
});
