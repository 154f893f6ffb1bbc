import * as fc from "fast-check";
import { expect, it } from "vitest";
import { languageContext } from "../../testing/language-context.ts";
import { completionsAt } from "./completion.ts";
import { definitionsAt, referencesAt } from "./definition.ts";
import { hoverAt } from "./hover.ts";
import { rename, renameTargetAt } from "./rename.ts";

const MODEL = 'backend: "python" input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] } output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }\n';

const PIPELINE = `platform: "ensemble" # a comment with "quotes" and {
input [ { name: 'A' data_type: TYPE_FP32 dims: [ 1 ] } ]
output < name: "B" data_type: TYPE_FP32 dims: 1 >
ensemble_scheduling { step [
  { model_name: "m" model_version: -1 input_map { key: "x" value: "A" } output_map { key: "y" value: "t\\"1" } },
  { model_name: "m" input_map [ { key: "x" value: "t\\"1" } ] output_map { key: "y" value: "B" } }
] }
parameters { key: "p" value { string_value: "v" } }
`;

/** The pipeline with a piece taken out and another put in, and an offset in it. */
const damaged = fc
  .tuple(fc.nat(PIPELINE.length), fc.nat(40), fc.constantFrom("", "{", "}", "[", "]", "<", ">", ":", ",", '"', "'", "#", "\\", "\n", "key", "model_name", "-", "é"), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([from, length, insert, where]) => {
    const text = PIPELINE.slice(0, from) + insert + PIPELINE.slice(from + length);
    return { text, offset: Math.round(where * text.length) };
  });

it("answers on damaged texts, with ranges around the offset", () => {
  fc.assert(
    fc.property(damaged, ({ text, offset }) => {
      const context = languageContext("e", { m: MODEL, e: text });
      const found = completionsAt(text, offset, context);
      if (found !== undefined) expect([found.from <= offset, offset <= found.to, found.to <= text.length]).toEqual([true, true, true]);
      const hover = hoverAt(offset, context);
      if (hover !== undefined) expect(hover.from <= offset && offset <= hover.to).toBe(true);
      definitionsAt(offset, context);
      referencesAt(offset, context);
      const target = renameTargetAt(offset, context);
      if (target !== undefined) rename(target, "fresh", context);
    }),
    { numRuns: 1000 },
  );
});

it("completes every name of a readable text where that name stands", () => {
  const context = languageContext("e", { m: MODEL, e: PIPELINE });
  for (const [part, label] of [['model_name: "m', "m"], ['key: "x', "x"], ['value: "A', "A"], ["data_type: TYPE", "TYPE_FP32"]] as const) {
    const labels = completionsAt(PIPELINE, PIPELINE.indexOf(part) + part.length, context)?.items.map((item) => item.label);
    expect(labels, part).toContain(label);
  }
});
