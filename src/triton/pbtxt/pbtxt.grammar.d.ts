import type { LRParser } from "@lezer/lr";

/**
 * Node names: File, Field, FieldName, ExtensionName, Identifier, Message, List, String, Number, Boolean, EnumName, Separator, Comment,
 * and the brackets and punctuation by themselves.
 */
export const parser: LRParser;
