import { describe, expect, it } from "vitest";
import { readRecordedJson } from "../../testing/recorded.ts";
import { emptyMessage } from "./decode.ts";
import { MODEL_CONFIG_SCHEMA } from "./schema.ts";

/** Triton's model_config.proto as data. */
interface Reference {
  package: string;
  root: string;
  messages: Record<string, { oneofs: Record<string, string[]>; fields: ReferenceField[] }>;
  enums: Record<string, { values: { name: string; number: number }[] }>;
}

interface ReferenceField {
  name: string;
  number: number;
  type: string;
  key_type?: string;
  value_type?: string;
  kind: "scalar" | "enum" | "message" | "map";
  label: string;
  /** Of an enum, its number. */
  default: unknown;
  oneof: string | null;
}

describe("the schema", () => {
  it("is Triton's, field by field", async ({ skip }) => {
    const reference = await readRecordedJson<Reference>("../reference/triton/model-config.schema.json");
    if (reference === undefined) return skip("reference/triton/model-config.schema.json is not there");
    const { messages, enums } = MODEL_CONFIG_SCHEMA;
    expect([MODEL_CONFIG_SCHEMA.package, MODEL_CONFIG_SCHEMA.root]).toEqual([reference.package, reference.root]);

    const own = [...messages.values()].filter(({ fields }) => [...fields.keys()].join() !== "key,value");
    expect(own.map(({ name }) => name).sort()).toEqual(Object.keys(reference.messages).sort());
    for (const { name, fields } of own) {
      const described = [...fields.values()].map((field) => {
        const entry = messages.get(field.type)?.fields;
        const type = field.kind === "map" ? `map<${entry?.get("key")?.type},${entry?.get("value")?.type}>` : field.type;
        return { name: field.name, number: field.number, kind: field.kind, type, repeated: field.repeated, oneof: field.oneof ?? null };
      });
      const expected = reference.messages[name]?.fields.map((field) => ({
        name: field.name,
        number: field.number,
        kind: field.kind,
        type: field.kind === "map" ? `map<${field.key_type},${field.value_type}>` : field.type,
        repeated: field.label !== "singular",
        oneof: field.oneof,
      }));
      expect([name, described]).toEqual([name, expected]);
    }

    expect([...enums.keys()].sort()).toEqual(Object.keys(reference.enums).sort());
    for (const [name, { values }] of enums) {
      expect([name, [...values]]).toEqual([name, reference.enums[name]?.values.map((value) => [value.name, value.number])]);
    }
  });

  it("gives every field Triton's default", async ({ skip }) => {
    const reference = await readRecordedJson<Reference>("../reference/triton/model-config.schema.json");
    if (reference === undefined) return skip("reference/triton/model-config.schema.json is not there");
    for (const [name, { fields }] of Object.entries(reference.messages)) {
      const expected = fields.flatMap((field) => {
        if (field.kind === "map") return [[field.name, {}]];
        if (field.label === "repeated") return [[field.name, []]];
        if (field.kind === "message" || field.oneof !== null) return [];
        const names = reference.enums[field.type]?.values;
        return [[field.name, names === undefined ? field.default : names.find(({ number }) => number === field.default)?.name]];
      });
      expect([name, emptyMessage(name)]).toEqual([name, Object.fromEntries(expected)]);
    }
  });
});
