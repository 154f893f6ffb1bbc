import type { FieldSchema, MessageSchema, Schema } from "./schema.ts";

/** A range of UTF-16 offsets, from ≤ to. */
export interface TextRange {
  from: number;
  to: number;
}

/** A number, string, boolean or enum name in the text. */
export interface ScalarNode extends TextRange {
  kind: "scalar";
  /** Decoded by the field's type: bigint for integers and enum numbers, string for strings and enum names. Absent: not valid. */
  value?: string | bigint | number | boolean;
}

/** `{ … }`, `< … >`, or the whole file. */
export interface MessageNode extends TextRange {
  kind: "message";
  /** Absent below an unknown field. */
  schema?: MessageSchema;
  fields: FieldNode[];
  /** Offsets of the inside: after the opening delimiter, before the closing one. */
  innerFrom: number;
  innerTo: number;
  /** False where the closing delimiter is missing. */
  closed: boolean;
}

export type ValueNode = ScalarNode | MessageNode;

/** One `name: value`, `name { … }` or `name [ … ]` in the text. A repeated field may have several of them. */
export interface FieldNode extends TextRange {
  name: string;
  nameTo: number;
  /** Absent for an unknown field. */
  schema?: FieldSchema;
  /** Offset of the `:`. */
  colon?: number;
  /** The brackets of the list form. */
  list?: TextRange;
  /** Empty where the value is missing. */
  values: ValueNode[];
  /** Offset of the one `,` or `;` that may follow. Not within from..to. */
  separator?: number;
  /** A second occurrence that the parser refuses; decoding leaves it out. */
  refused?: boolean;
}

/** What the parser found wrong. */
export interface SyntaxError extends TextRange {
  code: SyntaxErrorCode;
  /** The text of protobuf's C++ parser. */
  message: string;
  /** 1-based, as Triton logs them. */
  line: number;
  column: number;
  /** False for what lies behind the error at which Triton's parser stops: found by recovery, shown next once that is mended. */
  reported: boolean;
}

export type SyntaxErrorCode =
  | "PBTXT_SYNTAX"
  | "PBTXT_TOKEN"
  | "PBTXT_UNKNOWN_FIELD"
  | "PBTXT_UNKNOWN_ENUM"
  | "PBTXT_TYPE"
  | "PBTXT_RANGE"
  | "PBTXT_REPEATED_SINGULAR"
  | "PBTXT_ONEOF"
  | "PBTXT_TOO_LARGE";

/** A text with its tree. The tree has a node for everything that could be understood, whatever the errors. */
export interface PbtxtTree {
  text: string;
  schema: Schema;
  root: MessageNode;
  /** In the order of the C++ parser. */
  errors: SyntaxError[];
}
