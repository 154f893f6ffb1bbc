import { afterAll, beforeAll, expect, test } from "vitest";
import { connectionTo, httpServer, type TestServer } from "../../testing/v2-server.ts";
import { composingModels } from "./composing-models.ts";

const ensemble = (...steps: string[]): string => JSON.stringify({ platform: "ensemble", ensemble_scheduling: { step: steps.map((model_name) => ({ model_name, model_version: "-1" })) } });

const CONFIGS: Readonly<Record<string, string>> = {
  net: JSON.stringify({ backend: "onnxruntime" }),
  pair: ensemble("net", "net"),
  line: ensemble("pre", "pair", "net"),
  ring: ensemble("ring"),
  odd: JSON.stringify({ ensemble_scheduling: { step: [1, { model_name: 2 }, null] } }),
};

let server: TestServer;
let asked: string[] = [];

beforeAll(async () => {
  server = await httpServer((request, _, response) => {
    const name = /^\/v2\/models\/(\w+)\/config$/.exec(request.url ?? "")?.[1] ?? "";
    asked.push(name);
    const config = CONFIGS[name];
    response.writeHead(config === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(config ?? JSON.stringify({ error: `Request for unknown model: '${name}' is not found` }));
  });
});

afterAll(() => server.close());

test.for([
  ["net", [["net", 1]]],
  ["pair", [["pair", 1], ["net", 2]]],
  ["line", [["line", 1], ["pre", 1], ["pair", 1], ["net", 3]]],
  ["ring", [["ring", 2]]],
  ["odd", [["odd", 1]]],
] as const)("a request of %s asks these models", async ([model, expected]) => {
  expect([...(await composingModels(connectionTo(server.base), model))]).toEqual(expected);
});

test("a configuration is asked for once, and a step's may be missing", async () => {
  asked = [];
  await composingModels(connectionTo(server.base), "line");
  expect(asked).toEqual(["line", "pre", "pair", "net"]);
});

test("the model's own must be there", async () => {
  await expect(composingModels(connectionTo(server.base), "gone")).rejects.toMatchObject({ code: "V2_REFUSED" });
});
