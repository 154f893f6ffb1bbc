/** Scalar types of protobuf that a text-format schema may use. */
export type ScalarType = "string" | "bool" | "int32" | "int64" | "uint32" | "uint64" | "float" | "double";

/** One field of a message. */
export interface FieldSchema {
  readonly name: string;
  readonly number: number;
  /** `map` is a repeated message with `key` and `value`. */
  readonly kind: "scalar" | "enum" | "message" | "map";
  /** A ScalarType, or the name of the enum or message; of a map, the name of its entry message. */
  readonly type: string;
  /** True for maps too. */
  readonly repeated: boolean;
  /** Name of the oneof that it belongs to. */
  readonly oneof?: string;
  /** A scalar that remembers having been set to its default: a oneof member, or the key or value of a map entry. */
  readonly explicit: boolean;
  /** Short help for people. */
  readonly doc: string;
}

/** One message type. `name` is relative to the package: "ModelEnsembling.Step". */
export interface MessageSchema {
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldSchema>;
  readonly doc: string;
}

/** One enum type. Open: the parser takes any 32-bit number (proto3). The first value is the default. */
export interface EnumSchema {
  readonly name: string;
  readonly values: ReadonlyMap<string, number>;
  readonly docs: ReadonlyMap<string, string>;
}

/** All types that a text may use. */
export interface Schema {
  /** "inference"; parser messages name types with it. */
  readonly package: string;
  readonly root: string;
  readonly messages: ReadonlyMap<string, MessageSchema>;
  readonly enums: ReadonlyMap<string, EnumSchema>;
}

/** The compact way to write a schema down. See {@link defineSchema}. */
export interface SchemaTable {
  package: string;
  root: string;
  /**
   * Per message its own help (key "") and its fields: `name: "<number> [repeated] <type> [oneof <name>] | help"`,
   * with `map<key,value>` as a type.
   */
  messages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Per enum its values: `NAME: "<number> | help"`. */
  enums: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const SCALARS: ReadonlySet<string> = new Set<ScalarType>([
  "string",
  "bool",
  "int32",
  "int64",
  "uint32",
  "uint64",
  "float",
  "double",
]);

/** The schema that a table describes. A line that does not fit the form is a bug and throws. */
export function defineSchema(table: SchemaTable): Schema {
  const enums = new Map<string, EnumSchema>();
  for (const [name, lines] of Object.entries(table.enums)) {
    const values = new Map<string, number>();
    const docs = new Map<string, string>();
    for (const [value, line] of Object.entries(lines)) {
      const [number, doc] = split(line);
      values.set(value, Number(number));
      docs.set(value, doc);
    }
    enums.set(name, { name, values, docs });
  }
  const messages = new Map<string, MessageSchema>();
  for (const [name, lines] of Object.entries(table.messages)) {
    const fields = new Map<string, FieldSchema>();
    for (const [field, line] of Object.entries(lines)) {
      if (field !== "") fields.set(field, readField(name, field, line, messages, enums));
    }
    messages.set(name, { name, fields, doc: lines[""] ?? "" });
  }
  return { package: table.package, root: table.root, messages, enums };
}

function split(line: string): [string, string] {
  const bar = line.indexOf("|");
  return bar < 0 ? [line.trim(), ""] : [line.slice(0, bar).trim(), line.slice(bar + 1).trim()];
}

const FIELD = /^(\d+) (repeated )?(?:map<(\w+),([\w.]+)>|([\w.]+))(?: oneof (\w+))?$/;

function readField(
  message: string,
  name: string,
  line: string,
  messages: Map<string, MessageSchema>,
  enums: ReadonlyMap<string, EnumSchema>,
): FieldSchema {
  const [form, doc] = split(line);
  const match = FIELD.exec(form);
  if (match === null) throw new Error(`Conch bug: ${message}.${name} is described by "${form}"`);
  const [, number, repeated, key, value, plain, oneof] = match;
  const common = { name, number: Number(number), doc };
  if (key !== undefined && value !== undefined) {
    const entry = `${message}.${camelCase(name)}Entry`;
    messages.set(entry, {
      name: entry,
      doc: "",
      fields: new Map([
        ["key", { name: "key", number: 1, kind: "scalar", type: key, repeated: false, explicit: true, doc: "" }],
        ["value", { name: "value", number: 2, kind: kindOf(value, enums), type: value, repeated: false, explicit: true, doc: "" }],
      ]),
    });
    return { ...common, kind: "map", type: entry, repeated: true, explicit: false };
  }
  const type = plain ?? "";
  const field: FieldSchema = {
    ...common,
    kind: kindOf(type, enums),
    type,
    repeated: repeated !== undefined,
    explicit: oneof !== undefined,
  };
  return oneof === undefined ? field : { ...field, oneof };
}

function kindOf(type: string, enums: ReadonlyMap<string, EnumSchema>): "scalar" | "enum" | "message" {
  if (SCALARS.has(type)) return "scalar";
  return enums.has(type) ? "enum" : "message";
}

function camelCase(name: string): string {
  return name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
