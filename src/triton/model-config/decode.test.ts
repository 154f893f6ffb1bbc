import { gunzipSync } from "fflate";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRecorded } from "../../testing/recorded.ts";
import type { MessageNode } from "../pbtxt/tree.ts";
import { elements, entryKey } from "../pbtxt/path.ts";
import { parseConfig } from "./decode.ts";
import { exactInteger } from "./exact.ts";

const parse = (text: string) => parseConfig(text, "m/config.pbtxt");

/** The part of a decoded message whose fields the text names: what the server's JSON must agree with. */
function written(node: MessageNode, value: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { name, schema } of node.fields) {
    if (schema === undefined || !(name in value)) continue;
    const all = elements(node, name);
    const decoded = value[name];
    if (schema.kind === "map") {
      const map = decoded as Record<string, unknown>;
      result[name] = Object.fromEntries(
        all.map(({ value: entry }) => {
          const key = entryKey(entry);
          const inner = entry.kind === "message" ? elements(entry, "value").at(-1)?.value : undefined;
          const item = map[key];
          return [key, inner?.kind === "message" ? written(inner, item as Record<string, unknown>) : item];
        }),
      );
    } else if (schema.kind === "message") {
      const items = (schema.repeated ? decoded : [decoded]) as Record<string, unknown>[];
      const parts = all.map(({ value: item }, index) => (item.kind === "message" ? written(item, items[index] ?? {}) : {}));
      result[name] = schema.repeated ? parts : parts[0];
    } else result[name] = decoded;
  }
  return result;
}

/** `part` is contained in `whole`: 64-bit numbers may be strings there, and -0, floats and unset values are compared as JSON has them. */
function contained(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && part.length === whole.length && part.every((item, index) => contained(item, whole[index]));
  if (typeof part === "object" && part !== null) {
    const record = (typeof whole === "object" && whole !== null ? whole : {}) as Record<string, unknown>;
    return Object.entries(part).every(([key, item]) => contained(item, record[key]));
  }
  if (typeof part === "number" && typeof whole === "number") return Math.fround(part) === Math.fround(whole) || part === whole;
  if (typeof part === "number" && typeof whole === "string") {
    return Number(whole) === part || (Number.isNaN(part) && whole === "NaN") || whole === String(part);
  }
  return part === whole;
}

/** What the server itself changes after reading, on a machine without GPUs: validation rules 49, 53 and 96. */
function normalised(part: Record<string, unknown>, server: Record<string, unknown>): Record<string, unknown> {
  const result = structuredClone(part);
  const groups = result["instance_group"] as { kind?: string; count?: number }[] | undefined;
  if (groups?.length === 0) delete result["instance_group"];
  for (const group of groups ?? []) {
    if (group.kind === "KIND_AUTO") group.kind = "KIND_CPU";
    if (group.count !== undefined && group.count < 1) group.count = 1;
  }
  const sequences = result["sequence_batching"] as { max_sequence_idle_microseconds?: number } | undefined;
  if (sequences?.max_sequence_idle_microseconds === 0) sequences.max_sequence_idle_microseconds = 1_000_000;
  if (result["max_batch_size"] === 0 && server["backend"] === "onnxruntime") delete result["max_batch_size"];
  return result;
}

