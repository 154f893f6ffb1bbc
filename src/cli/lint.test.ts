import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonFinding } from "./lint/json-report.ts";

const SAMPLE = resolve(import.meta.dirname, "../../public/repositories/spleen_ct");
const GOOD = 'backend: "identity" input { name: "INPUT0" data_type: TYPE_FP32 dims: 1 } output { name: "OUTPUT0" data_type: TYPE_FP32 dims: 1 }\n';

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conch-lint-"));
});

afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  code: number;
  out: string;
  error: string;
}

/** Runs in `folder`, wherever npm says that the user is. */
function node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { INIT_CWD: _, ...inherited } = process.env;
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: folder, env: { ...inherited, ...env }, maxBuffer: 1 << 26 }, (failed, out, error) =>
      done({ code: typeof failed?.code === "number" ? failed.code : failed === null ? 0 : -1, out, error }),
    );
  });
}

const conch = (...args: string[]): Promise<Ended> => node([join(import.meta.dirname, "conch.mjs"), ...args]);

/** Writes files of a repository; a path that ends with "/" is an empty folder. */
async function repository(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, name, path);
    await mkdir(path.endsWith("/") ? file : dirname(file), { recursive: true });
    if (!path.endsWith("/")) await writeFile(file, content);
  }
  return name;
}

async function findings(...args: string[]): Promise<string[]> {
  const { code, out } = await conch("lint", "--format", "json", ...args);
  expect(code).toBeLessThan(2);
  return (JSON.parse(out) as JsonFinding[]).map(({ model, code: of, severity, repository: where }) => [model, of, severity, where].filter((part) => part !== undefined).join(" "));
}

describe("the exit code", () => {
  test.for([
    ["text", ""],
    ["json", "[]\n"],
    ["github", ""],
  ])("is 0 for a repository without findings, and %s says nothing", async ([format, expected]) => {
    expect(await conch("lint", SAMPLE, "--format", format as string)).toEqual({ code: 0, out: expected, error: "" });
  });

  test("is 1 where there is an error, which is printed with a sum", async () => {
    const name = await repository("broken", { "m/config.pbtxt": 'name: "m"\nbackend "identity"\n', "m/1/": "", "ok/config.pbtxt": GOOD, "ok/1/": "" });
    const { code, out, error } = await conch("lint", name);
    expect(out).toBe(`broken/m/config.pbtxt:2:9: error: Expected ":", found ""identity"". [PBTXT_SYNTAX]
    A value that is no message needs a colon before it.
    (Triton reports this first)
`);
    expect(error).toBe("1 error in 1 of 2 models\n");
    expect(code).toBe(1);
  });

  test("is 0 where there are warnings alone", async () => {
    const name = await repository("warned", { "m/config.pbtxt": `${GOOD}parameters { key: "a" value: { string_value: "1" } } parameters { key: "a" value: { string_value: "2" } }`, "m/1/": "" });
    const { code, out } = await conch("lint", name, "--format", "github");
    expect(out).toMatch(/^::warning file=warned\/m\/config\.pbtxt,line=2,col=12,/);
    expect(code).toBe(0);
    expect((await conch("lint", name, "--severity", "error")).out).toBe("");
  });

  test.for([
    ["a folder that is not there", "nowhere", "nowhere does not exist"],
    ["a file", "file.txt", "file.txt is no folder"],
    ["a model", "single/m", "single/m is a model, not a model repository: it holds a config.pbtxt itself; give the folder that it lies in: single"],
    ["an empty folder", "empty", "empty holds no models"],
  ] as const)("is 2 for %s", async ([, name, message]) => {
    await repository(".", { "file.txt": "", "single/m/config.pbtxt": GOOD, "empty/": "" });
    const { code, out, error } = await conch("lint", name);
    expect(error).toContain(message);
    expect(error).toContain("[REPOSITORY_UNREADABLE]");
    expect(out).toBe("");
    expect(code).toBe(2);
  });
});

