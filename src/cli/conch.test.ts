import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const SAMPLE = resolve(import.meta.dirname, "../../public/repositories/spleen_ct");

function conch(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [join(import.meta.dirname, "conch.mjs"), ...args], (failed, out, error) =>
      done({ code: typeof failed?.code === "number" ? failed.code : 0, out, error }),
    );
  });
}

test.for([
  [["frob"], 'there is no command "frob"'],
  [["run"], "expected DIR and MODEL, found neither"],
  [["run", SAMPLE], "expected DIR and MODEL, found only"],
  [["run", SAMPLE, "spleen_ct", "more"], 'found also "more"'],
  [["run", SAMPLE, "spleen_ct"], "--output DIR is missing"],
  [["run", SAMPLE, "spleen_ct", "--output", "o", "--kind", "tpu"], '--kind takes gpu or cpu, found "tpu"'],
  [["run", SAMPLE, "spleen_ct", "--output", "o", "--frame", "-1"], "'--frame'"],
  [["run", SAMPLE, "spleen_ct", "--output", "o", "--frame", "first"], '--frame takes a whole number from 0, found "first"'],
  [["run", SAMPLE, "spleen_ct", "--output", "o", "--input", "ct.nii"], '--input takes NAME=FILE, found "ct.nii"'],
  [["bench", SAMPLE], "expected DIR and MODEL, found only"],
  [["bench", SAMPLE, "spleen_ct", "--runs", "0"], '--runs takes a whole number from 1, found "0"'],
  [["bench", SAMPLE, "spleen_ct", "--batches", "1,two"], '--batches takes whole numbers from 1 by commas, found "two"'],
  [["bench", SAMPLE, "spleen_ct", "--placements", "preprocess=gpu"], '--placements takes cpu, mixed, gpu or NAME:MODEL=cpu,MODEL=gpu, found "preprocess=gpu"'],
  [["bench", SAMPLE, "spleen_ct", "--placements", "mine:preprocess=tpu"], 'found "mine:preprocess=tpu"'],
  [["bench", SAMPLE, "spleen_ct", "--placements", "cpu,"], '--placements takes cpu, mixed, gpu or NAME:MODEL=cpu,MODEL=gpu, found ""'],
  [["bench", SAMPLE, "spleen_ct", "--adapter", "tpu"], '--adapter takes software or hardware, found "tpu"'],
  [["lint"], "expected DIR, found none"],
  [["lint", SAMPLE, "--format", "xml"], '--format takes text, json, sarif, github, found "xml"'],
  [["lint", SAMPLE, "--severity", "all"], '--severity takes error, warning, info, found "all"'],
  [["lint", SAMPLE, "--gpus", "two"], '--gpus takes a number or a list of ids such as 0,1, found "two"'],
  [["lint", SAMPLE, "--gpus", "0,x"], '--gpus takes a number or a list of ids such as 0,1, found "0,x"'],
  [["lint", SAMPLE, "--default-max-batch-size", "-1"], "'--default-max-batch-size'"],
  [["lint", SAMPLE, "--default-max-batch-size", "4.5"], '--default-max-batch-size takes a whole number from 0, found "4.5"'],
  [["lint", SAMPLE, "--frob"], "'--frob'"],
  [["lint", SAMPLE, `${SAMPLE}/../spleen_ct`], "is given twice"],
  [["config", SAMPLE], "expected DIR and MODEL, found only"],
  [["config", SAMPLE, "spleen_ct", "more"], 'found also "more"'],
  [["constructor"], 'there is no command "constructor"'],
] as const)("%j is wrong usage", async ([args, message]) => {
  const { code, error } = await conch(...args);
  expect(error).toContain(message);
  expect(error).toContain("See: conch help");
  expect(code).toBe(2);
});

test("a file that does not exist fails before anything starts, and --json says so as data", async () => {
  const { code, out } = await conch("run", SAMPLE, "spleen_ct", "--output", "o", "--input", "IMAGE=/nowhere/ct.nii", "--json");
  expect(JSON.parse(out)).toEqual({ error: { code: "INPUT_INVALID", message: "input IMAGE: /nowhere/ct.nii does not exist", data: {} } });
  expect(code).toBe(1);
});

test.for([
  [["--help"], "lint   list what Triton would refuse"],
  [["help", "run"], "--input NAME=FILE"],
  [["help", "bench"], "--placements LIST"],
  [["run", "--help"], "--input NAME=FILE"],
] as const)("%j is answered with help", async ([args, text]) => {
  const { code, out } = await conch(...args);
  expect(out).toContain(text);
  expect(code).toBe(0);
});