describe("decoding", () => {
  it("agrees with the configuration that the server shows, for the fields of the text", async ({ skip }) => {
    const bytes = await readRecorded("triton/configs_json.jsonl.gz");
    if (bytes === undefined) return skip("triton/configs_json.jsonl.gz is not there");
    const differences: string[] = [];
    let same = 0;
    for (const line of new TextDecoder().decode(gunzipSync(bytes)).trimEnd().split("\n")) {
      const { id, files, model, body } = JSON.parse(line) as { id: string; files: Record<string, unknown>; model: string; body?: string };
      const text = files[`${model}/config.pbtxt`];
      if (typeof text !== "string" || body === undefined) continue;
      const server = JSON.parse(body) as Record<string, unknown>;
      const parsed = parse(text);
      const part = normalised(written(parsed.tree.root, { ...parsed.config }), server);
      const wrong = Object.entries(part).filter(([name, value]) => !contained(value, server[name]));
      if (wrong.length === 0) same++;
      else differences.push(`${id}: ${wrong.map(([name, value]) => `${name} ${JSON.stringify(value)} / ${JSON.stringify(server[name])}`).join("; ")}`);
    }
    expect(differences).toEqual([]);
    expect(same).toBeGreaterThan(0);
  });

  it("fills in proto3 defaults", () => {
    const { config } = parse('input { name: "a" }');
    expect(config).toMatchObject({ name: "", max_batch_size: 0, instance_group: [], parameters: {} });
    expect(config.input[0]).toEqual({
      name: "a",
      data_type: "TYPE_INVALID",
      format: "FORMAT_NONE",
      dims: [],
      is_shape_tensor: false,
      allow_ragged_batch: false,
      optional: false,
      is_non_linear_format_io: false,
    });
    expect(config.ensemble_scheduling).toBeUndefined();
  });

  it("keeps the last of two map entries with one key, and says that the first is lost", () => {
    const text = 'parameters { key: "a" value { string_value: "1" } } parameters { key: "a" value { string_value: "2" } }';
    const { config, diagnostics } = parse(text);
    expect(config.parameters).toEqual({ a: { string_value: "2" } });
    expect(diagnostics).toMatchObject([{ code: "CONFIG_DUPLICATE_KEY", severity: "warning", from: text.indexOf("{"), model: "m" }]);
  });

  it("knows enum values by number", () => {
    expect(parse("input { data_type: 11 }").config.input[0]?.data_type).toBe("TYPE_FP32");
    expect(parse("input { data_type: 99 }").config.input[0]?.data_type).toBe(99);
  });

  it("offers the field, type and enum value that was meant", () => {
    expect(parse('nam: "x"').diagnostics).toMatchObject([{ code: "PBTXT_UNKNOWN_FIELD", hint: "Did you mean name?", from: 0, to: 3 }]);
    const { diagnostics } = parse("input [ { data_type: TYPE_FLOAT32 } ]");
    expect(diagnostics[0]).toMatchObject({
      code: "PBTXT_UNKNOWN_ENUM",
      message: '1:35: Unknown enumeration value of "TYPE_FLOAT32" for field "data_type".',
      hint: "Did you mean TYPE_FP32?",
    });
    expect(diagnostics[0]?.fix?.edits[0]?.edits).toEqual([{ from: 21, to: 33, insert: "TYPE_FP32" }]);
  });

  it.each([
    ["for a value", "max_batch_size: ${SIZE:-8}", "error", "${SIZE:-8}"],
    ["for an enum", "input { data_type: {{ type }} }", "error", "{{ type }}"],
    ["for fields", 'name: "a"\n{% for i in inputs %}\n', "error", "{% for i in inputs %}"],
    ["in a string", 'name: "${name}_a"', "info", "${name}"],
    ["in a value of a map", 'parameters { key: "k" value { string_value: "{{dir}}/x" } }', "info", "{{dir}}"],
  ])("recognises a template's placeholder %s", (_, text, severity, placeholder) => {
    const [first] = parse(text).diagnostics;
    expect(first).toMatchObject({ code: "CONFIG_TEMPLATE", severity, from: text.indexOf(placeholder), to: text.indexOf(placeholder) + placeholder.length });
  });

  it("takes no comment and no pair of braces for a template", () => {
    expect(parse("# ${n}\nmax_batch_size: 8").diagnostics).toEqual([]);
    expect(parse('input {{ name: "a" }}').diagnostics[0]?.code).toBe("PBTXT_SYNTAX");
  });

  it("keeps 64-bit integers whole beside the numbers that round them, until those are changed", () => {
    const { config } = parse("input { dims: [ 9007199254740993, 2 ] } dynamic_batching { priority_levels: 18446744073709551615 }");
    const [input] = config.input;
    expect(input?.dims).toEqual([9007199254740992, 2]);
    expect(input && exactInteger(input, "dims", 9007199254740992, 0)).toBe(9007199254740993n);
    expect(input && exactInteger({ ...input }, "dims", 2, 1)).toBe(2n);
    const batching = { ...config.dynamic_batching, priority_levels: 3 };
    expect(exactInteger(batching, "priority_levels", 2 ** 64)).toBe(18446744073709551615n);
    expect(exactInteger(batching, "priority_levels", 3)).toBe(3n);
  });

  it.each([
    ["a missing brace before a field of the file", 'input {\n  name: "a"\noutput { name: "b" }', ["a"], ["b"]],
    ["an unknown field", 'input { nme: "x" name: "a" } output { name: "b" }', ["a"], ["b"]],
    ["a template", 'max_batch_size: ${n}\ninput { name: "a" }\noutput { name: "b" }', ["a"], ["b"]],
    ["a missing comma", 'input [ { name: "a" } { name: "c" } ] output { name: "b" }', ["a", "c"], ["b"]],
    ["an extra brace", 'input { name: "a" } }\noutput { name: "b" }', ["a"], ["b"]],
    ["a missing colon", 'input { name "a" } output { name: "b" }', ["a"], ["b"]],
    ["a half-typed field", 'input { name: "a" }\nmax_ba\noutput { name: "b" }', ["a"], ["b"]],
    ["a half-typed string", 'input { name: "a }\n}\noutput { name: "b" }', ["a }"], ["b"]],
  ])("reads on behind %s", (_, text, inputs, outputs) => {
    const parsed = parse(text);
    expect(parsed.valid).toBe(false);
    expect(parsed.config.input.map(({ name }) => name)).toEqual(inputs);
    expect(parsed.config.output.map(({ name }) => name)).toEqual(outputs);
  });

  it("gives the range of a value by its path, and the path of an offset", () => {
    const text = 'ensemble_scheduling { step [ { model_name: "m" input_map { key: "X" value: "x" } } ] }';
    const parsed = parse(text);
    const range = parsed.rangeOf(["ensemble_scheduling", "step", 0, "input_map", "X"]);
    expect(range && text.slice(range.from, range.to)).toBe('"x"');
    expect(parsed.pathAt(text.indexOf('"m"') + 1)).toEqual(["ensemble_scheduling", "step", 0, "model_name"]);
    expect(parsed.pathAt(text.indexOf('"x"') + 1)).toEqual(["ensemble_scheduling", "step", 0, "input_map", "X"]);
    expect(parsed.rangeOf(["ensemble_scheduling", "step", 1])).toBeUndefined();
  });

  it("reads any text without throwing, with ranges inside the text", () => {
    const word = fc.constantFrom("name", "input", "step", "{", "}", "[", "]", "<", ">", ":", ",", ";", '"a"', '"', "'", "\\", "1", "-", "0x", "1.5e", "#", "\n", " ", "dims", "TYPE_FP32", "é", "\0", "ensemble_scheduling", "input_map", "key", "$", "😀");
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(word, { maxLength: 60 }).map((words) => words.join(" ")), fc.array(word).map((words) => words.join(""))), (text) => {
        const { diagnostics } = parse(text);
        for (const { from, to } of diagnostics) if (!(0 <= from && from <= to && to <= text.length)) return false;
        return true;
      }),
      { numRuns: 2000 },
    );
  });
});
