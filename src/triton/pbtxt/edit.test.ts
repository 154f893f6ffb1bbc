import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdits, type TextEdit } from "../../base/text-edit.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { parseConfig } from "../model-config/decode.ts";
import { MODEL_CONFIG_SCHEMA } from "../model-config/schema.ts";
import { addValue, removeValue, renameKey, setValue } from "./edit.ts";
import { parsePbtxt } from "./parse.ts";
import type { Path } from "./path.ts";
import type { EditValue } from "./print.ts";

const tree = (text: string) => parsePbtxt(text, MODEL_CONFIG_SCHEMA);
const set = (text: string, path: Path, value: EditValue) => applyEdits(text, setValue(tree(text), path, value));
const add = (text: string, path: Path, value: EditValue) => applyEdits(text, addValue(tree(text), path, value));
const remove = (text: string, path: Path) => applyEdits(text, removeValue(tree(text), path));

describe("setting a value", () => {
  it.each<[string, string, Path, EditValue, string]>([
    ["a string keeps its quotes", "name: 'a' # x", ["name"], "it's", "name: 'it\\'s' # x"],
    ["an enum is bare", "input { data_type: TYPE_FP32 }", ["input", 0, "data_type"], "TYPE_INT8", "input { data_type: TYPE_INT8 }"],
    ["adjacent strings become one", 'name: "a" "b"', ["name"], "c", 'name: "c"'],
    ["an element of a list", "input { dims: [ 1, 2 ] }", ["input", 0, "dims", 1], -1, "input { dims: [ 1, -1 ] }"],
    ["a longer list", "input { dims: [1] }", ["input", 0, "dims"], [1, 2, 3], "input { dims: [1, 2, 3] }"],
    ["a shorter list", "input { dims: [ 1, 2, 3 ] }", ["input", 0, "dims"], [9], "input { dims: [ 9 ] }"],
    ["repeated scalars one by one", "input {\n  dims: 1\n  dims: 2\n}", ["input", 0, "dims"], [1, 3, 4], "input {\n  dims: 1\n  dims: 3\n  dims: 4\n}"],
    ["a field at the end of the file", 'name: "a"\n', ["max_batch_size"], 8, 'name: "a"\nmax_batch_size: 8\n'],
    ["a field behind a comment", 'name: "a" # why', ["max_batch_size"], 8, 'name: "a" # why\nmax_batch_size: 8'],
    ["a field in an empty file", "", ["platform"], "ensemble", 'platform: "ensemble"\n'],
    ["a field in an inline message", 'input { name: "a" }', ["input", 0, "data_type"], "TYPE_FP32", 'input { name: "a" data_type: TYPE_FP32 }'],
    ["a field among commas", 'input [\n  {\n    name: "a", # n\n    dims: [1] # d\n  }\n]', ["input", 0, "optional"], true, 'input [\n  {\n    name: "a", # n\n    dims: [1], # d\n    optional: true\n  }\n]'],
    ["a field behind trailing commas", 'input {\n\tname: "a",\n}', ["input", 0, "optional"], true, 'input {\n\tname: "a",\n\toptional: true,\n}'],
    ["a field in an empty message", "dynamic_batching {}", ["dynamic_batching", "preserve_ordering"], true, "dynamic_batching { preserve_ordering: true }"],
    ["a field in an empty message of two lines", "dynamic_batching {\n  # none\n}\n", ["dynamic_batching", "preserve_ordering"], true, "dynamic_batching {\n  # none\n  preserve_ordering: true\n}\n"],
    ["the messages around it", 'name: "a"\n', ["instance_group", 0, "kind"], "KIND_GPU", 'name: "a"\ninstance_group {\n  kind: KIND_GPU\n}\n'],
    ["the messages around it in a file of lists", 'input [\n  {\n    name: "a"\n  }\n]\n', ["instance_group", 0, "kind"], "KIND_GPU", 'input [\n  {\n    name: "a"\n  }\n]\ninstance_group [\n  {\n    kind: KIND_GPU\n  }\n]\n'],
    ["a map entry", 'parameters { key: "a" value { string_value: "1" } }', ["parameters", "a", "string_value"], "2", 'parameters { key: "a" value { string_value: "2" } }'],
    ["a new map entry like its neighbour", 'parameters {\n  key: "a"\n  value: { string_value: "1" }\n}\n', ["parameters", "b", "string_value"], "2", 'parameters {\n  key: "a"\n  value: { string_value: "1" }\n}\nparameters {\n  key: "b"\n  value: { string_value: "2" }\n}\n'],
    ["a new map entry in a list", 'ensemble_scheduling { step [ { input_map [ { key: "a", value: "x" } ] } ] }', ["ensemble_scheduling", "step", 0, "input_map", "b"], "y", 'ensemble_scheduling { step [ { input_map [ { key: "a", value: "x" }, { key: "b", value: "y" } ] } ] }'],
    ["another member of a oneof in the place of the first", "dynamic_batching { } # b\nname: 'a'\n", ["sequence_batching", "oldest", "max_candidate_sequences"], 4, "sequence_batching {\n  oldest {\n    max_candidate_sequences: 4\n  }\n} # b\nname: 'a'\n"],
    ["only the fields of a message that differ", "input {\n  # n\n  name: 'a' # a\n  dims: [ 1 ] # d\n  optional: true\n}\n", ["input", 0], { name: "a", dims: [1, 2], data_type: "TYPE_FP32" }, "input {\n  # n\n  name: 'a' # a\n  data_type: TYPE_FP32\n  dims: [ 1, 2 ] # d\n}\n"],
    ["a field behind those that the schema declares before it", 'name: "m"\nmax_batch_size: 4 # four\ninput [ ]\nbackend: "python"\n', ["platform"], "p", 'name: "m"\nplatform: "p"\nmax_batch_size: 4 # four\ninput [ ]\nbackend: "python"\n'],
    ["only the entries of a map that differ", 'parameters { key: "a" value { string_value: "1" } } # a\nparameters { key: "b" value { string_value: "2" } }\n', ["parameters"], { a: { string_value: "3" } }, 'parameters { key: "a" value { string_value: "3" } } # a\n'],
    ["nothing where the value is the same, however it is spelled", 'max_batch_size: 0x8 input { data_type: 11 optional: t }', ["max_batch_size"], 8, 'max_batch_size: 0x8 input { data_type: 11 optional: t }'],
    ["bytes that are no UTF-8 as they were", "name: '\\377'", ["name"], "\udcff", "name: '\\377'"],
    ["a field on the line of others", "input {} name: 'a'\n", ["input"], [{}, { name: "b" }], "input {} input { name: 'b' } name: 'a'\n"],
    ["a byte that is no UTF-8 by its escape", "name: 'a'", ["name"], "\udcffé", "name: '\\377é'"],
    ["the line ends of the file", 'name: "a"\r\n', ["max_batch_size"], 8, 'name: "a"\r\nmax_batch_size: 8\r\n'],
  ])("%s", (_, before, path, value, after) => {
    expect(set(before, path, value)).toBe(after);
  });
});

