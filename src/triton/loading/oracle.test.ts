import { describe, expect, it } from "vitest";
import { readRecorded } from "../../testing/recorded.ts";
import { writtenContent } from "../../testing/written-content.ts";
import { createLoader } from "./load.ts";
import type { TritonServer } from "./server.ts";

/** One expectation of Triton's own tests: a directory, what must happen, and the configurations in it. */
interface Expectation {
  folder: string;
  loads: boolean;
  /** Part of the message, as a basic regular expression of grep. */
  pattern: string;
  /** Path in the directory → file of the corpus; undefined for an empty file. */
  configs: ReadonlyMap<string, string | undefined>;
}

const SERVER: TritonServer = { autoComplete: true, backends: new Set(["identity", "python", "onnxruntime"]), gpus: [0], defaultMaxBatchSize: 4 };
/** Tests of what other backends say of their own model files. */
const FOREIGN = /\/(?:onnx|openvino|python|pytorch|tensorrt|tensorflow_\w+)\/|^cli_messages|^custom_parameters/;
/** Directories of which the list leaves out the models of the steps. */
const INCOMPLETE = /\/embedded_ensemble\//;
/** What older servers said. */
const OUTDATED = /^batch inputs and batch outputs are only supported for custom platform|escapes backend directory$/;

async function readOracle(): Promise<Expectation[] | undefined> {
  const bytes = await readRecorded("config-corpus/oracle.tsv");
  if (bytes === undefined) return undefined;
  const lines = new TextDecoder().decode(bytes).trimEnd().split("\n").slice(1);
  return lines.map((line) => {
    const [folder = "", kind = "", , pattern = "", configs = ""] = line.split("\t");
    const files = configs.split(" ; ").flatMap((entry) => {
      const [path, file] = entry.split(" -> ");
      return path === undefined || file === undefined || path === "" ? [] : [[path, file === "(empty file)" ? undefined : file] as const];
    });
    return { folder, loads: kind.startsWith("load-ok"), pattern, configs: new Map(files) };
  });
}

/** A basic regular expression of grep as one of JavaScript: brackets are escaped where they are meant, other signs stand for themselves. */
const grep = (pattern: string): RegExp => new RegExp(pattern.replaceAll(/(?<!\\)[()+?{}|]/g, "\\$&"));

async function texts({ folder, configs }: Expectation, more: string): Promise<Record<string, string> | undefined> {
  const name = folder.split("/").at(-1) ?? "";
  const files: Record<string, string> = {};
  for (const [path, file] of configs) {
    const bytes = file === undefined ? new Uint8Array() : await readRecorded(`config-corpus/${file}`);
    if (bytes === undefined) return undefined;
    const model = path.includes("/") ? path.slice(0, path.indexOf("/")) : name;
    const text = new TextDecoder().decode(bytes);
    files[`${model}/config.pbtxt`] = more === "" ? text : text.replaceAll(/^(?:platform|backend):.*$/gm, "") + more;
    files[`${model}/1/`] = "";
  }
  return files;
}

describe("the expectations of Triton's own tests", () => {
  it("are met where no other backend has to run", async ({ skip }) => {
    const oracle = await readOracle();
    if (oracle === undefined) return skip("config-corpus/oracle.tsv is not there");
    const differences: string[] = [];
    const passedOver: string[] = [];
    const compared = new Map<string, { patterns: string[]; firsts: string[]; loads: boolean }>();
    for (const one of oracle) {
      // Those of noautofill_platform are run once for a custom backend and once as an ensemble, without auto-complete.
      const bare = one.folder.startsWith("noautofill_platform/");
      const asEnsemble = bare && one.pattern.startsWith("ensemble scheduling must be set");
      if (FOREIGN.test(one.folder) || INCOMPLETE.test(one.folder) || OUTDATED.test(one.pattern) || [...one.configs.keys()].some((path) => path.startsWith("partial"))) {
        passedOver.push(one.folder);
        continue;
      }
      const files = await texts(one, asEnsemble ? '\nplatform: "ensemble"' : bare ? '\nbackend: "identity"' : "");
      if (files === undefined) {
        passedOver.push(`${one.folder}: a file is not there`);
        continue;
      }
      const name = one.folder.split("/").at(-1) ?? "";
      const verdict = createLoader().load(writtenContent(files), { ...SERVER, autoComplete: !bare }).get(name);
      // Of several expectations of one directory any may be met.
      const entry = compared.get(one.folder) ?? { patterns: [], firsts: [], loads: true };
      compared.set(one.folder, entry);
      entry.firsts.push(verdict?.findings.find(({ first }) => first)?.message ?? "");
      if (verdict?.loads !== true) entry.loads = false;
      if (!one.loads) entry.patterns.push(one.pattern);
    }
    for (const [folder, { patterns, firsts, loads }] of compared) {
      const agrees = patterns.length === 0 ? loads : firsts.every((first) => patterns.some((pattern) => grep(pattern).test(first)));
      if (!agrees) differences.push(`${folder}: ${patterns.join(" or ") || "loads"} | ${firsts.join(" | ")}`);
    }
    console.log(`skipped: ${passedOver.length} expectations that need a foreign backend or an older server; ${compared.size} directories compared`);
    expect(differences).toEqual([]);
    expect(compared.size).toBeGreaterThan(50);
  });
});
