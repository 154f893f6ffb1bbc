import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { recordedCases, recordedContent, recordedServer, type RecordedVerdict } from "../../testing/recorded-verdicts.ts";
import { createLoader } from "./load.ts";
import { DEFAULT_SERVER } from "./server.ts";
import type { ModelVerdict } from "./verdict.ts";

/** Agreement of one tag, or of all. */
interface Tally {
  models: number;
  sameVerdict: number;
  refused: number;
  sameRule: number;
  parsed: number;
  samePosition: number;
  accepted: number;
  sameVersions: number;
}

const FILES = ["verdicts", "verdicts_corpus"] as const;

/** Rules of which the server names one of several offenders, in the order of a hash table. */
const UNORDERED = new Set(["ENSEMBLE_TENSOR_UNUSED", "ENSEMBLE_UNKNOWN_INPUT", "ENSEMBLE_UNKNOWN_OUTPUT", "ENSEMBLE_INVALID_STEP", "ENSEMBLE_STEP_NO_VERSION", "ENSEMBLE_STEP_VERSION"]);

/** What a finding of the parser begins with. */
const POSITION = /^(\d+:\d+): /;

/** A recorded text with repository paths as Conch writes them. */
const plain = (error: string | null): string => (error ?? "").replaceAll("<repo>/", "").replaceAll("<repo>", "");

/** Whether Conch's first error is the recorded one. */
function sameRule(first: Diagnostic, findings: readonly Diagnostic[], recorded: RecordedVerdict): boolean {
  if (recorded.stage === "crash") return first.code.startsWith("CRASH_");
  const text = plain(recorded.error);
  if (text.startsWith("failed to read text proto")) return POSITION.test(first.message);
  if (first.message === text) return true;
  // Every member of a circle is as good a beginning.
  if (first.code === "ENSEMBLE_CYCLE") return text.startsWith("circular dependency between ensembles: ");
  return UNORDERED.has(first.code) && findings.some(({ code, message, severity }) => severity === "error" && code === first.code && message === text);
}

const positions = (findings: readonly Diagnostic[]): string => POSITION.exec(findings[0]?.message ?? "")?.[1] ?? "";

function count(tally: Tally, verdict: ModelVerdict, recorded: RecordedVerdict): string | undefined {
  tally.models++;
  const first = verdict.findings.find((finding) => finding.first);
  if (verdict.loads !== recorded.ok) return recorded.ok ? `refused: ${first?.message}` : `accepted: ${recorded.error}`;
  tally.sameVerdict++;
  if (recorded.ok) {
    tally.accepted++;
    const [expected, found] = [recorded.versions ?? ["1"], verdict.versions.map(String)];
    if ([...expected].sort().join() === [...found].sort().join()) tally.sameVersions++;
    else return `versions: ${expected} | ${found}`;
  }
  if (recorded.ok || first === undefined) return undefined;
  tally.refused++;
  const [position] = recorded.proto ?? [];
  if (position !== undefined) {
    tally.parsed++;
    if (positions(verdict.findings) === `${position.line}:${position.column}`) tally.samePosition++;
    else return `parsed: ${position.line}:${position.column} | ${first.message}`;
  }
  if (sameRule(first, verdict.findings, recorded)) tally.sameRule++;
  else return `said: ${plain(recorded.error)} | ${first.message}`;
  return undefined;
}

const newTally = (): Tally => ({ models: 0, sameVerdict: 0, refused: 0, sameRule: 0, parsed: 0, samePosition: 0, accepted: 0, sameVersions: 0 });

function table(tallies: ReadonlyMap<string, Tally>): string {
  const part = (same: number, all: number): string => (all === 0 ? "–" : same === all ? "all" : `${same}/${all}`);
  const rows = [...tallies].map(([tag, { models, sameVerdict, refused, sameRule, parsed, samePosition, accepted, sameVersions }]) =>
    [tag.padEnd(24), String(models).padStart(6), part(sameVerdict, models).padStart(12), part(sameRule, refused).padStart(12), part(samePosition, parsed).padStart(12), part(sameVersions, accepted).padStart(12)].join(" "),
  );
  return [`${"tag".padEnd(24)} models      verdict   first error     position     versions`, ...rows].join("\n");
}

describe.for(FILES)("models of %s", (name) => {
  it("load or not as on the recorded server, with its first error", async ({ skip }) => {
    const cases = await recordedCases(name);
    if (cases === undefined) return skip(`triton/${name}.jsonl.gz is not there`);
    const all = newTally();
    const byTag = new Map([["all", all]]);
    const differences: string[] = [];
    for (const one of cases) {
      const verdicts = createLoader().load(await recordedContent(one), recordedServer(one));
      for (const [model, recorded] of Object.entries(one.verdict)) {
        const verdict = verdicts.get(model);
        if (verdict === undefined) {
          if (recorded.ok || recorded.stage !== null) differences.push(`${one.id} ${model}: not seen as a model`);
          continue;
        }
        const difference = count(all, verdict, recorded);
        if (difference !== undefined) differences.push(`${one.id} ${model}: ${difference}`);
        for (const tag of one.tags) {
          const tally = byTag.get(tag) ?? newTally();
          byTag.set(tag, tally);
          count(tally, verdict, recorded);
        }
      }
    }
    console.log([table(byTag), ...differences].join("\n"));
    expect(all.sameVerdict / all.models).toBeGreaterThanOrEqual(0.995);
    expect(all.sameRule / all.refused).toBeGreaterThanOrEqual(0.98);
    expect(all.sameVersions).toBe(all.accepted);
    expect(all.samePosition / all.parsed).toBeGreaterThanOrEqual(0.98);
  }, 60_000);

  it("load on a server of which nothing is known but for what depends on that server", async ({ skip }) => {
    const cases = await recordedCases(name);
    if (cases === undefined) return skip(`triton/${name}.jsonl.gz is not there`);
    const differences: string[] = [];
    for (const one of cases) {
      const content = await recordedContent(one);
      const known = createLoader().load(content, recordedServer(one));
      const unknown = createLoader().load(content, { ...DEFAULT_SERVER, autoComplete: one.options.autoComplete });
      for (const [model, verdict] of unknown) {
        const first = known.get(model)?.findings.find((finding) => finding.first);
        const ofServer = first !== undefined && /backend library|GPU|agent|only supports CPU/.test(first.message);
        if (verdict.loads !== (first === undefined) && !(verdict.loads && ofServer)) differences.push(`${one.id} ${model}: ${verdict.findings[0]?.message} | ${first?.message}`);
      }
    }
    expect(differences).toEqual([]);
  }, 60_000);
});
