// The recipes for a hosted build, run by the real programs where they are installed, before a server that says what reached it.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { proxyServers } from "../../state/proxy-servers.ts";

interface Gateway {
  readonly name: string;
  readonly program: string;
  readonly version: readonly string[];
  /** Writes what the program reads, and gives the arguments that start it. */
  prepare(folder: string, port: number, upstream: number): Promise<readonly string[]>;
}

const recipe = (name: string): Promise<string> => readFile(join(import.meta.dirname, name), "utf8");

const NGINX: Gateway = {
  name: "nginx",
  program: "nginx",
  version: ["-v"],
  async prepare(folder, port, upstream) {
    const text = (await recipe("nginx.conf"))
      .replaceAll("listen 443 ssl", `listen 127.0.0.1:${port}`)
      .replaceAll(/^ *ssl_certificate.*$/gm, "")
      .replaceAll("https://conch.example.org", `http://conch.example.org:${port}`)
      .replaceAll("server 10.0.0.5:8000", `server 127.0.0.1:${upstream}`)
      .replaceAll("server 10.0.0.5:8002", "server 127.0.0.1:1")
      .replaceAll("/srv/conch", join(folder, "dist"))
      .replaceAll("/var/log/nginx/conch.log", join(folder, "access.log"));
    await writeFile(join(folder, "conch.conf"), text);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((each) => `${each}_temp_path ${folder}/${each};`).join(" ");
    await writeFile(
      join(folder, "nginx.conf"),
      `${process.getuid?.() === 0 ? "user root;" : ""} daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;\n` +
        `events {}\nhttp { ${temporary} types { text/html html; application/wasm wasm; text/javascript js; } include ${folder}/conch.conf; }\n`,
    );
    return ["-p", folder, "-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf")];
  },
};

