import { ensureSyntaxTree, foldable, getIndentation, indentUnit } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { pbtxt } from "./pbtxt-language.ts";

function stateOf(doc: string): EditorState {
  const state = EditorState.create({ doc, extensions: [pbtxt(), indentUnit.of("  ")] });
  ensureSyntaxTree(state, doc.length, 1000);
  return state;
}

describe("a new line is indented", () => {
  it.each([
    ["in a message", 'input {\n  name: "x"\n  dims: 1\n}\nname: "m"'],
    ["in a message in angle brackets", 'input <\n  name: "x"\n  reshape: <\n    shape: 1\n  >\n>\nname: "m"'],
    ["in a list of messages", 'input [\n  {\n    name: "x"\n  },\n  {\n    name: "y"\n  }\n]'],
    ["in a list whose first message opens on its line", 'step [ {\n  model_name: "a"\n} ]'],
    ["in a list of numbers", "dims: [\n  1,\n  2\n]"],
    ["behind a colon", 'name:\n  "x"\ndims: 1'],
  ])("%s", (_, doc) => {
    const state = stateOf(doc);
    for (let number = 1; number <= state.doc.lines; number++) {
      const { from, text } = state.doc.line(number);
      expect(getIndentation(state, from), `line ${number}: ${text}`).toBe(/^ */.exec(text)![0].length);
    }
  });
});

it.each([
  ["a message", "input {\n  dims: 1\n}", "\n  dims: 1\n"],
  ["a message in angle brackets", "input <\n  dims: 1\n>", "\n  dims: 1\n"],
  ["a list", "dims: [\n  1\n]", "\n  1\n"],
])("%s folds to its delimiters", (_, doc, inside) => {
  const state = stateOf(doc);
  const { from, to } = state.doc.line(1);
  const range = foldable(state, from, to)!;
  expect(doc.slice(range.from, range.to)).toBe(inside);
});
