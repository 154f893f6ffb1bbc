import { describe, expect, it } from "vitest";
import { decodeSourceText } from "../../base/source-text.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { parseConfig } from "../model-config/decode.ts";
import { formatPbtxt } from "./format.ts";

const lines = (...all: string[]) => `${all.join("\n")}\n`;

describe("formatting", () => {
  it.each([
    ["one field per line, without separators", 'name:"a",backend:"b";  max_batch_size :\n8', lines('name: "a"', 'backend: "b"', "max_batch_size: 8")],
    ["indents by two spaces", "input {\n\tdims: [1,2 , 3]\n}", lines("input {", "  dims: [ 1, 2, 3 ]", "}")],
    ["keeps on one line what is there", 'input { name: "a", dims: 1 }', lines('input { name: "a", dims: 1 }')],
    ["breaks what does not fit", `input { name: "${"a".repeat(60)}" label_filename: "${"b".repeat(30)}" }`, lines("input {", `  name: "${"a".repeat(60)}"`, `  label_filename: "${"b".repeat(30)}"`, "}")],
    ["braces instead of angle brackets, no colon before them", "input: < dims: 1 >", lines("input { dims: 1 }")],
    ["lists of messages", "input: [ {\n dims: 1 }, { dims: 2 } ]", lines("input [", "  {", "    dims: 1", "  },", "  { dims: 2 }", "]")],
    ["empty blocks", "dynamic_batching{\n}input[\n]", lines("dynamic_batching { }", "input: [ ]")],
    ["comments where they are", "# a\n\nname: 'x' # b\ninput { # c\n# d\ndims: 1 } # e\n# f", lines("# a", "", "name: 'x' # b", "input { # c", "  # d", "  dims: 1", "} # e", "# f")],
    ["comments in lists", "input [ # a\n{} # b\n, # c\n{} # d\n# e\n]", lines("input [ # a", "  { }, # b", "  # c", "  { } # d", "  # e", "]")],
    ["comments in the middle of a field before it", "dims # a\n: # b\n- # c\n1", lines("# a", "# b", "# c", "dims: -1")],
    ["adjacent strings of one line", "name: 'a'\"b\"", lines("name: 'a' \"b\"")],
    ["adjacent strings of several lines", "name: 'a' # 1\n# 2\n'b' # 3", lines("name:", "  'a' # 1", "  # 2", "  'b' # 3")],
    ["single blank lines between fields", '\n\nname: "a"\n\n\nbackend: "b"\n\n', lines('name: "a"', "", 'backend: "b"')],
    ["the line ends of the file", 'name: "a"\r\n\r\nbackend: "b"', 'name: "a"\r\n\r\nbackend: "b"\r\n'],
    ["numbers as written", "max_batch_size: 0x10 a: 1.50f b: -inf", lines("max_batch_size: 0x10", "a: 1.50f", "b: -inf")],
    ["nothing", " \n ", ""],
  ])("%s", (_, text, formatted) => {
    expect(formatPbtxt(text)).toBe(formatted);
    expect(formatPbtxt(formatted)).toBe(formatted);
  });

  it.each([
    ["a missing brace", "input {\n  dims: 1"],
    ["a missing colon", 'name   "a"'],
    ["a comma too many", "input [ {}, ]"],
    ["a string over two lines", 'name: "a\n"'],
    ["a control character", "name: 'a'\0"],
    ["very deep nesting", "a{".repeat(100_000)],
    ["very deep lists", "a:[".repeat(100_000)],
  ])("leaves a text with %s as it is", (_, text) => {
    expect(formatPbtxt(text)).toBe(text);
  });

  it("keeps values and comments of every public configuration", async ({ skip }) => {
    const index = await readRecorded("config-corpus/index.tsv");
    if (index === undefined) return skip("config-corpus/index.tsv is not there");
    const comments = (text: string) => [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(#[^\n]*)/g)].flatMap(([, comment]) => comment?.trim() ?? []);
    let checked = 0;
    for (const line of new TextDecoder().decode(index).trimEnd().split("\n").slice(1)) {
      const [file = "", , verdict] = line.split("\t");
      const bytes = verdict === "accept" ? await readRecorded(`config-corpus/${file}`) : undefined;
      if (bytes === undefined) continue;
      const text = decodeSourceText(bytes);
      const formatted = formatPbtxt(text);
      const after = parseConfig(formatted, "m/config.pbtxt");
      expect([file, after.valid, after.config]).toEqual([file, true, parseConfig(text, "m/config.pbtxt").config]);
      expect([file, comments(formatted)]).toEqual([file, comments(text)]);
      expect([file, formatPbtxt(formatted)]).toEqual([file, formatted]);
      checked++;
    }
    expect(checked).toBeGreaterThan(500);
  });
});
