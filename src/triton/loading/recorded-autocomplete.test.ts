import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readRecorded } from "../../testing/recorded.ts";
import { recordedContent, recordedServer } from "../../testing/recorded-verdicts.ts";
import { createLoader } from "./load.ts";
import { DEFAULT_SERVER } from "./server.ts";
import { configJson } from "../model-config/json.ts";

/** One ONNX file with one configuration, and what the server made of them. */
interface AutoCompleteCase {
  id: string;
  tags: string[];
  onnx: string;
  config: string | null;
  options: { autoComplete: boolean };
  result: { ok: true; config: RecordedConfig } | { ok: false; error: string };
}

interface RecordedConfig {
  input: { name: string }[];
  output: { name: string }[];
}

/** Inputs and outputs in the order of their names: the server completes them in that of a hash. */
function byName(config: RecordedConfig): RecordedConfig {
  const sorted = (ports: { name: string }[]) => [...ports].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ...config, input: sorted(config.input), output: sorted(config.output) };
}

describe("auto-completion", () => {
  it.for(["the recorded server", "a server of which nothing is known"])("gives the configuration, or the refusal, that the server gives, by %s", async (known, { skip }) => {
    const bytes = await readRecorded("triton/autocomplete.jsonl.gz");
    if (bytes === undefined) return skip("triton/autocomplete.jsonl.gz is not there");
    const differences: string[] = [];
    let count = 0;
    for (const line of new TextDecoder().decode(gunzipSync(bytes)).trimEnd().split("\n")) {
      const { id, onnx, config, options, result } = JSON.parse(line) as AutoCompleteCase;
      const files = { "m/1/model.onnx": { onnx }, ...(config === null ? {} : { "m/config.pbtxt": config }) };
      const content = await recordedContent({ files });
      const server = known === "the recorded server" ? recordedServer({ id, tags: [], files, options, verdict: {} }) : { ...DEFAULT_SERVER, ...options };
      const verdict = createLoader().load(content, server).get("m");
      const refusal = verdict?.findings.find(({ first }) => first)?.message;
      const found = refusal ?? (verdict && byName(JSON.parse(configJson(verdict.config)) as RecordedConfig));
      const expected = result.ok ? byName(result.config) : result.error.replaceAll("<repo>/", "");
      count++;
      if (!isDeepStrictEqual(found, expected)) differences.push(`${id}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
    }
    expect(differences).toEqual([]);
    expect(count).toBeGreaterThan(0);
  });
});