describe("adding an element", () => {
  it.each<[string, string, Path, EditValue, string]>([
    ["a block behind the last block", 'input {\n  name: "a"\n}\noutput { name: "z" }\n', ["input"], { name: "b" }, 'input {\n  name: "a"\n}\ninput {\n  name: "b"\n}\noutput { name: "z" }\n'],
    ["in a list, with its comma", 'input [\n  {\n    name: "a"\n  } # first\n]\n', ["input"], { name: "b" }, 'input [\n  {\n    name: "a"\n  }, # first\n  {\n    name: "b"\n  }\n]\n'],
    ["in a list on one line", 'input [ { name: "a" } ]', ["input"], { name: "b" }, 'input [ { name: "a" }, { name: "b" } ]'],
    ["in an empty list", "input []", ["input"], { name: "b" }, 'input [ {\n  name: "b"\n} ]'],
    ["with braces around the comma", 'input [ {\n  name: "a"\n}\n]', ["input"], { name: "b" }, 'input [ {\n  name: "a"\n}, {\n  name: "b"\n}\n]'],
    ["angle brackets and colons", 'input: < name: "a" >', ["input"], { name: "b" }, 'input: < name: "a" >\ninput: < name: "b" >'],
  ])("%s", (_, before, path, value, after) => {
    expect(add(before, path, value)).toBe(after);
  });
});

