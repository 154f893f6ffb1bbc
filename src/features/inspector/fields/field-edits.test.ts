import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdits, invertEdits } from "../../../base/text-edit.ts";
import { sparse, writtenChanges, writtenConfigs } from "../../../testing/written-configs.ts";
import { parseConfig } from "../../../triton/model-config/decode.ts";
import { MODEL_CONFIG_SCHEMA } from "../../../triton/model-config/schema.ts";
import { findPath, rangeOfPath } from "../../../triton/pbtxt/path.ts";
import { editValueOf, fieldEdits, fileEdits, type FieldChange } from "./field-edits.ts";
import { formRows, type FieldRow, type Row } from "./field-rows.ts";
import { readScalar, readScalars, scalarsText, scalarText } from "./field-text.ts";

const FILE = "m/config.pbtxt";
const ROOT = MODEL_CONFIG_SCHEMA.messages.get("ModelConfig")!;
const fieldOf = (message: string, name: string) => MODEL_CONFIG_SCHEMA.messages.get(message)!.fields.get(name)!;
const edited = (text: string, change: FieldChange): string => applyEdits(text, fieldEdits(parseConfig(text, FILE).tree, change));
const POLICY = [...MODEL_CONFIG_SCHEMA.messages.get("ModelVersionPolicy")!.fields.values()];

describe("an action of the form", () => {
  it.each<[string, string, FieldChange, string]>([
    ["sets a number", "max_batch_size: 1 # n\n", { kind: "set", path: ["max_batch_size"], value: 8n }, "max_batch_size: 8 # n\n"],
    ["an empty list is no list", "input { dims: [ 1 ] name: 'a' }", { kind: "set", path: ["input", 0, "dims"], value: [] }, "input { name: 'a' }"],
    ["removes a field", "name: 'a'\nmax_batch_size: 1\n", { kind: "remove", path: ["max_batch_size"] }, "name: 'a'\n"],
    ["adds an element", "instance_group [ { count: 1 } ]\n", { kind: "add", path: ["instance_group"], values: [{}] }, "instance_group [ { count: 1 }, { } ]\n"],
    ["adds two", "", { kind: "add", path: ["input"], values: [{ name: "A" }, { name: "B" }] }, 'input {\n  name: "A"\n}\ninput {\n  name: "B"\n}\n'],
    ["renames a key", "metric_tags { key: 'a' value: 'b' }", { kind: "rename-key", path: ["metric_tags", "a"], key: "c" }, "metric_tags { key: 'c' value: 'b' }"],
    ["adds an entry by a number", "", { kind: "set", path: ["dynamic_batching", "priority_queue_policy", "7"], value: {} }, "dynamic_batching {\n  priority_queue_policy {\n    key: 7\n    value { }\n  }\n}\n"],
    ["moves an element of a list down", "input [ { name: 'a' }, # 1\n { name: 'b' } ]", { kind: "move", path: ["input", 0], by: 1 }, "input [ { name: 'b' }, # 1\n { name: 'a' } ]"],
    ["moves a block up", "input { name: 'a' }\nname: 'm'\ninput: < name: 'b' >\n", { kind: "move", path: ["input", 1], by: -1 }, "input < name: 'b' >\nname: 'm'\ninput: { name: 'a' }\n"],
    ["moves nothing beyond the end", "input {}", { kind: "move", path: ["input", 0], by: 1 }, "input {}"],
    ["chooses another member", "version_policy { latest { num_versions: 2 } }", { kind: "choose", message: ["version_policy"], members: POLICY, member: POLICY[1] }, "version_policy { all { } }"],
    ["chooses a switch, which is then on", "model_warmup { }", { kind: "choose", message: ["model_warmup", 0, "inputs", "a"], members: [], member: fieldOf("ModelWarmup.Input", "zero_data") }, 'model_warmup { inputs { key: "a" value { zero_data: true } } }'],
    ["chooses none", "version_policy { all { } }", { kind: "choose", message: ["version_policy"], members: POLICY, member: undefined }, "version_policy { }"],
  ])("%s", (_, before, change, after) => {
    expect(edited(before, change)).toBe(after);
    expect(parseConfig(after, FILE).valid).toBe(true);
  });

  it("makes the file of a model that has none", () => {
    expect(fileEdits("m", undefined, { kind: "set", path: ["max_batch_size"], value: 4n })).toEqual({ path: FILE, create: "max_batch_size: 4\n" });
  });
});

