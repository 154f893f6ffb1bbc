import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecorded } from "../testing/recorded.ts";
import { recordedCases, recordedContent, recordedServer, type RecordedCase } from "../testing/recorded-verdicts.ts";
import { createLoader } from "../triton/loading/load.ts";
import { readRepository } from "../triton/repository/repository.ts";
import type { JsonFinding } from "./lint/json-report.ts";

/** How many cases, of as many tags as possible, are laid out on disk. */
const CASES = 40;
/** Processes at the same time. */
const AT_ONCE = 2;

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conch-recorded-"));
});

afterAll(() => rm(folder, { recursive: true }));

describe("recorded repositories, laid out on disk", () => {
  test("get from the command line what the loader says, syntax errors where the server reported them", async ({ skip }) => {
    const all = await recordedCases("verdicts");
    if (all === undefined) return skip("triton/verdicts.jsonl.gz is not there");
    const cases = ofAllKinds(all);
    expect(cases).toHaveLength(CASES);
    for (let from = 0; from < cases.length; from += AT_ONCE) await Promise.all(cases.slice(from, from + AT_ONCE).map(compare));
  });
});

/** The first case of each tag, from the rarest tag on. */
function ofAllKinds(all: readonly RecordedCase[]): RecordedCase[] {
  const byTag = new Map<string, RecordedCase[]>();
  for (const each of all) for (const tag of each.tags) byTag.set(tag, [...(byTag.get(tag) ?? []), each]);
  const rarest = [...byTag.values()].sort((a, b) => a.length - b.length);
  const refused = ({ verdict }: RecordedCase): boolean => Object.values(verdict).some(({ ok }) => !ok);
  return [...new Set(rarest.map((cases) => cases.find(refused) ?? cases[0]))].filter((each) => each !== undefined).slice(0, CASES);
}

async function compare(recorded: RecordedCase): Promise<void> {
  const { id, files, options, verdict } = recorded;
  const root = join(folder, id);
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(path.endsWith("/") ? file : dirname(file), { recursive: true });
    if (!path.endsWith("/")) await writeFile(file, await bytesOf(content));
  }
  const server = ["--gpus", "0", "--backends", "identity,onnxruntime,python,square,repeat", "--repository-agents", "", ...(options.autoComplete ? [] : ["--no-auto-complete"])];
  const { code, out, error } = await conch("lint", root, "--format", "json", "--severity", "info", ...server);
  const found = JSON.parse(out === "" ? "null" : out) as JsonFinding[] | null;
  expect([id, error, code === 2]).toEqual([id, "", false]);

  const verdicts = createLoader().load(await recordedContent(recorded), recordedServer(recorded));
  const { diagnostics } = readRepository(Object.keys(files), "");
  const told = [...diagnostics, ...[...verdicts].flatMap(([model, { findings }]) => findings.map((finding) => ({ ...finding, model })))];
  const expected = told.map(({ model, code, severity, message, first }) => ({ model, code, severity, message, first: first === true }));
  const inCommon = (found ?? []).map(({ model, code, severity, message, first }) => ({ model, code, severity, message, first }));
  expect([id, sorted(inCommon)]).toEqual([id, sorted(expected)]);
  expect(code).toBe(expected.some(({ severity }) => severity === "error") ? 1 : 0);
  for (const [model, { proto }] of Object.entries(verdict)) {
    if (proto?.[0] === undefined) continue;
    const { line, column } = proto[0];
    expect([id, found?.find((each) => each.model === model && each.first)?.range.start]).toEqual([id, { line, column }]);
  }
}

async function bytesOf(content: RecordedCase["files"][string]): Promise<string | Uint8Array> {
  if (typeof content === "string") return content;
  if ("base64" in content) return Buffer.from(content.base64, "base64");
  return (await readRecorded(`triton/onnx/${content.onnx}`)) ?? new Uint8Array();
}

function sorted<T>(values: readonly T[]): string[] {
  return [...new Set(values.map((value) => JSON.stringify(value)))].sort();
}

function conch(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [join(import.meta.dirname, "conch.mjs"), ...args], { maxBuffer: 1 << 26 }, (failed, out, error) =>
      done({ code: typeof failed?.code === "number" ? failed.code : 0, out, error }),
    );
  });
}
