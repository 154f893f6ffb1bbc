import { array, assert as check, integer, property, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdits } from "../base/text-edit.ts";
import { changeBetween, reconcile, replay, type JournalEntry, type WorkspaceText } from "./journal.ts";

const text = (path: string, saved: string | null, now = saved, version = 0): WorkspaceText => ({ path, saved, text: now, version });
const edit = (path: string, version: number, from: number, to: number, insert: string): JournalEntry => ({ path, version, change: { edits: [{ from, to, insert }] } });
const whole = (path: string, version: number, value: string | null): JournalEntry => ({ path, version, change: { text: value } });

describe("replaying a journal", () => {
  it.each<[string, WorkspaceText[], JournalEntry[], string | null | undefined, string[]]>([
    ["edits in order", [text("a", "one")], [edit("a", 1, 0, 0, "x"), edit("a", 2, 4, 4, "y")], "xoney", []],
    ["entries that the text contains already", [text("a", "one", "xone", 1)], [edit("a", 1, 0, 0, "x"), edit("a", 2, 0, 1, "")], "one", []],
    ["a new file", [], [whole("a", 1, "new"), edit("a", 2, 3, 3, "er")], "newer", []],
    ["a deleted file", [text("a", "one")], [whole("a", 1, null)], null, []],
    ["a gap", [text("a", "one")], [edit("a", 1, 0, 0, "x"), edit("a", 3, 0, 0, "y"), edit("a", 4, 0, 0, "z")], "xone", ["a"]],
    ["an edit outside the text", [text("a", "one")], [edit("a", 1, 9, 9, "x")], "one", ["a"]],
    ["an edit of no file", [], [edit("a", 1, 0, 0, "x")], undefined, ["a"]],
    ["another file", [text("b", "two")], [edit("b", 1, 0, 0, "x")], undefined, []],
  ])("%s", (_, texts, journal, expected, damaged) => {
    const replayed = replay(texts, journal);
    expect(replayed.texts.get("a")?.text).toBe(expected);
    expect(replayed.damaged).toEqual(damaged);
  });

  it("gives the text that applying every edit gives, wherever the journal was folded in between", () => {
    check(
      property(string(), array(tuple(integer({ min: 0, max: 99 }), integer({ min: 0, max: 9 }), string()), { maxLength: 12 }), integer({ min: 0, max: 12 }), (start, steps, fold) => {
        let now = start;
        const journal = steps.map(([at, length, insert], index) => {
          const from = Math.min(at, now.length);
          const to = Math.min(from + length, now.length);
          now = applyEdits(now, [{ from, to, insert }]);
          return edit("a", index + 1, from, to, insert);
        });
        const folded = replay([text("a", start)], journal.slice(0, fold)).texts.values();
        expect(replay(folded, journal).texts.get("a")).toEqual({ path: "a", saved: start, text: now, version: steps.length });
      }),
    );
  });
});

describe("meeting a repository that may have changed", () => {
  it.each<[string, WorkspaceText | undefined, string | undefined, WorkspaceText | undefined, boolean]>([
    ["nothing changed", text("a", "one"), "one", text("a", "one"), false],
    ["edited here", text("a", "one", "mine", 3), "one", text("a", "one", "mine", 3), false],
    ["changed there", text("a", "one"), "two", text("a", "two", "two", 1), false],
    ["changed on both sides", text("a", "one", "mine", 3), "two", text("a", "two", "mine", 3), true],
    ["changed alike on both sides", text("a", "one", "two", 3), "two", text("a", "two", "two", 3), false],
    ["new there", undefined, "two", text("a", "two"), false],
    ["new here", text("a", null, "mine", 1), undefined, text("a", null, "mine", 1), false],
    ["gone there", text("a", "one"), undefined, undefined, false],
    ["gone there, edited here", text("a", "one", "mine", 1), undefined, text("a", null, "mine", 1), true],
    ["deleted here", text("a", "one", null, 1), "one", text("a", "one", null, 1), false],
  ])("%s", (_, mine, theirs, expected, conflict) => {
    const { texts, conflicts } = reconcile(new Map(mine === undefined ? [] : [["a", mine]]), new Map(theirs === undefined ? [] : [["a", theirs]]));
    expect(texts.get("a")).toEqual(expected);
    expect(conflicts).toEqual(conflict ? ["a"] : []);
  });
});

describe("the change between two texts", () => {
  it.each<[string, string | null, string | null, JournalEntry["change"]]>([
    ["typing in the middle", "name: ", "name: x", { edits: [{ from: 6, to: 6, insert: "x" }] }],
    ["repeated characters", "aaa", "aaaa", { edits: [{ from: 3, to: 3, insert: "a" }] }],
    ["a replaced word", "one two three", "one 2 three", { edits: [{ from: 4, to: 7, insert: "2" }] }],
    ["a new file", null, "x", { text: "x" }],
    ["a file that goes", "x", null, { text: null }],
  ])("of %s is small", (_, before, after, change) => expect(changeBetween(before, after)).toEqual(change));

  it("is undone by replaying it", () => {
    const texts = string({ unit: "binary", maxLength: 30 });
    check(
      property(texts, texts, texts, texts, (start, one, two, end) => {
        const [before, after] = [start + one + end, start + two + end];
        expect(replay([text("a", before)], [{ path: "a", version: 1, change: changeBetween(before, after) }]).texts.get("a")?.text).toBe(after);
      }),
    );
  });
});
