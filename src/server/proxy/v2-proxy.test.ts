import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type LookupFunction } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { listen, type Listening } from "../listen.mjs";
import { allowedServers, parseServer, parseServers, refusedAddress } from "./allowed-servers.mjs";
import { v2Proxy } from "./v2-proxy.mjs";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let upstream: Server;
let upstreamPort = 0;
let answer: Answer = () => undefined;
let seen: IncomingMessage[] = [];
let application = "";
const open: Listening[] = [];

beforeAll(async () => {
  application = await mkdtemp(join(tmpdir(), "conch-proxy-"));
  await writeFile(join(application, "index.html"), "<!doctype html>");
  upstream = createServer((incoming, response) => {
    seen.push(incoming);
    answer(incoming, response);
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  upstreamPort = (upstream.address() as AddressInfo).port;
});

afterEach(async () => {
  seen = [];
  answer = () => undefined;
  await Promise.all(open.splice(0).map((server) => server.close()));
});

afterAll(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await rm(application, { recursive: true });
});

async function start(servers: readonly string[] = [`triton=http://127.0.0.1:${upstreamPort}`]): Promise<Listening> {
  const server = await listen({ application, port: 0, servers: allowedServers(servers.map(parseServer)) });
  open.push(server);
  return server;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Received {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** fetch() resolves dots and sets Host by itself; this sends the path as it is. */
function send(port: number, path: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Received> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const refusal = (reason: string, message: unknown = expect.any(String)) => ({ "conch-proxy": "1", "conch-proxy-error": reason, message });
function refusalOf({ headers, body }: Received) {
  return { "conch-proxy": headers["conch-proxy"], "conch-proxy-error": headers["conch-proxy-error"], "message": (JSON.parse(body) as { error: string }).error };
}

describe("a request of this server's own page", () => {
  test("goes to the v2 server with its body and headers, and its answer comes back", async () => {
    const server = await start();
    answer = (incoming, response) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("end", () => {
        response.writeHead(200, { "Content-Type": "application/octet-stream", "Inference-Header-Content-Length": "2", "Set-Cookie": "a=b", "X-Other": "1" });
        response.end(`{}${Buffer.concat(parts).toString()}`);
      });
    };
    const found = await send(server.port, "/v2-proxy/triton/v2/models/m/infer", {
      method: "POST",
      headers: {
        "origin": `http://127.0.0.1:${server.port}`,
        "sec-fetch-site": "same-origin",
        "authorization": "Bearer secret",
        "inference-header-content-length": "7",
        "cookie": "session=1",
        "referer": "http://127.0.0.1/",
        "x-forwarded-for": "10.0.0.1",
        "triton-key": "k",
        "accept-encoding": "gzip, deflate, br, zstd",
      },
      body: "tensors",
    });
    expect(found).toMatchObject({ status: 200, body: "{}tensors" });
    expect(found.headers["inference-header-content-length"]).toBe("2");
    expect(found.headers["set-cookie"]).toBeUndefined();
    expect(found.headers["x-other"]).toBeUndefined();
    const [{ url, headers } = {} as IncomingMessage] = seen;
    expect(url).toBe("/v2/models/m/infer");
    expect(headers).toMatchObject({ "host": `127.0.0.1:${upstreamPort}`, "accept-encoding": "identity", "authorization": "Bearer secret", "inference-header-content-length": "7", "triton-key": "k" });
    for (const name of ["cookie", "referer", "origin", "sec-fetch-site", "x-forwarded-for"]) expect(headers[name], name).toBeUndefined();
  });

  test("keeps the prefix of a server behind a path, and an error's status", async () => {
    const server = await start([`kserve=http://127.0.0.1:${upstreamPort}/models/`]);
    answer = (_, response) => void response.writeHead(400).end('{"error":"no"}');
    expect(await send(server.port, "/v2-proxy/kserve/v2/health/ready")).toMatchObject({ status: 400, body: '{"error":"no"}' });
    expect(seen[0]?.url).toBe("/models/v2/health/ready");
  });

  test("reaches any port of this machine where no server was named, and nothing else", async () => {
    const server = await start([]);
    answer = (_, response) => void response.end("{}");
    expect(await send(server.port, `/v2-proxy/localhost:${upstreamPort}/v2`)).toMatchObject({ status: 200 });
    for (const id of ["example.com:80", "10.0.0.1:80", "localhost:0", "localhost:99999", "169.254.169.254:80", "localhost", "127.0.0.1:80@example.com"]) {
      expect(refusalOf(await send(server.port, `/v2-proxy/${id}/v2`)), id).toEqual(refusal("SERVER_NOT_ALLOWED"));
    }
  });

  test("reads which servers there are", async () => {
    const server = await start();
    const found = await send(server.port, "/v2-proxy/");
    expect(JSON.parse(found.body)).toEqual({ servers: [{ id: "triton", url: `http://127.0.0.1:${upstreamPort}` }], loopback: false });
  });

  test("sends a body on while it comes in, and brings an answer back while it is made", async () => {
    const server = await start();
    let firstPart: (text: string) => void = () => undefined;
    const arrived = new Promise<string>((resolve) => (firstPart = resolve));
    answer = (incoming, response) => {
      incoming.once("data", (part: Buffer) => {
        firstPart(part.toString());
        response.write("early ");
      });
      incoming.on("end", () => response.end("late"));
      incoming.resume();
    };
    const sent = request({ host: "127.0.0.1", port: server.port, path: "/v2-proxy/triton/v2/models/m/infer", method: "POST", headers: { "transfer-encoding": "chunked" } });
    sent.write("first");
    expect(await arrived).toBe("first");
    const response = await new Promise<IncomingMessage>((resolve) => sent.on("response", resolve));
    const early = await new Promise<string>((resolve) => response.once("data", (part: Buffer) => resolve(part.toString())));
    expect(early).toBe("early ");
    sent.end("last");
    let rest = "";
    for await (const part of response) rest += String(part);
    expect(rest).toBe("late");
  });

  test("ends at the v2 server when it is given up", async () => {
    const server = await start();
    const closed = new Promise<void>((resolve) => {
      answer = (incoming) => void incoming.on("close", resolve);
    });
    const sent = request({ host: "127.0.0.1", port: server.port, path: "/v2-proxy/triton/v2/models/m/infer", method: "POST" });
    sent.on("error", () => undefined);
    sent.end("{}");
    await expect.poll(() => seen.length).toBe(1);
    sent.destroy();
    await closed;
  });
});

describe("what is refused", () => {
  test.for([
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["another origin", { origin: "https://evil.example" }],
    ["an origin that hides", { origin: "null" }],
    ["a navigation", { "sec-fetch-site": "none" }],
    ["a page of another port", { origin: "http://127.0.0.1:1" }],
  ] as const)("a request of %s", async ([, headers]) => {
    const server = await start();
    const found = await send(server.port, "/v2-proxy/triton/v2", { headers });
    expect(found.status).toBe(403);
    expect(refusalOf(found)).toEqual(refusal("NOT_OWN_PAGE"));
    expect(seen).toEqual([]);
  });

  test("a request under another name", async () => {
    const server = await start();
    expect((await send(server.port, "/v2-proxy/triton/v2", { headers: { host: "evil.example" } })).status).toBe(403);
    expect(seen).toEqual([]);
  });

  test.for([
    "/v2-proxy/triton/",
    "/v2-proxy/triton/v3",
    "/v2-proxy/triton/v2x",
    "/v2-proxy/triton/v2/../admin",
    "/v2-proxy/triton/v2/%2e%2e/admin",
    "/v2-proxy/triton/v2/%2E./admin",
    "/v2-proxy/triton//v2",
    "/v2-proxy/triton/v2//evil.example",
    "/v2-proxy/triton/v2/a%0d%0aHost:%20evil",
    "/v2-proxy/triton/v2/a%00b",
    "/v2-proxy/triton/v2/a\\b",
    "/v2-proxy/triton/v2?x=1",
    "/v2-proxy/triton/v2#x",
    "/v2-proxy/triton/@evil.example/v2",
  ])("the path %s", async (path) => {
    const server = await start();
    const found = await send(server.port, path);
    expect(refusalOf(found)).toEqual(refusal("PATH_NOT_ALLOWED"));
    expect(seen).toEqual([]);
  });

  test.for(["DELETE", "PUT", "OPTIONS", "PATCH"])("the method %s", async (method) => {
    const server = await start();
    expect(refusalOf(await send(server.port, "/v2-proxy/triton/v2", { method }))).toEqual(refusal("METHOD_NOT_ALLOWED"));
  });

  test("a request line with a whole address, which a forward proxy would follow", async () => {
    const server = await start();
    const found = await raw(server.port, `GET http://127.0.0.1:${upstreamPort}/v2 HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n\r\n`);
    expect(found).not.toMatch(/^HTTP\/1.1 2/);
    expect(seen).toEqual([]);
  });

  test.for([
    ["two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"],
    ["a length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n"],
    ["a header with a bare line feed", "X-A: b\nContent-Length: 0\r\n\r\n"],
    ["a space before the colon", "Content-Length : 5\r\n\r\nhello"],
  ])("%s, by which a request would be smuggled", async ([, rest]) => {
    const server = await start();
    answer = (incoming, response) => {
      incoming.resume();
      response.end("{}");
    };
    const found = await raw(server.port, `POST /v2-proxy/triton/v2/models/m/infer HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n${rest}`);
    expect(found).toMatch(/^HTTP\/1.1 400/);
    expect(seen.map(({ url }) => url)).not.toContain("/admin");
  });

  test.for([301, 302, 307, 308])("an answer %s that sends the page elsewhere", async (status) => {
    const server = await start();
    answer = (_, response) => void response.writeHead(status, { Location: "http://user:hunter2@169.254.169.254/latest" }).end();
    const found = await send(server.port, "/v2-proxy/triton/v2");
    expect(found.status).toBe(502);
    expect(refusalOf(found)).toEqual(refusal("REDIRECT", expect.not.stringContaining("hunter2")));
    expect(found.headers.location).toBeUndefined();
  });

  test.for(["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1", "::ffff:169.254.169.254", "fd00:ec2::254"])("a name that was pointed at %s", async (address) => {
    const lookup = ((_host, _options, done) => (done as (error: null, found: unknown) => void)(null, [{ address, family: address.includes(":") ? 6 : 4 }])) as LookupFunction;
    const servers = allowedServers([parseServer("named=http://models.example:8000")]);
    const server = await listen({ application, port: 0, routes: [v2Proxy({ servers, isOwnHost: () => true, lookup })] });
    open.push(server);
    expect(refusalOf(await send(server.port, "/v2-proxy/named/v2"))).toEqual(refusal("ADDRESS_NOT_ALLOWED", expect.stringContaining(address)));
  });
});

describe("what went wrong on the way", () => {
  test("is told apart: no such name, nobody listening, no TLS there", async () => {
    const lookup = ((_host, _options, done) => (done as (error: Error) => void)(Object.assign(new Error("no"), { code: "ENOTFOUND" }))) as LookupFunction;
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    const { port: closedPort } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const servers = allowedServers([
      parseServer("named=http://models.example:8000"),
      parseServer(`closed=http://127.0.0.1:${closedPort}`),
      parseServer(`plain=https://127.0.0.1:${upstreamPort}`),
    ]);
    const server = await listen({ application, port: 0, routes: [v2Proxy({ servers, isOwnHost: () => true, lookup })] });
    open.push(server);
    expect(refusalOf(await send(server.port, "/v2-proxy/named/v2"))).toEqual(refusal("NAME_NOT_FOUND"));
    expect(refusalOf(await send(server.port, "/v2-proxy/closed/v2"))).toEqual(refusal("CONNECTION_REFUSED"));
    expect(refusalOf(await send(server.port, "/v2-proxy/plain/v2"))).toEqual(refusal("TLS"));
  });

  test("ends the page's connection when the server's ends within an answer", async () => {
    const server = await start();
    answer = (_, response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("part");
      setTimeout(() => response.destroy(), 20);
    };
    await expect(send(server.port, "/v2-proxy/triton/v2")).rejects.toThrow();
  });
});

describe("the servers that an operator names", () => {
  test.for([
    ["triton", /expected NAME=URL/],
    ["a/b=http://x", /expected NAME=URL/],
    ["=http://x", /expected NAME=URL/],
    ["t=ftp://x", /needs http or https, found ftp:/],
    ["t=file:///etc/passwd", /needs http or https/],
    ["t=nonsense", /is no URL/],
    ["t=http://user:hunter2@x", /holds a password/],
    ["t=http://x?a=b", /no query/],
    ["t=http://169.254.169.254", /a link-local address/],
    ["t=http://[fe80::1]:8000", /a link-local address/],
    ["t=http://[::ffff:169.254.169.254]/", /a link-local address/],
    ["t=http://0/", /no address of a host/],
  ] as const)("refuse %s", ([text, message]) => {
    expect(() => parseServer(text)).toThrow(message);
    expect(() => parseServer(text)).not.toThrow(/hunter2/);
  });

  test("come as a list in one variable", () => {
    expect(parseServers(" a=http://10.0.0.1:8000, b=https://models.example/x ,").map(({ id, url }) => [id, url.href])).toEqual([
      ["a", "http://10.0.0.1:8000/"],
      ["b", "https://models.example/x"],
    ]);
  });

  test("may be in a private network", () => {
    expect(["10.1.2.3", "192.168.0.2", "172.16.0.1", "127.0.0.1", "fd12::1", "8.8.8.8"].map(refusedAddress)).toEqual(Array.from({ length: 6 }, () => undefined));
  });
});

/** What a server answers to bytes. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let received = "";
    socket.setEncoding("utf8").on("data", (part: string) => (received += part));
    socket.on("end", () => resolve(received));
    socket.on("error", reject);
  });
}
