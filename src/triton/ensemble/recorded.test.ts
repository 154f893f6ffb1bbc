import { gunzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readRecorded } from "../../testing/recorded.ts";
import { parseConfig } from "../model-config/decode.ts";
import { readRepository } from "../repository/repository.ts";
import { directoryFindings } from "../repository/versions.ts";
import { buildEnsembleGraph } from "./graph.ts";
import { type GraphModel, graphModel } from "./graph-model.ts";

interface Verdict {
  id: string;
  tags: string[];
  files: Record<string, unknown>;
  verdict: Record<string, { ok: boolean; stage: string | null; error: string | null; proto?: unknown }>;
}

/** The models of a case, as text and folders show them. */
function modelsOf(files: Record<string, unknown>): { models: Map<string, GraphModel>; errors: Map<string, string[]> } {
  const models = new Map<string, GraphModel>();
  const errors = new Map<string, string[]>();
  for (const model of readRepository(Object.keys(files)).models.values()) {
    const text = model.config === undefined ? "" : files[model.config];
    if (typeof text !== "string") continue;
    const parsed = parseConfig(text, model.config ?? `${model.name}/config.pbtxt`);
    models.set(model.name, graphModel(model, parsed));
    errors.set(
      model.name,
      directoryFindings(model, parsed)
        .filter(({ severity }) => severity === "error")
        .map(({ message }) => message),
    );
  }
  return { models, errors };
}

describe.for(["triton/verdicts.jsonl.gz", "triton/verdicts_corpus.jsonl.gz"])("ensembles of %s", (file) => {
  it("are accepted or refused as Triton does, with its message", async ({ skip }) => {
    const bytes = await readRecorded(file);
    if (bytes === undefined) return skip(`${file} is not there`);
    const counts = { ensembles: 0, sameVerdict: 0, refused: 0, sameMessage: 0 };
    const refusedWrongly: string[] = [];
    for (const line of new TextDecoder().decode(gunzipSync(bytes)).trimEnd().split("\n")) {
      const { id, files, verdict } = JSON.parse(line) as Verdict;
      const { models, errors } = modelsOf(files);
      for (const [name, { ok, stage, error, proto }] of Object.entries(verdict)) {
        const model = models.get(name);
        if (model?.config.ensemble_scheduling === undefined || proto !== undefined || stage === "crash") continue;
        counts.ensembles++;
        const found = [
          ...buildEnsembleGraph(name, models).diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message),
          ...(errors.get(name) ?? []),
        ];
        if ((found.length === 0) === ok) counts.sameVerdict++;
        else if (ok) refusedWrongly.push(`${id} ${name}: ${found.join(" | ")}`);
        if (ok || found.length === 0) continue;
        counts.refused++;
        if (found.includes(error ?? "")) counts.sameMessage++;
      }
    }
    expect(refusedWrongly).toEqual([]);
    // The rest fails for reasons outside the ensemble: a backend's own rules, label files, an incomplete ONNX model.
    expect(counts.sameVerdict / counts.ensembles).toBeGreaterThan(0.96);
    expect(counts.sameMessage / counts.refused).toBeGreaterThan(0.95);
  });
});