const CADDY: Gateway = {
  name: "Caddy",
  program: "caddy",
  version: ["version"],
  async prepare(folder, port, upstream) {
    const text = (await recipe("Caddyfile"))
      .replaceAll("https://conch.example.org", `http://conch.example.org:${port}`)
      .replace(/^conch\.example\.org \{$/m, `http://conch.example.org:${port} {\n\tbind 127.0.0.1`)
      .replace("\tlog {", `\tlog {\n\t\toutput file ${join(folder, "access.log")}`)
      .replaceAll("triton http://10.0.0.5:8000", `triton http://127.0.0.1:${upstream}`)
      .replaceAll("triton-metrics http://10.0.0.5:8002", "triton-metrics http://127.0.0.1:1")
      .replaceAll("/srv/conch", join(folder, "dist"));
    await writeFile(join(folder, "Caddyfile"), `{\n\tadmin off\n\tauto_https off\n}\n${text}`);
    return ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")];
  },
};

const SECRET = "hunter2-of-the-operator";

describe.for([NGINX, CADDY].map((gateway) => [gateway.name, gateway] as const))("the recipe for %s", { timeout: 30_000 }, ([, gateway]) => {
  const missing = spawnSync(gateway.program, [...gateway.version]).error !== undefined;
  let folder = "";
  let port = 0;
  let host = "";
  let upstream: Server;
  let program: ChildProcess | undefined;
  let seen: IncomingMessage[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;

  beforeAll(async () => {
    if (missing) return;
    upstream = createServer((incoming, response) => {
      seen.push(incoming);
      answer(incoming, response);
    });
    await listening(upstream);
    folder = await mkdtemp(join(tmpdir(), "conch-recipe-"));
    await chmod(folder, 0o755);
    await mkdir(join(folder, "dist", "assets"), { recursive: true });
    await writeFile(join(folder, "dist", "index.html"), "<!doctype html><title>Conch</title>");
    await writeFile(join(folder, "dist", "assets", "main-12345678.js"), "");
    const free = createServer();
    await listening(free);
    port = portOf(free);
    await new Promise((resolve) => free.close(resolve));
    host = `conch.example.org:${port}`;
    const args = await gateway.prepare(folder, port, portOf(upstream));
    program = spawn(gateway.program, [...args], { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } });
    let said = "";
    program.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const began = async (): Promise<void> => {
      const status = await send("/").then((found) => found.status, () => `${program?.exitCode ?? "starting"} ${said}`);
      expect(status).toBe(200);
    };
    await vi.waitFor(began, { timeout: 15_000, interval: 100 });
  });

  afterEach(() => {
    seen = [];
    answer = () => undefined;
  });

  afterAll(async () => {
    if (missing) return;
    const ended = new Promise((resolve) => program?.once("exit", resolve));
    upstream.closeAllConnections();
    program?.kill();
    await ended;
    upstream.closeAllConnections();
    upstream.close();
    await rm(folder, { recursive: true });
  });

  interface Sent {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  }

  function start(path: string, { method = "GET", headers = {} }: Sent, answered: (response: IncomingMessage) => void) {
    return request({ host: "127.0.0.1", port, path, method, headers: { Host: host, ...headers } }, answered);
  }

  function send(path: string, sent: Sent = {}): Promise<{ status: number | undefined; headers: IncomingMessage["headers"]; body: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = start(path, sent, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
        response.on("error", reject);
      });
      outgoing.on("error", reject);
      outgoing.end(sent.body);
    });
  }

  test.skipIf(missing)("serves the build isolated, and 404 for what is not there", async () => {
    const found = await send("/");
    expect(found.headers).toMatchObject({ "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" });
    expect(found.body).toContain("Conch");
    expect((await send("/nothing")).status).toBe(404);
    expect(found.headers["cache-control"]).toBe("no-cache");
    expect((await send("/assets/main-12345678.js")).headers["cache-control"]).toContain("immutable");
  });

  test.skipIf(missing)("gives the list as the page reads it", async () => {
    const found = await send("/v2-proxy/");
    const list = await proxyServers(() => Promise.resolve(new Response(found.body, { status: found.status ?? 0, headers: { "Conch-Proxy": String(found.headers["conch-proxy"]) } })), "https://conch.example.org/");
    expect(list).toMatchObject({ kind: "list", loopback: false, servers: [{ id: "triton" }, { id: "triton-metrics" }] });
    expect(found.headers["content-type"]).toContain("application/json");
    const foreign = await send("/v2-proxy/", { headers: { "Sec-Fetch-Site": "cross-site" } });
    expect(foreign).toMatchObject({ status: 403, headers: { "conch-proxy": "1" } });
    expect(foreign.body).not.toContain("10.0.0.5");
  });

  test.skipIf(missing)("hands a request on with its keys and without what names the page, and the answer back", async () => {
    answer = (_, response) => response.writeHead(200, { "Content-Type": "application/octet-stream", "Inference-Header-Content-Length": "7", "Set-Cookie": "a=b" }).end("binary");
    const headers = {
      "Origin": `http://${host}`,
      "Sec-Fetch-Site": "same-origin",
      "Referer": `http://${host}/?repository=mine`,
      "Cookie": "session=1",
      "Authorization": `Bearer ${SECRET}`,
      "admin-key": SECRET,
      "Inference-Header-Content-Length": "12",
      "Accept-Encoding": "gzip, deflate, br, zstd",
    };
    const found = await send("/v2-proxy/triton/v2/models/a%20b/infer", { method: "POST", headers, body: "x".repeat(100) });
    expect(found).toMatchObject({ status: 200, body: "binary", headers: { "conch-proxy": "1", "content-type": "application/octet-stream", "inference-header-content-length": "7" } });
    expect(found.headers["conch-proxy-error"]).toBeUndefined();
    expect(found.headers["set-cookie"]).toBeUndefined();
    const [reached] = seen;
    expect(reached).toMatchObject({ method: "POST", url: "/v2/models/a%20b/infer" });
    expect(reached?.headers).toMatchObject({ "authorization": `Bearer ${SECRET}`, "admin-key": SECRET, "inference-header-content-length": "12", "accept-encoding": "identity" });
    for (const kept of ["cookie", "origin", "referer"]) expect(reached?.headers[kept], kept).toBeUndefined();
    expect(JSON.stringify(reached?.headers)).not.toContain("conch.example.org");
  });

  test.skipIf(missing)("hands on errors of the server as they are", async () => {
    answer = (_, response) => response.writeHead(503, { "Content-Type": "application/json" }).end('{"error":"busy"}');
    const found = await send("/v2-proxy/triton/v2/models/m/infer", { method: "POST", body: "{}" });
    expect(found).toMatchObject({ status: 503, body: '{"error":"busy"}' });
    expect(found.headers["conch-proxy-error"]).toBeUndefined();
  });

  test.skipIf(missing).for([
    ["NOT_OWN_PAGE", "another site's page", "/v2-proxy/triton/v2", { "Sec-Fetch-Site": "cross-site" }],
    ["NOT_OWN_PAGE", "a page of another origin", "/v2-proxy/triton/v2", { Origin: "https://evil.example" }],
    ["NOT_OWN_PAGE", "a page without an origin", "/v2-proxy/triton/v2", { Origin: "null" }],
    ["SERVER_NOT_ALLOWED", "a server that is not listed", "/v2-proxy/other/v2", {}],
    ["SERVER_NOT_ALLOWED", "an address", "/v2-proxy/169.254.169.254/v2", {}],
    ["PATH_NOT_ALLOWED", "dots", "/v2-proxy/triton/v2/../../metrics", {}],
    ["PATH_NOT_ALLOWED", "escaped dots", "/v2-proxy/triton/v2/%2e%2e/admin", {}],
    ["PATH_NOT_ALLOWED", "escaped slashes", "/v2-proxy/triton/v2/a%2f..%2fb", {}],
    ["PATH_NOT_ALLOWED", "a query", "/v2-proxy/triton/v2?x=1", {}],
  ] as const)("refuses with %s %s", async ([reason, , path, headers]) => {
    const found = await send(path, { headers });
    expect(found.status).toBeGreaterThanOrEqual(400);
    expect(found.headers).toMatchObject({ "conch-proxy": "1", "conch-proxy-error": reason });
    expect(JSON.parse(found.body)).toEqual({ error: expect.any(String) as string });
    expect(seen).toEqual([]);
  });

  test.skipIf(missing)("refuses other paths, other methods and other names", async () => {
    const other = await send("/v2-proxy/triton/admin");
    expect(other.status).toBeGreaterThanOrEqual(400);
    expect(other.headers["conch-proxy-error"]).toMatch(/_NOT_ALLOWED$/);
    expect((await send("/v2-proxy/triton/v2", { method: "DELETE" })).status).toBe(405);
    const named = await send("/v2-proxy/triton/v2", { headers: { Host: `evil.example:${port}` } }).catch(() => undefined);
    expect(named?.body ?? "").toBe("");
    expect(seen).toEqual([]);
  });

  test.skipIf(missing)("follows no redirect, and does not hand it to the page", async () => {
    answer = (_, response) => response.writeHead(302, { Location: "http://169.254.169.254/" }).end();
    const found = await send("/v2-proxy/triton/v2");
    expect(found).toMatchObject({ status: 502, headers: { "conch-proxy-error": "REDIRECT" } });
    expect(found.headers["location"]).toBeUndefined();
  });

  test.skipIf(missing)("says when the server is not there", async () => {
    const found = await send("/v2-proxy/triton-metrics/metrics");
    expect(found).toMatchObject({ status: 502, headers: { "conch-proxy": "1", "conch-proxy-error": "UNREACHABLE" } });
  });

  test.skipIf(missing)("streams a request: the server has its beginning before the page has sent its end", async () => {
    let end: (() => void) | undefined;
    answer = (incoming, response) => {
      let bytes = 0;
      incoming.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        end?.();
        end = undefined;
      });
      incoming.on("end", () => response.end(String(bytes)));
    };
    const body = await new Promise<string>((resolve, reject) => {
      const outgoing = start("/v2-proxy/triton/v2/models/m/infer", { method: "POST", headers: { "Content-Length": String(2 ** 20 + 1) } }, (response) => {
        response.on("data", (chunk: Buffer) => resolve(chunk.toString()));
      });
      outgoing.on("error", reject);
      end = () => outgoing.end("z");
      outgoing.write("x".repeat(2 ** 20));
    });
    expect(body).toBe(String(2 ** 20 + 1));
  });

  test.skipIf(missing).for(["text/event-stream", "application/octet-stream"])("streams an answer of %s: the page has its beginning before the server has sent its end", async (type) => {
    let end: (() => void) | undefined;
    answer = (_, response) => {
      response.writeHead(200, { "Content-Type": type, "Content-Length": "9" });
      response.write("first");
      end = () => response.end("last");
    };
    const body = await new Promise<string>((resolve, reject) => {
      let text = "";
      const outgoing = start("/v2-proxy/triton/v2/models/m/generate_stream", { method: "POST" }, (response) => {
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString();
          end?.();
          end = undefined;
        });
        response.on("end", () => resolve(text));
      });
      outgoing.on("error", reject);
      outgoing.end("{}");
    });
    expect(body).toBe("firstlast");
  });

  test.skipIf(missing)("ends a request at the server that the page gives up", async () => {
    const gone = new Promise((resolve) => {
      answer = (incoming) => incoming.socket.once("close", resolve);
    });
    const outgoing = start("/v2-proxy/triton/v2/models/m/infer", { method: "POST" }, () => undefined);
    outgoing.on("error", () => undefined);
    outgoing.end("{}");
    await expect.poll(() => seen.length).toBe(1);
    outgoing.destroy();
    await gone;
  }, 20_000);

  test.skipIf(missing)("logs requests, and no header of them", async () => {
    answer = (_, response) => response.end("{}");
    await send("/v2-proxy/triton/v2/health/live", { headers: { "admin-key": SECRET, "Authorization": SECRET } });
    const log = join(folder, "access.log");
    await expect.poll(() => readFile(log, "utf8")).toContain("/v2-proxy/triton/v2/health/live");
    expect(await readFile(log, "utf8")).not.toContain(SECRET);
    expect(await readFile(log, "utf8")).not.toContain("session=1");
  });
});

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
