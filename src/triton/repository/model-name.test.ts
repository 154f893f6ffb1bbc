import { describe, expect, it } from "vitest";
import { judgeModelName, type NameVerdict } from "./model-name.ts";

const taken = new Set(["net", "Outer"]);

describe("a name for a new model", () => {
  it.each<[string, string, NameVerdict["refusal"]]>([
    ["nothing", "", "empty"],
    ["the folder itself", ".", "dots"],
    ["the folder above", "..", "dots"],
    ["a folder in a folder", "a/b", "separator"],
    ["a folder in a folder of Windows", "a\\b", "separator"],
    ["two lines", "a\nb", "control"],
    ["a zero byte", "a\0b", "control"],
    ["half a character", "a\ud83d", "malformed"],
    ["a hidden folder", ".net", "hidden"],
    ["256 bytes", "a".repeat(256), "too-long"],
    ["128 characters of two bytes", "é".repeat(128), "too-long"],
    ["a name that is taken", "net", "taken"],
  ])("cannot be %s", (_, name, refusal) => expect(judgeModelName(name, taken)).toEqual({ refusal, caveats: [] }));

  it.each<[string, string, NameVerdict["caveats"]]>([
    ["plain", "spleen_ct-2.0~a", []],
    ["255 bytes long", "a".repeat(255), []],
    ["a number", "1", []],
    ["of two words", "my net", ["url"]],
    ["quoted", `it's "it"`, ["url", "windows"]],
    ["a picture", "🐚", ["url"]],
    ["Chinese", "脾脏", ["url"]],
    ["followed by a space", "net ", ["url", "edges", "windows"]],
    ["followed by a dot", "net.", ["windows"]],
    ["a device of Windows", "nul.onnx", ["windows"]],
    ["that of another one but for its case", "outer", ["case"]],
  ])("may be %s", (_, name, caveats) => expect(judgeModelName(name, taken)).toEqual({ caveats }));
});
