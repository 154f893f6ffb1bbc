import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectionTo, httpServer, type TestServer } from "../testing/v2-server.ts";
import type { Connection } from "../triton/v2/connection.ts";
import { proxyBase, proxyServers } from "./proxy-servers.ts";
import type { ServerProblem } from "./server-diagnosis.ts";
import { lookAt, nextState, pollInterval, type ServerState, type Surroundings } from "./server-state.ts";

/** Path → status and document, or a text that is no JSON. */
type Answers = Record<string, readonly [number, unknown]>;

const METADATA = { name: "triton", version: "2.70.0", extensions: ["model_repository"] };
const WELL: Answers = { "/v2/health/live": [200, ""], "/v2/health/ready": [200, ""], "/v2": [200, METADATA] };

let server: TestServer;
let answers: Answers = {};
let asked: string[] = [];

beforeEach(async () => {
  asked = [];
  server = await httpServer(({ url = "" }, _, response) => {
    asked.push(url);
    const [status, body] = answers[url] ?? [404, { error: "Not Found" }];
    const isPage = typeof body === "string" && body !== "";
    response.writeHead(status, body === "" ? {} : { "Content-Type": isPage ? "text/html" : "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
});

afterEach(() => server.close());

const surroundings = (more: Partial<Surroundings> = {}): Surroundings => ({ fetch, page: `${server.base}/`, isolated: false, now: () => 1000, ...more });
const look = (before?: ServerState, connection: Connection = connectionTo(server.base)) => lookAt(server.base, connection, surroundings(), before);

describe("a look at a server", () => {
  it("finds it ready, with what it says of itself", async () => {
    answers = WELL;
    expect(await look()).toEqual({ kind: "ready", since: 1000, failures: 0, metadata: METADATA });
  });

  it("asks what it is only once, and again after it was away", async () => {
    answers = WELL;
    const first = await look();
    asked = [];
    await look(first);
    expect(asked).toEqual(["/v2/health/live", "/v2/health/ready"]);
    asked = [];
    await look({ ...first, kind: "unreachable", failures: 3 });
    expect(asked).toContain("/v2");
  });

  it("tells which models keep it from being ready, and leaves out those that were unloaded", async () => {
    answers = {
      ...WELL,
      "/v2/health/ready": [400, ""],
      "/v2/repository/index": [200, [{ name: "a", version: "1", state: "UNAVAILABLE", reason: "no memory" }, { name: "b", version: "1", state: "UNAVAILABLE", reason: "unloaded" }, { name: "c", state: "READY" }, { name: "d" }]],
    };
    expect(await look()).toMatchObject({ kind: "not-ready", problem: { code: "NOT_READY", models: ["a"] } });
  });

  it("finds it not live while it starts", async () => {
    answers = { ...WELL, "/v2/health/live": [503, { error: "starting" }] };
    expect(await look()).toMatchObject({ kind: "not-ready", problem: { code: "NOT_LIVE", detail: "starting" } });
  });

  it("finds it ready although its metadata are restricted", async () => {
    answers = { ...WELL, "/v2": [403, { error: "This API is restricted, expecting header 'key'" }] };
    expect(await look()).toMatchObject({ kind: "ready", problem: { code: "RESTRICTED", header: "key" } });
  });

  it.each<[ServerProblem, number, string]>([
    ["RESTRICTED", 403, "This API is restricted, expecting header 'key'"],
    ["UNAUTHORIZED", 401, "Unauthorized"],
  ])("finds it there, but not whether it is ready, where its health is %s", async (code, status, error) => {
    answers = { ...WELL, "/v2/health/live": [status, { error }] };
    expect(await look()).toMatchObject({ kind: "not-ready", failures: 0, problem: { code } });
  });

  it.each<[ServerProblem, string, Answers]>([
    ["NOT_V2", "it answers everything with a page", { "/v2/health/live": [200, "<html>"], "/v2": [200, "<html>"] }],
    ["NOT_V2", "its metadata are something else", { ...WELL, "/v2": [200, { hello: "world" }] }],
  ])("finds %s where %s", async (code, _, given) => {
    answers = given;
    expect(await look()).toMatchObject({ kind: "unreachable", failures: 1, problem: { code } });
  });

  it("tells a server that refuses the page from one that is not there", async () => {
    const closed = await httpServer(() => undefined);
    closed.close();
    const refusing: Connection = connectionTo(closed.base);
    expect(await lookAt(server.base, refusing, surroundings(), undefined)).toMatchObject({ problem: { code: "CORS_REFUSED" } });
    expect(await lookAt(closed.base, refusing, surroundings(), undefined)).toMatchObject({ problem: { code: "NO_ANSWER" } });
    expect(await lookAt(closed.base, refusing, surroundings({ isolated: true }), undefined)).toMatchObject({ problem: { code: "CORS_OR_NO_ANSWER" } });
    expect(await lookAt("http://triton.example:8000", refusing, surroundings({ page: "https://conch.example/" }), undefined)).toMatchObject({ problem: { code: "MIXED_CONTENT" } });
  });

  it("finds no proxy where what serves the page answers as any host does", async () => {
    answers = {};
    expect(await lookAt("/v2-proxy/triton", connectionTo(server.base), surroundings(), undefined)).toMatchObject({ kind: "unreachable", problem: { code: "NO_PROXY" } });
  });
});

describe("the state after a look", () => {
  it("keeps its beginning and counts failures until the server is back", () => {
    const away = { kind: "unreachable", problem: { code: "TIMEOUT", detail: "" } } as const;
    const first = nextState({ kind: "ready", since: 1, failures: 0, metadata: METADATA }, away, 10);
    const second = nextState(first, away, 20);
    expect(second).toEqual({ ...away, since: 10, failures: 2, metadata: METADATA });
    expect(nextState(second, { kind: "ready" }, 30)).toEqual({ kind: "ready", since: 30, failures: 0, metadata: METADATA });
  });

  it.each([
    [2000, 0, 2000],
    [2000, 1, 4000],
    [2000, 3, 16_000],
    [2000, 5, 60_000],
    [2000, 2000, 60_000],
  ])("is looked at again after %i ms, with %i failures in a row after %i ms", (base, failures, expected) => {
    expect(pollInterval(base, failures)).toBe(expected);
  });
});

describe("the proxy's list", () => {
  const ask = (status: number, body: string, marked: boolean) => proxyServers(() => Promise.resolve(new Response(body, { status, headers: marked ? { "Conch-Proxy": "1" } : {} })), "https://conch.example/tools/");

  it.each([
    ["names and addresses", 200, '{"servers":[{"id":"a","url":"http://a:8000"},{"id":7}],"loopback":false}', true, { kind: "list", servers: [{ id: "a", url: "http://a:8000" }], loopback: false }],
    ["that any port of this machine will do", 200, '{"servers":[],"loopback":true}', true, { kind: "list", servers: [], loopback: true }],
    ["that it is not for this page", 403, '{"error":"Only this server\'s own pages"}', true, { kind: "refused", message: "Only this server's own pages" }],
    ["nothing on a host without proxy", 404, "Not found", false, { kind: "none" }],
    ["nothing on a host that answers everything", 200, "<!doctype html>", false, { kind: "none" }],
  ])("says %s", async (_, status, body, marked, expected) => {
    expect(await ask(status, body, marked)).toEqual(expected);
  });

  it("is gone with what served the page", async () => {
    expect(await proxyServers(() => Promise.reject(new TypeError("Failed to fetch")), "https://conch.example/")).toEqual({ kind: "gone" });
  });

  it("lies below the page's own address", () => {
    expect(proxyBase("https://conch.example/tools/", "localhost:8000")).toBe("/tools/v2-proxy/localhost:8000");
  });
});
