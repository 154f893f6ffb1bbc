import { describe, expect, it } from "vitest";
import { chosenServers } from "./chosen-servers.ts";
import { createDispatching } from "./dispatching.ts";
import { createServers } from "./servers.ts";

function two() {
  const servers = createServers(fetch);
  for (const id of ["lab", "cluster"]) servers.add({ id, name: id.toUpperCase(), base: `/v2-proxy/${id}`, headers: {} });
  return { servers, dispatching: createDispatching(servers) };
}

describe("where models run", () => {
  it("is the browser as long as nothing was chosen", () => {
    const { dispatching } = two();
    expect(chosenServers(dispatching, "e", "as-configured")("e")).toBeUndefined();
    expect(chosenServers(dispatching, "e", "as-configured")("step")).toBeUndefined();
  });

  it("follows what was chosen for each model", () => {
    const { dispatching } = two();
    dispatching.chooseModel("step", "lab");
    const serverOf = chosenServers(dispatching, "e", "as-configured");
    expect(["e", "step", "other"].map((model) => serverOf(model)?.name)).toEqual([undefined, "LAB", undefined]);
    expect(chosenServers(dispatching, "e", "browser")("step")).toBeUndefined();
  });

  it("is one server for an ensemble as a whole, and not for others", () => {
    const { dispatching } = two();
    dispatching.chooseTarget("e", { whole: "cluster" });
    expect(chosenServers(dispatching, "e", "as-configured")("e")?.name).toBe("CLUSTER");
    expect(chosenServers(dispatching, "outer", "as-configured")("e")).toBeUndefined();
    expect(chosenServers(dispatching, "e", { whole: "lab" })("e")?.name).toBe("LAB");
    expect(chosenServers(dispatching, "e", { models: { step: "lab" } })("step")?.name).toBe("LAB");
  });

  it("counts again for a step once it is chosen there, although its ensemble was kept in the browser", () => {
    const { dispatching } = two();
    dispatching.chooseTarget("e", "browser");
    dispatching.chooseModel("step", "lab");
    expect(chosenServers(dispatching, "e", "as-configured")("step")?.name).toBe("LAB");
  });

  it("knows no model by the names of every object", () => {
    const { dispatching } = two();
    expect(chosenServers(dispatching, "constructor", { models: {} })("constructor")).toBeUndefined();
  });

  it("is the browser again for the models of a server that is removed, and for all of another repository", () => {
    const { servers, dispatching } = two();
    dispatching.chooseModel("step", "lab");
    dispatching.chooseModel("other", "cluster");
    dispatching.chooseTarget("e", { whole: "lab" });
    servers.remove("lab");
    expect(dispatching.getState()).toMatchObject({ models: { other: "cluster" }, targets: {} });
    dispatching.reset();
    expect(dispatching.getState().models).toEqual({});
  });

  it("stays when a server is replaced by one of the same id", () => {
    const { servers, dispatching } = two();
    dispatching.chooseModel("step", "lab");
    servers.add({ id: "lab", name: "Laboratory", base: "/v2-proxy/lab", headers: {} });
    expect(chosenServers(dispatching, "e", "as-configured")("step")?.name).toBe("Laboratory");
  });

  it("cannot be a server that is not connected", () => {
    const { dispatching } = two();
    expect(() => chosenServers(dispatching, "e", { whole: "gone" })("e")).toThrow(expect.objectContaining({ code: "SERVER_UNKNOWN" }));
  });
});
