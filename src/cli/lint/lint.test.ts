import { expect, test } from "vitest";
import { memoryFolder, type MemoryFiles } from "../../testing/memory-folder.ts";
import { DEFAULT_SERVER } from "../../triton/loading/server.ts";
import { folderProblem } from "./folder-problem.ts";
import { lint } from "./lint.ts";

/** A model that loads. */
const GOOD = 'backend: "identity" input { name: "INPUT0" data_type: TYPE_FP32 dims: 1 } output { name: "OUTPUT0" data_type: TYPE_FP32 dims: 1 }';

const denied = Object.assign(new Error("permission denied"), { code: "EACCES" });

async function codes(...folders: readonly MemoryFiles[]): Promise<string[]> {
  const { findings } = await lint(
    folders.map((files, index) => memoryFolder(files, `r${index}`)),
    DEFAULT_SERVER,
  );
  return findings.map(({ finding, model, reported }) => `${model} ${finding.code} ${reported.line}:${reported.column}${finding.first === true ? " first" : ""}`);
}

test.for([
  ["a model that loads", { "m/config.pbtxt": GOOD, "m/1/": "" }, []],
  ["a syntax error", { "m/config.pbtxt": "\n\tname 1", "m/1/": "" }, ["m PBTXT_SYNTAX 2:14 first"]],
  ["an unknown field, which the parser reports behind its name", { "m/config.pbtxt": "nane: 1", "m/1/": "" }, ["m PBTXT_UNKNOWN_FIELD 1:5 first"]],
  ["a byte order mark", { "m/config.pbtxt": `\ufeff${GOOD}`, "m/1/": "" }, ["m PBTXT_TOKEN 1:1 first"]],
  ["UTF-16", { "m/config.pbtxt": Uint8Array.of(0xff, 0xfe, 0x6e, 0), "m/1/": "" }, ["m PBTXT_TOKEN 1:1 first"]],
  ["Windows line ends and Latin-1 in a comment", { "m/config.pbtxt": `# \udce9\r\n${GOOD}\r\n`, "m/1/": "" }, []],
  ["a configuration that cannot be read", { "m/config.pbtxt": denied, "m/1/": "" }, ["m CONFIG_UNREADABLE 1:1 first"]],
  ["a version folder that cannot be listed", { "m/config.pbtxt": GOOD, "m/1/": denied }, ["m REPOSITORY_UNREADABLE 1:1"]],
  ["a model folder that cannot be listed", { "m/": denied }, ["m REPOSITORY_UNREADABLE 1:1 first"]],
  ["a configuration beside the models", { "config.pbtxt": GOOD, "m/config.pbtxt": GOOD, "m/1/": "" }, [" REPOSITORY_STRAY_CONFIG 1:1"]],
  ["a configuration in a version folder", { "m/config.pbtxt": GOOD, "m/1/config.pbtxt": GOOD }, ["m ADVICE_CONFIG_PLACE 1:1"]],
] as const)("%s", async ([, files, expected]) => {
  expect((await codes(files)).filter((line) => !/PBTXT_.* \d+:\d+$/.test(line))).toEqual(expected);
});

test("a configuration of 50 MB is one finding, at once", async () => {
  const folder = memoryFolder({ "m/config.pbtxt": "x", "m/1/": "" });
  const huge = { ...folder, size: () => 50_000_000, bytes: () => expect.unreachable("it must not be read") };
  const { findings } = await lint([huge], DEFAULT_SERVER);
  expect(findings.map(({ finding }) => finding.code)).toEqual(["CONFIG_TOO_LARGE"]);
});

test("models of several folders belong together", async () => {
  const ensemble = `platform: "ensemble" input { name: "A" data_type: TYPE_FP32 dims: 1 } output { name: "B" data_type: TYPE_FP32 dims: 1 }
    ensemble_scheduling { step { model_name: "m" model_version: -1 input_map { key: "INPUT0" value: "A" } output_map { key: "OUTPUT0" value: "B" } } }`;
  expect(await codes({ "e/config.pbtxt": ensemble, "e/1/.gitkeep": "" }, { "m/config.pbtxt": GOOD, "m/1/": "" })).toEqual([]);
});

test("a model that two folders have is served by neither, and missed by its ensembles", async () => {
  const model = { "m/config.pbtxt": GOOD, "m/1/": "" };
  const { findings } = await lint([memoryFolder(model, "a"), memoryFolder(model, "b")], DEFAULT_SERVER);
  expect(findings.map(({ finding, folder }) => [finding.code, finding.first, finding.message, folder.name])).toEqual([
    ["REPOSITORY_MODEL_TWICE", true, "model appears in two or more repositories", "a"],
  ]);
});

test.for([
  ["models", { "m/config.pbtxt": GOOD }, undefined],
  ["models", { "config.pbtxt": GOOD, "m/config.pbtxt": GOOD }, undefined],
  ["models/m", { "config.pbtxt": GOOD, "1/": "" }, "models/m is a model, not a model repository: it holds a config.pbtxt itself; give the folder that it lies in: models"],
  ["m", { "config.pbtxt": GOOD }, "m is a model, not a model repository: it holds a config.pbtxt itself; give the folder that it lies in: ."],
  [".", { "config.pbtxt": GOOD }, ". is a model, not a model repository: it holds a config.pbtxt itself; give the folder that it lies in: .."],
  ["/m/", { "config.pbtxt": GOOD }, "/m/ is a model, not a model repository: it holds a config.pbtxt itself; give the folder that it lies in: /"],
  ["work", { "download/models/m/config.pbtxt": GOOD, "readme.md": "" }, "work holds no models, but work/download/models does; give that folder"],
  ["work", { "readme.md": "" }, "work holds no models: expected folders with a config.pbtxt, or with a version folder such as 1"],
  ["work", { "/": denied }, "work cannot be read (EACCES)"],
] as const)("%s: what is wrong with it as a repository, %#", ([name, files, problem]) => {
  expect(folderProblem(memoryFolder(files, name))).toBe(problem);
});
