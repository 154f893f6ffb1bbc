import { beforeEach, describe, expect, it } from "vitest";
import { toErrorRecord } from "../base/errors.ts";
import { httpServer } from "../testing/v2-server.ts";
import { serverMetadata } from "../triton/v2/metadata.ts";
import { explain } from "./server-state.ts";
import { forgetServer, MEMORY_KEY, rememberedOf, rememberServer, restoreServers } from "./server-memory.ts";
import { createServers, type V2Server } from "./servers.ts";

const SECRET = "hunter2-secret";
const server: V2Server = { id: "/v2-proxy/a", name: "a", base: "/v2-proxy/a", metrics: "/v2-proxy/m/metrics", headers: { "admin-key": SECRET } };

function memory(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

let storage: Storage;

beforeEach(() => {
  storage = memory();
});

describe("a server that the browser keeps", () => {
  it("is kept without its headers unless the user says so", () => {
    rememberServer(server, "address", storage);
    expect(storage.getItem(MEMORY_KEY)).toContain("/v2-proxy/m/metrics");
    expect(storage.getItem(MEMORY_KEY)).not.toContain(SECRET);
    expect(rememberedOf(server.id, storage)).toBe("address");
    rememberServer(server, "headers", storage);
    expect(storage.getItem(MEMORY_KEY)).toContain(SECRET);
    expect(rememberedOf(server.id, storage)).toBe("headers");
  });

  it("loses its headers when the user no longer wants them kept, and is gone when it is forgotten", () => {
    rememberServer(server, "headers", storage);
    rememberServer(server, "address", storage);
    expect(storage.getItem(MEMORY_KEY)).not.toContain(SECRET);
    rememberServer(server, "headers", storage);
    forgetServer(server.id, storage);
    expect(storage.length).toBe(0);
    rememberServer(server, "nothing", storage);
    expect(storage.length).toBe(0);
  });

  it("is there in the next window, and instead of none that is connected already", () => {
    rememberServer(server, "headers", storage);
    const servers = createServers(fetch);
    restoreServers(servers, storage);
    expect(servers.getState().servers).toEqual([server]);
    servers.add({ ...server, name: "mine" });
    restoreServers(servers, storage);
    expect(servers.find(server.id)?.name).toBe("mine");
  });

  it.each(["", "null", "{", '{"id":1}', '[null,1,{"id":"a"},{"id":"a","name":"a","base":2}]'])("is none where the item is %s", (text) => {
    storage.setItem(MEMORY_KEY, text);
    const servers = createServers(fetch);
    restoreServers(servers, storage);
    expect(servers.getState().servers).toEqual([]);
  });
});

describe("secrets of a server", () => {
  it("are sent, and are in no error and no diagnosis, whatever the server answers", async () => {
    const seen: (string | string[] | undefined)[] = [];
    for (const [status, type, body] of [[403, "application/json", '{"error":"no"}'], [500, "text/plain", "boom"], [200, "text/html", "<p>"], [302, "text/plain", ""]] as const) {
      const there = await httpServer(({ headers }, _, response) => {
        seen.push(headers["admin-key"]);
        response.writeHead(status, { "Content-Type": type, "Location": "/elsewhere" }).end(body);
      });
      const servers = createServers(fetch);
      servers.add({ ...server, base: there.base });
      const error: unknown = await serverMetadata(await servers.connection(server.id)).catch((thrown: unknown) => thrown);
      const diagnosis = await explain(error, there.base, { fetch, page: there.base, isolated: false, now: () => 0 });
      expect(JSON.stringify([toErrorRecord(error), diagnosis])).not.toContain(SECRET);
      there.close();
    }
    expect(seen).toEqual(Array(4).fill(SECRET));
  });
});
