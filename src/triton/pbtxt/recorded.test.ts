import { gunzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { decodeSourceText } from "../../base/source-text.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { MODEL_CONFIG_SCHEMA } from "../model-config/schema.ts";
import { parsePbtxt } from "./parse.ts";

interface Verdict {
  id: string;
  files: Record<string, string | { base64?: string }>;
  verdict: Record<string, { ok: boolean; error?: string; proto?: { line: number; column: number; message: string }[] }>;
}

function textOf(content: string | { base64?: string } | undefined): string | undefined {
  if (content === undefined || typeof content === "string") return content;
  return content.base64 === undefined ? undefined : decodeSourceText(Buffer.from(content.base64, "base64"));
}

async function readLines<T>(path: string): Promise<T[] | undefined> {
  const bytes = await readRecorded(path);
  if (bytes === undefined) return undefined;
  return new TextDecoder()
    .decode(gunzipSync(bytes))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

const reported = (text: string): string[] =>
  parsePbtxt(text, MODEL_CONFIG_SCHEMA)
    .errors.filter((error) => error.reported)
    .map((error) => `${error.line}:${error.column}: ${error.message}`);

const FILES = ["triton/verdicts.jsonl.gz", "triton/verdicts_corpus.jsonl.gz"] as const;

describe.for(FILES)("messages of Triton's parser in %s", (file) => {
  it("are reproduced with line, column and order", async ({ skip }) => {
    const cases = await readLines<Verdict>(file);
    if (cases === undefined) return skip(`${file} is not there`);
    let same = 0;
    const differences: string[] = [];
    for (const { id, files, verdict } of cases) {
      for (const [model, { proto, ok, error }] of Object.entries(verdict)) {
        const text = textOf(files[`${model}/config.pbtxt`]);
        if (text === undefined || (!ok && proto === undefined && error?.startsWith("failed to read text proto"))) continue;
        const expected = (proto ?? []).map((entry) => `${entry.line}:${entry.column}: ${entry.message}`);
        const found = reported(text);
        if (found.join("\n") === expected.join("\n")) same++;
        else differences.push(`${id}\n  expected ${expected.join(" | ")}\n  found    ${found.join(" | ")}`);
      }
    }
    expect(differences.slice(0, 12)).toEqual([]);
    expect(same).toBeGreaterThan(100);
  });
});

describe("public configurations", () => {
  it("parse or fail as protoc says, with its message", async ({ skip }) => {
    const index = await readRecorded("config-corpus/index.tsv");
    if (index === undefined) return skip("config-corpus/index.tsv is not there");
    const differences: string[] = [];
    let same = 0;
    for (const line of new TextDecoder().decode(index).trimEnd().split("\n").slice(1)) {
      const [file = "", , verdict, quoted = ""] = line.split("\t");
      const message = quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted;
      const bytes = await readRecorded(`config-corpus/${file}`);
      if (bytes === undefined) {
        differences.push(`${file} is not there`);
        continue;
      }
      const found = reported(decodeSourceText(bytes));
      const agrees = verdict === "accept" ? found.length === 0 : message === `input:${found[0]}`;
      if (agrees) same++;
      else differences.push(`${file}: ${verdict} ${message} | ${found.join(" | ")}`);
    }
    expect(differences).toEqual([]);
    expect(same).toBeGreaterThan(0);
  });
});
