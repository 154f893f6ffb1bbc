import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSourceText } from "../../base/source-text.ts";
import { parseConfig } from "./decode.ts";
import { configJson } from "./json.ts";
import { newMessage } from "./new-message.ts";

const json = (text: string): string => configJson(parseConfig(text, "m/config.pbtxt").config);
const inBuckets = (literal: string): string => {
  const text = `model_metrics { metric_control { histogram_options { buckets: [ ${literal} ] } } }`;
  return /"buckets":\[(.*?)\]/.exec(json(text))?.[1] ?? "";
};
const inSlots = (literal: string): string => /"minimum_slot_utilization":([^,}]*)/.exec(json(`sequence_batching { direct { minimum_slot_utilization: ${literal} } }`))?.[1] ?? "";

describe("a configuration as JSON", () => {
  it("has every scalar, list and map, and no absent message", () => {
    expect(json('name: "m" backend: "b"')).toBe(
      '{"name":"m","platform":"","backend":"b","runtime":"","max_batch_size":0,"input":[],"output":[],"batch_input":[],"batch_output":[],' +
        '"instance_group":[],"default_model_filename":"","cc_model_filenames":{},"metric_tags":{},"parameters":{},"model_warmup":[]}',
    );
  });

  it.each([
    ["scalars of a oneof behind all others", 'model_warmup { inputs { key: "a" value { zero_data: false dims: 2 data_type: 3 } } }', '"inputs":{"a":{"data_type":"TYPE_UINT16","dims":[2],"zero_data":false}}'],
    ["messages of a oneof in their place", "version_policy { all { } }", '"runtime":"","version_policy":{"all":{}},"max_batch_size":0'],
    ["enum numbers without a name", "input { data_type: 99 }", '"data_type":99'],
    ["64-bit integers whole", "input { dims: 9007199254740993 }", '"dims":[9007199254740993]'],
    ["those that the server overlooks as strings", "instance_group { secondary_devices { device_id: 3 } }", '"device_id":"3"'],
    ["sizes of initial states as strings", "sequence_batching { state { dims: 4 initial_state { dims: 4 } } }", '"dims":[4],"initial_state":[{"data_type":"TYPE_INVALID","dims":["4"]'],
    ["map keys as strings", "dynamic_batching { priority_queue_policy { key: 18446744073709551615 value { } } }", '"priority_queue_policy":{"18446744073709551615":{"timeout_action":"REJECT"'],
  ])("has %s", (_, text, part) => {
    expect(json(text)).toContain(part);
  });

  it.each([
    ["1", "1"],
    ["1.5", "1.5"],
    ["-0.1", "-0.1"],
    ["1e14", "100000000000000"],
    ["1e15", "1000000000000000.0"],
    ["1e20", "100000000000000000000.0"],
    ["1e21", "1e21"],
    ["1.5e300", "1.5e300"],
    ["1e-6", "0.000001"],
    ["1e-7", "1e-7"],
    ["0.1234567890123456789", "0.12345678901234568"],
    ["inf, -inf, nan", '"Infinity","-Infinity","NaN"'],
  ])("writes the double %s as %s", (literal, expected) => {
    expect(inBuckets(literal)).toBe(expected);
  });

  it.each([
    ["0.1", "0.1"],
    ["0.333333333333", "0.333333343"],
    ["1000000", "1000000.0"],
    ["100000", "100000"],
    ["nan", '"NaN"'],
  ])("writes the float %s as %s", (literal, expected) => {
    expect(inSlots(literal)).toBe(expected);
  });

  it.each<[string, number[], string | number[]]>([
    ["a byte that begins nothing", [0x61, 0x80, 0x62], "ab"],
    ["a beginning, and what does not continue it", [0x61, 0xc3, 0x28, 0x62], "ab"],
    ["an end that is missing", [0x61, 0xe2, 0x82], "a"],
    ["a surrogate", [0x61, 0xed, 0xa0, 0x80, 0x62], "ab"],
    ["a code point beyond Unicode", [0xf4, 0x90, 0x80, 0x80], ""],
    ["no sequence longer than need be", [0xc1, 0x81], [0xc1, 0x81]],
    ["but the length of one that JSON escapes", [0xc0, 0xa2], '\\"'],
    ["no character", [0xc3, 0xa9], "é"],
  ])("drops of bytes that are no UTF-8 %s", (_, bytes, expected) => {
    const text = configJson(newMessage("ModelConfig", { name: decodeSourceText(Uint8Array.from(bytes)) }));
    const name = typeof expected === "string" ? expected : decodeSourceText(Uint8Array.from(expected));
    expect(text).toContain(`{"name":"${name}","platform"`);
  });

  it("is what JSON.parse takes back, for any strings", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })), (runtime, metric_tags) => {
        fc.pre([runtime, ...Object.entries(metric_tags).flat()].every((text) => text.isWellFormed()));
        const parsed = JSON.parse(configJson(newMessage("ModelConfig", { runtime, metric_tags }))) as Record<string, unknown>;
        expect(parsed["runtime"]).toBe(runtime);
        expect(Object.entries(parsed["metric_tags"] as object)).toEqual(Object.entries(metric_tags));
      }),
    );
  });
});
