import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readRecorded } from "../testing/recorded.ts";
import { recordedFiles, servedFolder } from "../testing/served-folder.ts";
import { loadServer } from "./core.mjs";

// Requests to ensembles against what a Triton server answered and counted: every recorded one whose composing models `conch serve` has.

type Counts = Readonly<Record<string, { readonly success: number; readonly fail: number; readonly executions: number }>>;

interface Recorded {
  readonly id: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly model: string;
  readonly mode: string;
  readonly request: unknown;
  readonly response: { readonly status: number; readonly outputs?: readonly { readonly name: string }[]; readonly error?: string; readonly id?: string; readonly parameters?: unknown };
  readonly ran: Counts;
}

interface Answered {
  readonly model_name?: string;
  readonly model_version?: string;
  readonly outputs?: readonly { readonly name: string }[];
  readonly model_stats?: readonly { readonly name: string; readonly execution_count: number; readonly inference_stats: Readonly<Record<string, { readonly count: number }>> }[];
}

/** What models did, those without a request left out. */
function counted({ model_stats = [] }: Answered): Counts {
  const all = model_stats.map(({ name, execution_count: executions, inference_stats: { success, fail } }) => [name, { success: success?.count ?? 0, fail: fail?.count ?? 0, executions }] as const);
  return Object.fromEntries(all.filter(([, { success, fail }]) => success + fail > 0));
}

const bytes = await readRecorded("triton/scheduler.jsonl.gz");
const all = bytes === undefined ? [] : gunzipSync(bytes).toString("utf8").trim().split("\n").map((line) => JSON.parse(line) as Recorded);
const cases = all.filter(({ mode, files }) => mode === "infer" && !Object.entries(files).some(([path, text]) => path.endsWith("config.pbtxt") && /backend:\s*"(?:python|square|repeat|sequence)/.test(String(text))));
const core = await loadServer();

/** Where two servers may differ: only status and outputs are compared then. */
const DIFFERENT: Readonly<Record<string, readonly string[]>> = {
  "Triton made one execution of two requests to a model that were ready together": ["e_prune_5"],
  "two steps fail, and the one that ended last is named": ["sg_0218", "sg_0223"],
};
const different = new Set(Object.values(DIFFERENT).flat());

describe.skipIf(all.length === 0)(`recorded ensemble requests (${cases.length} of ${all.length})`, () => {
  it("are all of those whose models are ONNX, identity or ensembles", () => {
    expect([cases.length, all.length]).toEqual([192, 267]);
  });

  it.each(cases.map((recorded) => [recorded.id, recorded] as const))("%s", async (id, { files, model, request, response, ran }) => {
    const folder = servedFolder(await recordedFiles(files));
    const server = await core.createServer({
      folder: () => folder,
      explicit: true,
      load: [model],
      autoComplete: true,
      maxInputBytes: 1 << 26,
      version: "0",
      log: () => undefined,
      now: () => performance.now(),
      clock: () => Date.now(),
      breathe: () => Promise.resolve(),
    });
    const ask = async (method: string, target: string, document?: unknown): Promise<{ status: number; json: Answered }> => {
      const body = document === undefined ? undefined : Buffer.from(JSON.stringify(document));
      let sent = false;
      const read = async (): Promise<Uint8Array | undefined> => (sent || body === undefined ? undefined : ((sent = true), body));
      const { status, parts } = await server.handle({ method, target, header: () => undefined, body: new core.RequestBody(read, body?.byteLength ?? 0), signal: new AbortController().signal });
      return { status, json: JSON.parse(Buffer.concat(parts).toString("utf8")) as Answered };
    };
    const { status, json } = await ask("POST", `/v2/models/${model}/infer`, request);
    const { model_name, model_version, outputs, ...rest } = json;
    if (status === 200) expect([model_name, model_version]).toEqual([model, "1"]);
    const sorted = outputs?.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (different.has(id)) return void expect({ status, outputs: sorted }).toEqual({ status: response.status, outputs: response.outputs });
    expect({ status, ...rest, ...(sorted && { outputs: sorted }) }).toEqual({
      status: response.status,
      ...(response.error === undefined ? { outputs: response.outputs, parameters: response.parameters } : { error: response.error }),
      ...(response.id === undefined ? {} : { id: response.id }),
    });
    const { json: statistics } = await ask("GET", "/v2/models/stats");
    expect(counted(statistics)).toEqual(ran);
  });
});
