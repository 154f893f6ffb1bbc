import { afterEach, describe, expect, it } from "vitest";
import { compilePlan } from "../plan/compile.ts";
import { placeModel } from "../plan/placement.ts";
import type { Plan } from "../plan/plan.ts";
import { httpServer, type TestServer } from "../testing/v2-server.ts";
import { parseConfig } from "../triton/model-config/decode.ts";
import { createServers } from "./servers.ts";
import { checkServed } from "./served-models.ts";

const opened: TestServer[] = [];
const { signal } = new AbortController();

afterEach(() => {
  for (const server of opened.splice(0)) server.close();
});

/** A plan of one model on the server "lab". */
function plan(): Plan {
  const { config } = parseConfig('input [ { name: "IN" data_type: TYPE_FP32 dims: [ 1 ] } ] output [ { name: "OUT" data_type: TYPE_FP32 dims: [ 1 ] } ]', "m/config.pbtxt");
  const placement = placeModel(config, {}, true, { id: "lab", name: "Lab" });
  const model = { name: "m", version: 1, config: { ...config, name: "m" }, contentKey: "m", backend: "tensorrt", placement, weightBytes: null };
  return compilePlan({ model: "m", inputs: new Map(), requestedOutputs: [], reportReadback: false }, new Map([["m", model]]));
}

async function serversWith(status: number, body: unknown, asked: string[] = []) {
  const server = await httpServer((request, _, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  opened.push(server);
  const servers = createServers(fetch);
  servers.add({ id: "lab", name: "Lab", base: server.base, headers: {} });
  return servers;
}

describe("before a run, a server", () => {
  it("is asked once for each of its models", async () => {
    const asked: string[] = [];
    await checkServed(plan(), await serversWith(200, { name: "m", versions: ["1"], platform: "tensorrt_plan", inputs: [], outputs: [] }, asked), signal);
    expect(asked).toEqual(["GET /v2/models/m"]);
  });

  it.each([
    [404, "Request for unknown model: 'm' is not found"],
    [400, "Request for unknown model: 'm' has no available versions"],
    [503, "Request for unknown model: 'm' version 1 is not at ready state"],
  ])("that answers %i is said not to have the model", async (status, error) => {
    await expect(checkServed(plan(), await serversWith(status, { error }), signal)).rejects.toMatchObject({
      code: "SERVER_WITHOUT_MODEL",
      message: `model 'm' on server 'Lab': ${error}`,
    });
  });

  it("that is not there is said not to answer, with the names of model and server", async () => {
    const servers = await serversWith(200, {});
    opened.splice(0)[0]!.close();
    await expect(checkServed(plan(), servers, signal)).rejects.toMatchObject({ code: "V2_UNREACHABLE", message: expect.stringMatching(/^model 'm' on server 'Lab': /) });
  });

  it("that was removed meanwhile is unknown", async () => {
    await expect(checkServed(plan(), createServers(fetch), signal)).rejects.toMatchObject({ code: "SERVER_UNKNOWN" });
  });
});
