import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { applyEdits } from "../../base/text-edit.ts";
import { caretIn, languageContext } from "../../testing/language-context.ts";
import { rename, renameTargetAt, type Renaming } from "./rename.ts";

const CONFIGS: Readonly<Record<string, string>> = {
  unet: "input { name: 'input' } output { name: \"logits\" } batch_output { target_name: \"logits\" source_input: \"input\" }\n",
  pipeline: `platform: "ensemble"
input [ { name: "IMAGE" } ] # IMAGE stays in comments
output [ { name: "CLASS" } ]
ensemble_scheduling { step [
  { model_name: "unet" input_map { key: "input" value: "IMAGE" } output_map { key: "logits" value: "raw" } },
  { model_name: "softmax" input_map { key: "x" value: "raw" } output_map { key: "y" value: "CLASS" } }
] }
`,
  outer: 'platform: "ensemble"\nensemble_scheduling { step { model_name: "pipeline" input_map { key: "IMAGE" value: "A" } output_map { key: "CLASS" value: "B" } } }\n',
};

/** Renames what stands at the caret of a part of a configuration. */
function renamed(model: string, marked: string, to: string): { result: Renaming; texts: Record<string, string> } {
  const { text: part, offset } = caretIn(marked);
  const context = languageContext(model, CONFIGS);
  const target = renameTargetAt(CONFIGS[model]!.indexOf(part) + offset, context);
  if (target === undefined) throw new Error(`nothing to rename at ${marked}`);
  const result = rename(target, to, context);
  const edited = "edits" in result ? result.edits : [];
  const texts = Object.fromEntries(edited.map(({ path, edits }) => [path.split("/")[0]!, applyEdits(CONFIGS[path.split("/")[0]!]!, edits ?? [])]));
  return { result, texts };
}

describe("renaming", () => {
  it("changes an ensemble tensor wherever its ensemble names it", () => {
    const { result, texts } = renamed("pipeline", 'value: "ra|w"', "scores");
    expect(result).toMatchObject({ places: 2, warnings: [] });
    expect(texts).toEqual({ pipeline: CONFIGS["pipeline"]!.replaceAll('"raw"', '"scores"') });
  });

  it("changes an ensemble's input inside and in the ensembles around it, and says that clients see it", () => {
    const { result, texts } = renamed("pipeline", 'value: "IM|AGE"', "CT");
    expect(result).toMatchObject({ places: 3, warnings: [{ kind: "clients", model: "pipeline" }] });
    expect(texts).toEqual({ pipeline: CONFIGS["pipeline"]!.replaceAll('"IMAGE"', '"CT"'), outer: CONFIGS["outer"]!.replace('"IMAGE"', '"CT"') });
  });

  it("changes a model's tensor in its configuration and in the keys of all maps, with the quotes that are there", () => {
    const { result, texts } = renamed("unet", "name: 'in|put'", "image");
    expect(result).toMatchObject({ places: 3, warnings: [{ kind: "clients", model: "unet" }, { kind: "model-file", model: "unet" }] });
    expect(texts).toEqual({
      unet: CONFIGS["unet"]!.replace("'input'", "'image'").replace('source_input: "input"', 'source_input: "image"'),
      pipeline: CONFIGS["pipeline"]!.replace('key: "input"', 'key: "image"'),
    });
  });

  it("does the same from a map's key", () => {
    expect(renamed("pipeline", 'key: "logi|ts"', "out").texts).toEqual({
      unet: CONFIGS["unet"]!.replaceAll('"logits"', '"out"'),
      pipeline: CONFIGS["pipeline"]!.replace('"logits"', '"out"'),
    });
  });

  it.each([
    ["an empty name", 'value: "ra|w"', "", { refused: "empty" }],
    ["a tensor that the ensemble has", 'value: "ra|w"', "CLASS", { refused: "taken", model: "pipeline" }],
    ["an input for a tensor", 'value: "ra|w"', "IMAGE", { refused: "taken", model: "pipeline" }],
    ["an output that the model has", 'key: "logi|ts"', "logits", { edits: [], places: 0, warnings: [] }],
  ])("refuses %s", (_, marked, to, expected) => expect(renamed("pipeline", marked, to).result).toEqual(expected));

  it("offers nothing on models, fields and values that are no tensors", () => {
    const context = languageContext("pipeline", CONFIGS);
    for (const part of ['"unet"', "platform", '"ensemble"', "# IMAGE"]) {
      expect(renameTargetAt(CONFIGS["pipeline"]!.indexOf(part) + 2, context), part).toBeUndefined();
    }
  });

  it("back again gives the same texts", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        const first = renamed("pipeline", 'value: "ra|w"', name);
        if ("refused" in first.result) return;
        const text = first.texts["pipeline"] ?? CONFIGS["pipeline"]!;
        const context = languageContext("pipeline", { ...CONFIGS, pipeline: text });
        const back = rename(renameTargetAt(text.indexOf('value: ', text.indexOf("logits")) + 8, context)!, "raw", context);
        if (name === "raw") return;
        expect("edits" in back && applyEdits(text, back.edits[0]?.edits ?? [])).toBe(CONFIGS["pipeline"]);
      }),
    );
  });
});
