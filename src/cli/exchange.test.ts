import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listen, type Listening } from "../server/listen.mjs";
import { createExchange, fileName, type Exchange } from "./exchange.mjs";

let folder = "";
let exchange: Exchange;
let server: Listening;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conch-exchange-"));
  await writeFile(join(folder, "ct scan.nii"), "voxels");
  exchange = createExchange(folder);
  server = await listen({ application: folder, port: 0, routes: [exchange.route] });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const address = (path: string): string => server.url.slice(0, -1) + path;

test("an offered file is read at the address that was given for it", async () => {
  const { name, url } = exchange.offer(join(folder, "ct scan.nii"));
  expect(name).toBe("ct scan.nii");
  expect(await (await fetch(address(url))).text()).toBe("voxels");
});

test("what was not offered cannot be read", async () => {
  expect((await fetch(address(exchange.outputUrl.replace("output", "input/7")))).status).toBe(500);
  expect((await fetch(`${server.url}run/0/input/0`)).status).toBe(404);
});

test("a posted output becomes a file of its name", async () => {
  await fetch(address(`${exchange.outputUrl}/MASK`), { method: "POST", body: "bytes" });
  expect(exchange.written.get("MASK")).toBe(join(folder, "MASK.npy"));
  expect(await readFile(join(folder, "MASK.npy"), "utf8")).toBe("bytes");
});

test("an output cannot leave its folder", async () => {
  await fetch(address(`${exchange.outputUrl}/${encodeURIComponent("../outside")}`), { method: "POST", body: "bytes" });
  expect(exchange.written.get("../outside")).toBe(join(folder, ".._outside.npy"));
});

test("two addresses are never alike", () => {
  expect(createExchange(folder).outputUrl).not.toBe(exchange.outputUrl);
});

test.for([
  ["OUTPUT__0", [], "OUTPUT__0.npy"],
  ["scores/a:b", [], "scores_a_b.npy"],
  ["", [], "_.npy"],
  ["..", [], "_.npy"],
  ["输出", [], "__.npy"],
  ["a/b", ["a_b.npy"], "a_b-2.npy"],
] as const)("the output %j, after %j, goes to %s", ([output, taken, expected]) => {
  expect(fileName(output, new Set(taken))).toBe(expected);
});
