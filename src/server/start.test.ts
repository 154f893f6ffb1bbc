import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { folderProblem } from "./model-folder.mjs";

let scratch = "";

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "conch-start-"));
  await mkdir(join(scratch, "photographs/holiday"), { recursive: true });
  await writeFile(join(scratch, "photographs/holiday/beach.jpg"), "");
  await mkdir(join(scratch, "models/resnet/1"), { recursive: true });
  await writeFile(join(scratch, "models/resnet/1/model.plan"), "");
  await writeFile(join(scratch, "models.zip"), "PK");
});

afterAll(() => rm(scratch, { recursive: true }));

function start(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, "start.mjs"), "--no-open", ...args], (failed, out, error) =>
      resolve({ code: typeof failed?.code === "number" ? failed.code : 0, out, error }),
    );
  });
}

test.for([
  ["nowhere", "nowhere does not exist; give the folder of a model repository"],
  ["models.zip", "models.zip is a file; give the folder that holds the models, or drop the archive onto the page"],
  ["photographs", "photographs holds no models: expected folders with a config.pbtxt, or with a version folder such as 1/model.onnx"],
] as const)("refuses %s and says what it expected", async ([name, message]) => {
  const { code, error } = await start(join(scratch, name));
  expect(error).toBe(`conch: ${join(scratch, message)}\n`);
  expect(code).toBe(1);
});

test.for([
  [["--port", "http"], '--port takes a whole number up to 65535, found "http"'],
  [["a", "b"], "expected one folder, found 2: a b"],
  [["--prot", "80"], "'--prot'"],
] as const)("answers the wrong usage %j with the right one", async ([args, message]) => {
  const { code, error } = await start(...args);
  expect(error).toContain(message);
  expect(error).toContain("Usage: npm start");
  expect(code).toBe(2);
});

test("says how it is used", async () => {
  const { code, out } = await start("--help");
  expect(out).toContain("--no-open");
  expect(code).toBe(0);
});

test.for(["models", "models/resnet", "models/resnet/1"])("takes %s for a model repository or a model", async (name) => {
  expect(await folderProblem(join(scratch, name))).toBeUndefined();
});