describe("any change of a value", () => {
  it("decodes to that value, changes its own span only, and can be taken back", () => {
    fc.assert(
      fc.property(writtenChanges(MODEL_CONFIG_SCHEMA), ({ text, path, given }) => {
        const before = parseConfig(text, FILE);
        const change: FieldChange = { kind: "set", path, value: given as never };
        const edits = fieldEdits(before.tree, change);
        const found = findPath(before.tree.root, path);
        const span = found === undefined ? undefined : rangeOfPath(before.tree, path);
        if (span !== undefined) for (const { from, to } of edits) expect(from >= span.from && to <= span.to + 1).toBe(true);
        const after = applyEdits(text, edits);
        expect(fieldEdits(parseConfig(after, FILE).tree, change)).toEqual([]);
        expect(applyEdits(after, invertEdits(text, edits))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it("typed into a row shows there, and in no other row", () => {
    const typed = fc.tuple(writtenConfigs(MODEL_CONFIG_SCHEMA), fc.nat(), fc.nat());
    fc.assert(
      fc.property(typed, ([{ text }, place, choice]) => {
        const rows = allRows(text);
        const inputs = rows.filter((row): row is FieldRow => (row.kind === "scalar" || row.kind === "scalars") && row.editable);
        if (inputs.length === 0) return;
        const row = inputs[place % inputs.length]!;
        const wanted = typedInto(row, choice);
        const read = row.kind === "scalars" && row.field.type !== "string" ? readScalars(row.field, wanted) : readScalar(row.field, wanted);
        if (!("value" in read)) throw new Error(`${wanted} is not read as ${row.field.type}`);
        const value = row.kind === "scalars" && !Array.isArray(read.value) ? [read.value] : read.value;
        const after = allRows(edited(text, { kind: "set", path: row.path, value }));
        expect(shown(after, row.id)).toBe(wanted);
        for (const other of inputs) if (other.id !== row.id) expect([other.id, shown(after, other.id)]).toEqual([other.id, shown(rows, other.id)]);
      }),
      { numRuns: 200 },
    );
  });
});

it("a decoded value is written with all that it says, and decodes to the same", () => {
  fc.assert(
    fc.property(writtenConfigs(MODEL_CONFIG_SCHEMA), ({ text, value }) => {
      const { config } = parseConfig(text, FILE);
      const record = editValueOf(config, { ...fieldOf("ModelConfig", "optimization"), type: "ModelConfig" }) as Record<string, never>;
      let written = "";
      for (const [name, item] of Object.entries(record)) written = edited(written, { kind: "set", path: [name], value: item });
      expect(sparse(parseConfig(written, FILE).config, ROOT, MODEL_CONFIG_SCHEMA)).toEqual(value);
    }),
    { numRuns: 300 },
  );
});

/** Every row of a configuration, all folds open. */
function allRows(text: string): Row[] {
  const parsed = parseConfig(text, FILE);
  const source = { parsed, verdict: { config: parsed.config, completed: [], findings: [] }, root: [] };
  const folds = new Map<string, boolean>();
  for (;;) {
    const rows = formRows(source, { folds, search: "" });
    const closed = rows.filter((row) => row.kind !== "choice" && row.open === false && (row.kind === "fold" || row.origin === "file"));
    if (closed.length === 0) return rows;
    for (const { id } of closed) folds.set(id, true);
  }
}

/** A text that fits the field's type. */
function typedInto({ field, kind }: FieldRow, choice: number): string {
  const pick = (...options: string[]): string => options[choice % options.length]!;
  if (field.kind === "enum") return pick(...(MODEL_CONFIG_SCHEMA.enums.get(field.type)?.values.keys() ?? []));
  if (field.type === "string") return pick("", "é", 'a "b" \\', "a, b");
  if (field.type === "bool") return pick("true", "false");
  const list = kind === "scalars" ? ["1, 2, 3", "7, 7"] : [];
  return field.type === "float" || field.type === "double" ? pick("0.5", "1000", "inf", "nan") : pick("1", "0", "2147483647", ...list);
}

function shown(rows: readonly Row[], id: string): string | undefined {
  const row = rows.find((one) => one.id === id);
  if (row === undefined || row.kind === "choice" || row.kind === "fold") return undefined;
  return row.kind === "scalars" ? scalarsText(row.written) : row.written.map(scalarText).join("");
}
