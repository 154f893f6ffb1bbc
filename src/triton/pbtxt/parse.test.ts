import { describe, expect, it } from "vitest";
import { MODEL_CONFIG_SCHEMA } from "../model-config/schema.ts";
import { parsePbtxt } from "./parse.ts";
import { findPath } from "./path.ts";

const parse = (text: string) => parsePbtxt(text, MODEL_CONFIG_SCHEMA);
const reported = (text: string) =>
  parse(text)
    .errors.filter((error) => error.reported)
    .map(({ line, column, message }) => `${line}:${column}: ${message}`);
const inputName = (text: string) => {
  const value = findPath(parse(text).root, ["input", 0, "name"])?.value;
  return value?.kind === "scalar" ? value.value : undefined;
};

describe("Triton's parser accepts", () => {
  it.each([
    ["nothing", ""],
    ["only comments", "# a\n  # b"],
    ["fields with no, one comma or one semicolon between", 'name: "a", platform: "b"; backend: "c" runtime: "d";'],
    ["all message forms", "input {} input: {} input <> input: <>"],
    ["lists of messages, with colon and empty", "input [ {}, <> ] input: [] output []"],
    ["scalars repeated, listed and both", "input { dims: 1 dims: [ 2, 3 ] dims: [] }"],
    ["a default value set again", "max_batch_size: 0 max_batch_size: 8"],
    ["hexadecimal, octal and negative integers", "input { dims: [ 0x10, 010, - 1 ] }"],
    ["floats of every form", "sequence_batching { control_input { control { fp32_false_true: [ 1, .5, 5., 1e-3, 1.5f, -inf, nan ] } } }"],
    ["booleans of every form", "input { optional: t } input { optional: False } input { optional: 01 }"],
    ["enum values by number, known or not", "input { data_type: 11 } input { data_type: 99 }"],
    ["map entries without key or value", 'parameters {} parameters { key: "a" }'],
    ["all white space", "name:\t\"a\"\r\n\v\f max_batch_size:1"],
    ["a string directly before a name", 'name:"a"backend:"b"'],
    ["templates inside strings", 'name: "${name}"'],
    ["bytes that are no UTF-8 in strings and comments", 'name: "\udcff" # \udcff'],
  ])("%s", (_, text) => {
    expect(reported(text)).toEqual([]);
  });
});

describe("Triton's parser refuses", () => {
  it.each([
    ["other comments", "// a", ["1:1: Expected identifier, got: /"]],
    ["two separators", 'name: "a",, backend: "b"', ["1:11: Expected identifier, got: ,"]],
    ["a missing colon", 'name "a"', ['1:6: Expected ":", found ""a"".']],
    ["a missing comma in a list", "input [ {} {} ]", ['1:12: Expected ",", found "{".']],
    ["a comma at the end of a list", "input [ {}, ]", ['1:13: Expected "{", found "]".']],
    ["a comma at the end of a list of integers", "input { dims: [ 1, ] }", ["1:20: Expected integer, got: ]"]],
    ["a field twice", 'name: "a" name: "a"', ['1:15: Non-repeated field "name" is specified multiple times.']],
    ["two members of a oneof", "dynamic_batching {} sequence_batching {}", ['1:39: Field "sequence_batching" is specified along with field "dynamic_batching", another member of oneof "scheduling_choice".']],
    ["a string over two lines", 'name: "a\n"', ["1:9: String literals cannot cross line boundaries.", "2:2: Unexpected end of string."]],
    ["an unknown escape", 'name: "\\q"', ["1:9: Invalid escape sequence in string literal."]],
    ["an integer too large", "max_batch_size: 2147483648", ["1:17: Integer out of range (2147483648)"]],
    ["a negative unsigned", "version_policy { latest { num_versions: -1 } }", ["1:41: Expected integer, got: -"]],
    ["a word for a boolean", "input { optional: yes }", ['1:23: Invalid value for boolean field "optional". Value: "yes".']],
    ["an unknown enum value", "input { data_type: FP32 }", ['1:25: Unknown enumeration value of "FP32" for field "data_type".']],
    ["an unknown field", "foo: 1", ['1:4: Message type "inference.ModelConfig" has no field named "foo".']],
    ["an unknown field of a map entry", "parameters { k: 1 }", ['1:15: Message type "inference.ModelConfig.ParametersEntry" has no field named "k".']],
    ["a number for a string", "name: 1", ["1:7: Expected string, got: 1"]],
    ["a scalar for a message", 'parameters { key: "a" value: "1" }', ['1:30: Expected "{", found ""1"".']],
    ["a byte order mark", "\uFEFFname: \"a\"", ["1:1: Interpreting non ascii codepoint 239.", "1:1: Expected identifier, got: \uFFFD"]],
    ["a number that runs into a name", "max_batch_size: 4name", ["1:18: Need space between number and identifier.", '1:22: Expected ":", found "".']],
    ["a missing brace", "input {\n", ["2:1: Expected identifier, got: "]],
    ["an extra brace", "input {} }", ["1:10: Expected identifier, got: }"]],
    ["a template", "max_batch_size: ${n}", ["1:17: Expected integer, got: $"]],
    ["a NUL in a comment, which ends there", "# a\0 foo: 1", ["1:4: Invalid control characters encountered in text.", '1:9: Message type "inference.ModelConfig" has no field named "foo".']],
    ["a NUL in a string", 'name: "a\0"', ["1:9: Unexpected end of string.", "1:9: Invalid control characters encountered in text.", "1:11: Unexpected end of string."]],
    ["a hexadecimal number without digits, which is then 0", "max_batch_size: 0x name: 1", ['1:19: "0x" must be followed by hex digits.', "1:26: Expected string, got: 1"]],
    ["an extension", "[a.b]: 1", ['1:6: Extension "a.b" is not defined or is not an extension of "inference.ModelConfig".']],
    ["a type URL", "[a/b]: 1", ['1:3: Expected "]", found "/".']],
    ["a byte that is no UTF-8, one column each", "name: '\udcff\udcfe' foo: 1", ['1:15: Message type "inference.ModelConfig" has no field named "foo".']],
    ["a byte that is no UTF-8 outside a string", "\udcff\udcfe", ["1:1: Interpreting non ascii codepoint 255.", "1:1: Expected identifier, got: \uFFFD"]],
    ["bytes that are no UTF-8 in a message", "max_batch_size: '\udcff'", ["1:17: Expected integer, got: '\uFFFD'"]],
    ["a character of four bytes before it", "name: '😀' foo: 1", ['1:17: Message type "inference.ModelConfig" has no field named "foo".']],
    ["minus zero and another value", "sequence_batching { control_input { control { fp32_false_true: -0 } } direct { minimum_slot_utilization: -0 minimum_slot_utilization: 1 } }", ['1:133: Non-repeated field "minimum_slot_utilization" is specified multiple times.']],
    ["a tab before it, counted to the next multiple of eight", "\tfoo: 1", ['1:12: Message type "inference.ModelConfig" has no field named "foo".']],
  ])("%s", (_, text, errors) => {
    expect(reported(text)).toEqual(errors);
  });
});