describe("removing", () => {
  it.each<[string, string, Path, string]>([
    ["a field with its line", 'name: "a"\nmax_batch_size: 8\nbackend: "b"\n', ["max_batch_size"], 'name: "a"\nbackend: "b"\n'],
    ["a field but not its comment", 'name: "a"\n  max_batch_size: 8 # why\n', ["max_batch_size"], 'name: "a"\n  # why\n'],
    ["a field with its comma", "input { name: 'a', dims: [1], optional: true }", ["input", 0, "dims"], "input { name: 'a', optional: true }"],
    ["the last field of an inline message", 'input { name: "a" dims: [1] }', ["input", 0, "dims"], 'input { name: "a" }'],
    ["the first element of a list", 'input [\n  { name: "a" },\n  { name: "b" }\n]', ["input", 0], 'input [\n  { name: "b" }\n]'],
    ["the last element of a list", 'input [\n  { name: "a" }, # keep\n  { name: "b" }\n]', ["input", 1], 'input [\n  { name: "a" } # keep\n]'],
    ["the only element of a list", 'name: "x"\ninput [\n  { name: "a" }\n]\n', ["input", 0], 'name: "x"\n'],
    ["all occurrences of a repeated field", 'input {}\nname: "x"\ninput {}\n', ["input"], 'name: "x"\n'],
    ["a map entry with its doubles", 'parameters { key: "a" }\nparameters { key: "b" }\nparameters { key: "a" }\n', ["parameters", "a"], 'parameters { key: "b" }\n'],
    ["the last field with the separator before it", "input { name: 'a', dims: 1 }", ["input", 0, "dims"], "input { name: 'a' }"],
    ["the last fields before a brace without space", "sequence_batching{direct{} control_input{} control_input{}}", ["sequence_batching", "control_input"], "sequence_batching{direct{}}"],
    ["the last fields of a line", 'name: "x" input {} input {}\n', ["input"], 'name: "x"\n'],
    ["all fields of a line", '  input {} input {}\nname: "x"\n', ["input"], 'name: "x"\n'],
    ["the last field before a brace without space", "input {name: 'a' dims: 1}", ["input", 0, "dims"], "input {name: 'a'}"],
    ["the last lines of a file that ends without a line end", "name: 'a'\ninput {}\ninput {}", ["input"], "name: 'a'"],
    ["what is not there", 'name: "a"', ["input", 3], 'name: "a"'],
  ])("%s", (_, before, path, after) => {
    expect(remove(before, path)).toBe(after);
  });

  it("renames the key of a map entry", () => {
    const text = "parameters { key: 'a' value { string_value: '1' } }";
    expect(applyEdits(text, renameKey(tree(text), ["parameters", "a"], "b"))).toBe("parameters { key: 'b' value { string_value: '1' } }");
  });
});

const STYLES = [
  'name: "e"\nplatform: "ensemble"\ninput [\n  {\n    name: "A"\n    dims: [ 1 ] # d\n  },\n  # second\n  { name: "B", dims: [ -1, 2 ] }\n]\noutput { name: "Z" dims: 1 dims: 2 }\n# end\n',
  "input { name: 'A' } input { name: 'B'; dims: 1; } output: <\n  name: 'Z',\n  dims: [1,2,],\n>".replace(",],", "],"),
  'ensemble_scheduling {\n\tstep [\n\t\t{\n\t\t\tmodel_name: "m"\n\t\t\tinput_map {\n\t\t\t\tkey: "I"\n\t\t\t\tvalue: "A"\n\t\t\t}\n\t\t}, { model_name: "n" input_map { key: "I", value: "t" } input_map [ { key: "J", value: "u" } ] }\n\t]\n}',
  'parameters { key: "a" value: { string_value: "1" } } # p\r\nparameters: { key: "b" value { string_value: "2" } }\r\n',
  "",
];

const word = fc.stringMatching(/^[A-Za-z0-9 _'"\\]{0,6}$/);
const index = fc.nat(3);
/** A path with a value for it, below any message of the schema that matters. */
const change: fc.Arbitrary<[Path, EditValue]> = fc.oneof(
  fc.tuple(fc.constant<Path>(["name"]), word),
  fc.tuple(fc.constant<Path>(["max_batch_size"]), fc.nat(99)),
  fc.tuple(index.map((i): Path => ["input", i, "name"]), word),
  fc.tuple(index.map((i): Path => ["input", i, "dims"]), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })),
  fc.tuple(fc.constant<Path>(["output", 0, "dims"]), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })),
  fc.tuple(fc.constant<Path>(["instance_group", 0, "kind"]), fc.constantFrom("KIND_GPU", "KIND_CPU")),
  fc.tuple(word.map((key): Path => ["parameters", key, "string_value"]), word),
  fc.tuple(fc.tuple(index, word).map(([i, key]): Path => ["ensemble_scheduling", "step", i, "input_map", key]), word),
  fc.tuple(fc.tuple(index, word).map(([i, key]): Path => ["ensemble_scheduling", "step", i, "output_map", key]), word),
  fc.tuple(fc.constant<Path>(["ensemble_scheduling", "step", 0, "model_version"]), fc.integer({ min: -1, max: 9 })),
);

function lookUp(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part as string], value);
}