describe("files as they lie on disks", () => {
  test("links are followed, loops and loose ends are not", async () => {
    const name = await repository("linked", { "../elsewhere/1/": "", "../elsewhere/config.pbtxt": GOOD, "other/config.pbtxt": GOOD, "other/1/": "" });
    await symlink("../elsewhere", join(folder, "linked/m"));
    await symlink("..", join(folder, "linked/other/up"));
    await symlink("gone", join(folder, "linked/other/labels.txt"));
    expect(await findings(name)).toEqual([]);
  });

  test("a pipe or a folder in a configuration's place is told, not waited for", async () => {
    const name = await repository("odd", { "m/config.pbtxt/": "", "m/1/": "", "p/1/": "" });
    const made = spawnSync("mkfifo", [join(folder, "odd/p/config.pbtxt")]).status === 0;
    const told = await findings(name);
    expect(told.filter((line) => line.startsWith("p"))).toEqual(made ? ["p CONFIG_UNREADABLE error"] : expect.anything());
  });

  test("a configuration of 50 MB is one finding", async () => {
    const name = await repository("huge", { "m/config.pbtxt": "x: 1 ".repeat(10_000_000), "m/1/": "" });
    expect(await findings(name)).toEqual(["m CONFIG_TOO_LARGE error"]);
  });

  test("bytes that are no UTF-8 stay as they are", async () => {
    const name = await repository("bytes", { "m/config.pbtxt": Buffer.concat([Buffer.from(`${GOOD}parameters { key: "`), Buffer.of(0xe9), Buffer.from('" } x: 1')]), "m/1/": "" });
    const { out } = await conch("lint", name, "--format", "json");
    const [finding] = JSON.parse(out) as JsonFinding[];
    expect(finding?.range.start).toEqual({ line: 2, column: 26 });
    expect(finding?.message).toBe('2:26: Message type "inference.ModelConfig" has no field named "x".');
  });
});

describe("several folders", () => {
  test("are served together: a model in two of them is refused, and said where", async () => {
    await repository("a", { "m/config.pbtxt": GOOD, "m/1/": "" });
    await repository("b", { "m/config.pbtxt": GOOD, "m/1/": "", "bad/config.pbtxt": "name: 1", "bad/1/": "" });
    expect(await findings("a", "b")).toEqual(["bad PBTXT_TYPE error b", "m REPOSITORY_MODEL_TWICE error a"]);
    expect(await findings("a")).toEqual([]);
  });
});

describe("conch config", () => {
  test("prints what the server completes", async () => {
    const name = await repository("config", { "m/config.pbtxt": GOOD, "m/1/": "" });
    const { code, out } = await conch("config", name, "m");
    expect(JSON.parse(out)).toMatchObject({ name: "m", backend: "identity", version_policy: { latest: { num_versions: 1 } } });
    expect(code).toBe(0);
  });

  test("says why a model does not load, and prints nothing", async () => {
    const name = await repository("refused", { "m/config.pbtxt": "name: 1", "m/1/": "" });
    const { code, out, error } = await conch("config", name, "m");
    expect(error).toContain("refused/m/config.pbtxt:1:7: error: Expected string, got: 1 [PBTXT_TYPE]");
    expect(out).toBe("");
    expect(code).toBe(1);
  });

  test("ends with 2 for a model that is not there", async () => {
    const { code, error } = await conch("config", SAMPLE, "nnunet");
    expect(error).toContain("'nnunet' is not found");
    expect(code).toBe(2);
  });
});

describe("the built core", () => {
  const load = `const { loadCore } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, "core.mjs")).href)});
    const core = await loadCore(process.env.CACHE); console.log(Object.keys(core.REPORTS).join(" "));`;

  test("is made once by processes that start together, and then found", async () => {
    const CACHE = join(folder, "cache");
    const ended = await Promise.all([1, 2, 3].map(() => node(["--input-type=module", "--eval", load], { CACHE })));
    expect(ended).toEqual(ended.map(() => ({ code: 0, out: "text json sarif github\n", error: "" })));
    const built = await readdir(CACHE);
    expect(built).toEqual([expect.stringMatching(/^[0-9a-f]{24}\.cjs$/)]);
    await writeFile(join(CACHE, built[0] as string), "exports.REPORTS = { found: 0 };");
    expect((await node(["--input-type=module", "--eval", load], { CACHE })).out).toBe("found\n");
  });
});
