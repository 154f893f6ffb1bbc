// inference.ModelConfig as descriptors of @bufbuild/protobuf, made from the schema table: an independent reader of the text format and of
// protobuf's JSON for tests.
import { create, createFileRegistry, type DescMessage } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  type DescriptorProto,
  type EnumDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { MODEL_CONFIG_SCHEMA } from "../triton/model-config/schema.ts";
import type { FieldSchema, MessageSchema } from "../triton/pbtxt/schema.ts";

const SCALARS: Readonly<Record<string, FieldDescriptorProto_Type>> = {
  string: FieldDescriptorProto_Type.STRING,
  bool: FieldDescriptorProto_Type.BOOL,
  int32: FieldDescriptorProto_Type.INT32,
  int64: FieldDescriptorProto_Type.INT64,
  uint32: FieldDescriptorProto_Type.UINT32,
  uint64: FieldDescriptorProto_Type.UINT64,
  float: FieldDescriptorProto_Type.FLOAT,
  double: FieldDescriptorProto_Type.DOUBLE,
};

/** The descriptor of inference.ModelConfig. */
export function modelConfigDescriptor(): DescMessage {
  const { messages, enums, package: packageName, root } = MODEL_CONFIG_SCHEMA;
  const file = create(FileDescriptorProtoSchema, { name: "model_config.proto", package: packageName, syntax: "proto3" });
  const made = new Map<string, DescriptorProto>();
  // An outer message comes before those inside it in no certain order, so all are made first.
  for (const message of messages.values()) made.set(message.name, messageOf(message));
  for (const [name, descriptor] of made) (made.get(outerOf(name))?.nestedType ?? file.messageType).push(descriptor);
  for (const { name, values } of enums.values()) {
    const value = [...values].map(([each, number]) => ({ name: each, number }));
    const descriptor: EnumDescriptorProto = create(EnumDescriptorProtoSchema, { name: innerOf(name), value });
    (made.get(outerOf(name))?.enumType ?? file.enumType).push(descriptor);
  }
  const descriptor = createFileRegistry(file, () => undefined).getMessage(`${packageName}.${root}`);
  if (descriptor === undefined) throw new Error(`Conch bug: no descriptor of ${root}`);
  return descriptor;
}

function messageOf({ name, fields }: MessageSchema): DescriptorProto {
  const oneofs = [...new Set([...fields.values()].flatMap(({ oneof }) => oneof ?? []))];
  return create(DescriptorProtoSchema, {
    name: innerOf(name),
    field: [...fields.values()].map((field) => fieldOf(field, oneofs)),
    oneofDecl: oneofs.map((oneof) => ({ name: oneof })),
    ...([...fields.keys()].join() === "key,value" ? { options: { mapEntry: true } } : {}),
  });
}

function fieldOf({ name, number, kind, type, repeated, oneof }: FieldSchema, oneofs: readonly string[]): ReturnType<typeof create<typeof FieldDescriptorProtoSchema>> {
  const scalar = SCALARS[type];
  return create(FieldDescriptorProtoSchema, {
    name,
    number,
    label: repeated ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
    type: scalar ?? (kind === "enum" ? FieldDescriptorProto_Type.ENUM : FieldDescriptorProto_Type.MESSAGE),
    ...(scalar === undefined ? { typeName: `.${MODEL_CONFIG_SCHEMA.package}.${type}` } : {}),
    ...(oneof === undefined ? {} : { oneofIndex: oneofs.indexOf(oneof) }),
  });
}

function innerOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function outerOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}
