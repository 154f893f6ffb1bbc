import { gunzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { decodeSourceText } from "../../base/source-text.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { recordedContent, recordedServer } from "../../testing/recorded-verdicts.ts";
import { configJson } from "../model-config/json.ts";
import { createLoader } from "./load.ts";
import { DEFAULT_SERVER } from "./server.ts";

/** A repository, one of its models, and the text of the server's GET /v2/models/<model>/config. */
interface JsonCase {
  id: string;
  tags: string[];
  files: Parameters<typeof recordedContent>[0]["files"];
  model: string;
  body?: string;
  body_base64?: string;
}

const MAPS = new Set(["cc_model_filenames", "metric_tags", "parameters", "input_map", "output_map", "inputs", "input", "priority_queue_policy"]);

/**
 * The text with what the server has in the order of a hash brought into one: entries of maps by key, and the inputs and outputs of the
 * model, which may be completed ones.
 */
function ordered(json: string): string {
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const [text = ""] = pattern.exec(json) ?? [];
    at += text.length;
    return text;
  };
  const value = (name: string, depth: number): string => {
    const open = json.charAt(at);
    if (open !== "{" && open !== "[") return take(/"(?:[^"\\]|\\.)*"|[^,\]}]+/gy);
    at++;
    const items: string[] = [];
    while (at < json.length && !"]}".includes(json.charAt(at))) {
      const key = open === "{" ? take(/"(?:[^"\\]|\\.)*":/gy) : "";
      items.push(key + value(key.slice(1, -2), depth + 1));
      if (json.charAt(at) === ",") at++;
    }
    const close = json.charAt(at++);
    const hashed = open === "{" ? MAPS.has(name) : depth === 1 && (name === "input" || name === "output");
    return open + (hashed ? items.sort() : items).join(",") + close;
  };
  return value("", 0);
}

describe("the configuration as JSON", () => {
  it.for(["the recorded server", "a server of which nothing is known"])("is to the letter what the server answers, by %s", async (known, { skip }) => {
    const bytes = await readRecorded("triton/configs_json.jsonl.gz");
    if (bytes === undefined) return skip("triton/configs_json.jsonl.gz is not there");
    const differences: string[] = [];
    let count = 0;
    for (const line of new TextDecoder().decode(gunzipSync(bytes)).trimEnd().split("\n")) {
      const { id, tags, files, model, body, body_base64 } = JSON.parse(line) as JsonCase;
      const content = await recordedContent({ files });
      const recorded = recordedServer({ id, tags, files, options: { autoComplete: true }, verdict: {} });
      const verdict = createLoader().load(content, known === "the recorded server" ? recorded : DEFAULT_SERVER).get(model);
      const expected = body ?? decodeSourceText(Uint8Array.from(atob(body_base64 ?? ""), (character) => character.charCodeAt(0)));
      const found = verdict === undefined ? "" : configJson(verdict.config);
      count++;
      const first = verdict?.findings.find((finding) => finding.first)?.message;
      if (first !== undefined || ordered(found) !== ordered(expected)) differences.push(`${id}: ${first ?? ""}\n${found}\n${expected}`);
    }
    expect(differences).toEqual([]);
    expect(count).toBeGreaterThan(0);
  });
});