describe("a file", () => {
  it.each([
    ["nested unknown messages", "a{".repeat(50_000)],
    ["nested known and unknown messages", "input{reshape{".repeat(20_000)],
    ["nested brackets", `input ${"[".repeat(50_000)}`],
  ])("of %s is read without throwing", (_, text) => {
    expect(reported(text).length).toBeGreaterThan(0);
  });
});

describe("a text of 50 MB", () => {
  it("is refused at once, with a code of its own", () => {
    const { root, errors } = parse('input { name: "a" }\n'.repeat(2_500_000));
    expect(root.fields).toEqual([]);
    expect(errors.map(({ code }) => code)).toEqual(["PBTXT_TOO_LARGE"]);
  });
});

describe("behind the first error", () => {
  it("fields of the messages around are found again", () => {
    const { root, errors } = parse('input {\n  nam: "a"\n  dims: [ 1 ]\n}\nmax_batch_size: x\nbackend: "b"\n');
    expect(root.fields.map(({ name }) => name)).toEqual(["input", "max_batch_size", "backend"]);
    expect(errors.map(({ reported }) => reported)).toEqual([true, false]);
  });

  it("only so many errors are kept", () => {
    expect(parse("foo: 1\n".repeat(10_000)).errors.length).toBeLessThan(300);
  });

  it("every error that Triton reports is kept", () => {
    expect(parse(`name: "${"\\q".repeat(1000)}"`).errors).toHaveLength(1000);
  });
});

describe("strings", () => {
  it.each([
    ["plain", '"a"', "a"],
    ["adjacent", "\"a\" 'b'\n\"c\"", "abc"],
    ["simple escapes", String.raw`"\n\t\\\"\'\?\a"`, "\n\t\\\"'?\u0007"],
    ["octal bytes as UTF-8", String.raw`"\303\251\101"`, "éA"],
    ["hexadecimal bytes", String.raw`"\xc3\xA9\x41"`, "éA"],
    ["code points", String.raw`"\u00e9\U0001F600"`, "é😀"],
    ["a surrogate pair", String.raw`"\ud83d\ude00"`, "😀"],
    ["a number sign", '"a # b"', "a # b"],
    ["bytes that are no UTF-8, as source-text.ts has them", String.raw`"\377\xfe"`, "\udcff\udcfe"],
    ["bytes that are UTF-8 together", "'\udcc3' '\udca9'", "é"],
    ["a lone surrogate by an escape, which is three bytes", String.raw`"\ud83d"`, "\udced\udca0\udcbd"],
    ["octal beyond a byte", String.raw`"\400\777"`, "\0\udcff"],
    ["a code point beyond Unicode, which stays as written", String.raw`"\U00110000"`, "\\U00110000"],
  ])("%s", (_, literal, value) => {
    expect(inputName(`input { name: ${literal} }`)).toBe(value);
  });
});