/** Comments of a text, outside strings. */
function comments(text: string): string[] {
  return [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(#[^\r\n]*)/g)].flatMap(([, comment]) => comment?.trimEnd() ?? []);
}

function untouched(text: string, edits: readonly TextEdit[], edited: string): boolean {
  let shift = 0;
  let position = 0;
  for (const { from, to, insert } of [...edits].sort((a, b) => a.from - b.from)) {
    if (text.slice(position, from) !== edited.slice(position + shift, from + shift)) return false;
    shift += insert.length - (to - from);
    position = to;
  }
  return text.slice(position) === edited.slice(position + shift);
}

/** An index beyond the end appends: the path as it is afterwards. */
function clamp(text: string, path: Path): Path {
  const { config } = parseConfig(text, "m/config.pbtxt");
  const at = path.findIndex((part) => typeof part === "number");
  const list = at < 0 ? undefined : lookUp(config, path.slice(0, at));
  if (at < 0) return path;
  return path.with(at, Math.min(Number(path[at]), Array.isArray(list) ? list.length : 0));
}

describe("any edit", () => {
  it("gives the path its value, keeps every comment and every byte outside, and can be taken back", () => {
    fc.assert(
      fc.property(fc.constantFrom(...STYLES), fc.array(change, { minLength: 1, maxLength: 5 }), (start, changes) => {
        let text = start;
        for (const [wanted, value] of changes) {
          const path = clamp(text, wanted);
          const edits = setValue(tree(text), path, value);
          const edited = applyEdits(text, edits);
          const { config, diagnostics } = parseConfig(edited, "m/config.pbtxt");
          expect(diagnostics).toEqual([]);
          expect(lookUp(config, path)).toEqual(value);
          expect(comments(edited)).toEqual(comments(text));
          expect(untouched(text, edits, edited)).toBe(true);
          expect(applyEdits(edited, setValue(tree(edited), path, value))).toBe(edited);
          text = edited;
        }
      }),
      { numRuns: 1500 },
    );
  });

  it("removes an element and nothing else", () => {
    fc.assert(
      fc.property(fc.constantFrom(...STYLES.slice(0, 3)), fc.array(change, { maxLength: 4 }), fc.nat(3), (start, changes, index) => {
        let text = start;
        for (const [path, value] of changes) text = set(text, clamp(text, path), value);
        for (const list of ["input", "output"] as const) {
          const before = parseConfig(text, "m/config.pbtxt").config;
          const edited = remove(text, [list, index]);
          const after = parseConfig(edited, "m/config.pbtxt");
          expect(after.valid).toBe(true);
          expect(after.config).toEqual({ ...before, [list]: before[list].filter((_, at) => at !== index) });
        }
      }),
      { numRuns: 500 },
    );
  });

  it("works on every public configuration that parses", async ({ skip }) => {
    const rows = await readRecorded("config-corpus/index.tsv");
    if (rows === undefined) return skip("config-corpus/index.tsv is not there");
    for (const line of new TextDecoder().decode(rows).trimEnd().split("\n").slice(1)) {
      const [file = "", , verdict] = line.split("\t");
      if (verdict !== "accept") continue;
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await readRecorded(`config-corpus/${file}`));
      const before = parseConfig(text, "m/config.pbtxt").config;
      const check = (edited: string, expected: unknown): void => {
        const after = parseConfig(edited, "m/config.pbtxt");
        expect([file, after.valid, after.config]).toEqual([file, true, expected]);
        expect([file, comments(edited)]).toEqual([file, comments(text)]);
      };
      check(set(text, ["name"], "renamed"), { ...before, name: "renamed" });
      const group = before.instance_group[0] ?? { name: "", count: 0, gpus: [], secondary_devices: [], profile: [], passive: false, host_policy: "" };
      check(set(text, ["instance_group", 0, "kind"], "KIND_CPU"), { ...before, instance_group: [{ ...group, kind: "KIND_CPU" }, ...before.instance_group.slice(1)] });
      check(set(text, ["parameters", "added", "string_value"], "1"), { ...before, parameters: { ...before.parameters, added: { string_value: "1" } } });
      for (const [step] of (before.ensemble_scheduling?.step ?? []).entries()) {
        const edited = parseConfig(set(text, ["ensemble_scheduling", "step", step, "input_map", "NEW"], "tensor"), "m/config.pbtxt");
        expect(edited.config.ensemble_scheduling?.step[step]?.input_map).toEqual({ ...before.ensemble_scheduling?.step[step]?.input_map, NEW: "tensor" });
        const shorter = parseConfig(remove(text, ["ensemble_scheduling", "step", step]), "m/config.pbtxt");
        expect(shorter.config.ensemble_scheduling?.step).toEqual(before.ensemble_scheduling?.step.toSpliced(step, 1));
      }
    }
  });
});
