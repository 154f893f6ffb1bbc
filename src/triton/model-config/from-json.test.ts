import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readExactJson } from "../../base/exact-json.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { parseConfig } from "./decode.ts";
import { configTextOfJson } from "./from-json.ts";
import { configJson } from "./json.ts";

const bytes = await readRecorded("triton/configs_json.jsonl.gz");
const bodies = bytes === undefined ? [] : gunzipSync(bytes).toString("utf8").trim().split("\n").map((line) => JSON.parse(line) as { id: string; body?: string });

describe("the JSON of a configuration as text", () => {
  test.skipIf(bodies.length === 0)("says what a server's JSON says, for all that were recorded", () => {
    const different = bodies.flatMap(({ id, body }) => {
      if (body === undefined) return [];
      const parsed = parseConfig(configTextOfJson(body), "m/config.pbtxt");
      // As values: the entries of a map have no order.
      return parsed.valid && isDeepStrictEqual(readExactJson(configJson(parsed.config)), readExactJson(body)) ? [] : [id];
    });
    expect(different).toEqual([]);
    expect(bodies.length).toBeGreaterThan(0);
  });

  test.each([
    ['{"maxBatchSize": "3"}', "max_batch_size: 3"],
    ['{"input": [{"dataType": "type_fp32", "dims": ["-1", 2]}]}', "input { data_type: TYPE_FP32 dims: -1 dims: 2 }"],
    ['{"output": [{"data_type": 11}]}', "output { data_type: 11 }"],
    ['{"name": "a\\"b\\n", "backend": null}', 'name: "a\\"b\\n"'],
    ['{"parameters": {"k": {"string_value": "v"}}}', 'parameters { key: "k" value { string_value: "v" } }'],
    ['{"response_cache": {"enable": true}}', "response_cache { enable: true }"],
    ["{}", ""],
  ])("%s is %s", (json, text) => {
    expect(configTextOfJson(json)).toBe(text);
  });

  test.each([
    ["{", "the configuration is no JSON"],
    ["[]", "expected the configuration to be an object"],
    ['{"nme": "a"}', 'the configuration has no field "nme"'],
    ['{"input": {}}', "expected the configuration, input to be a list"],
    ['{"name": ["a"]}', "expected the configuration, name to be a single value"],
    ['{"parameters": []}', "expected the configuration, parameters to be an object"],
  ])("%s is refused: %s", (json, message) => {
    expect(() => configTextOfJson(json)).toThrow(message);
  });
});
