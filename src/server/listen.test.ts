import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, type Listening } from "./listen.mjs";

const PACKED = gzipSync("voxels");

let scratch = "";
let server: Listening;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "conch-server-"));
  const application = join(scratch, "dist");
  await mkdir(join(application, "assets"), { recursive: true });
  await mkdir(join(application, "examples"));
  await writeFile(join(application, "index.html"), "<!doctype html>");
  await writeFile(join(application, "assets/main-a1B2c3D4.js"), "export {};");
  await writeFile(join(application, "assets/ort-a1B2c3D4.wasm"), "\0asm");
  await writeFile(join(application, "examples/ct.nii.gz"), PACKED);
  await writeFile(join(scratch, "secret.txt"), "secret");
  await symlink(join(scratch, "secret.txt"), join(application, "linked.txt"));
  const folder = join(scratch, "models");
  await mkdir(join(folder, "identity/1"), { recursive: true });
  await writeFile(join(folder, "identity/config.pbtxt"), 'backend: "identity"');
  server = await listen({ application, folder, port: 0 });
});

afterAll(async () => {
  await server.close();
  await rm(scratch, { recursive: true });
});

/** fetch() resolves dots and sets Host by itself; this sends both as they are. */
function raw(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path, method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("the application", () => {
  test("is isolated from other origins, which WASM threads need", async () => {
    const { headers } = await fetch(server.url);
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
  });

  test.for([
    ["", "text/html; charset=utf-8", "no-cache"],
    ["assets/main-a1B2c3D4.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
    ["assets/ort-a1B2c3D4.wasm", "application/wasm", "public, max-age=31536000, immutable"],
    ["examples/ct.nii.gz", "application/octet-stream", "no-cache"],
  ] as const)("/%s is %s, cached as %s", async ([path, type, caching]) => {
    const response = await fetch(server.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.get("cache-control")).toBe(caching);
  });

  test("sends a .gz file packed", async () => {
    const response = await fetch(`${server.url}examples/ct.nii.gz`);
    expect(response.headers.get("content-encoding")).toBeNull();
    expect(Buffer.from(await response.arrayBuffer()).equals(PACKED)).toBe(true);
  });

  test("answers 304 to a page that has the present bytes", async () => {
    const etag = (await fetch(server.url)).headers.get("etag") ?? "";
    expect(await raw("/", { "if-none-match": etag })).toEqual({ status: 304, body: "" });
  });

  test.for([
    ["GET", "/no-such-page", 404],
    ["GET", "/assets/", 404],
    ["GET", "/assets", 404],
    ["GET", "/../secret.txt", 404],
    ["GET", "/%2e%2e/secret.txt", 404],
    ["GET", "/linked.txt", 404],
    ["GET", "/%00", 404],
    ["GET", "/%zz", 400],
    ["POST", "/", 405],
    ["HEAD", "/", 200],
  ] as const)("%s %s answers %i", async ([method, path, status]) => {
    const answer = await raw(path, {}, method);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("secret");
  });
});

describe("the model repository", () => {
  test("is listed below /local", async () => {
    const listing = (await (await fetch(`${server.url}local/repository.json`)).json()) as { name: string; files: { path: string }[] };
    expect(listing.name).toBe("models");
    expect(listing.files.map(({ path }) => path)).toEqual(["identity/config.pbtxt"]);
  });

  test("keeps what lies outside the folder", async () => {
    expect((await raw("/local/files/../../secret.txt")).status).toBe(404);
  });
});

describe("the Host header", () => {
  test.for([
    ["localhost", 200],
    ["localhost:4173", 200],
    ["127.0.0.1:1", 200],
    ["[::1]:4173", 200],
    ["attacker.example", 403],
    ["192.168.0.7:4173", 403],
    ["localhost.attacker.example", 403],
  ] as const)("%s answers %i for a server of this machine", async ([host, status]) => {
    expect((await raw("/", { host })).status).toBe(status);
    expect((await raw("/local/repository.json", { host })).status).toBe(status);
  });

  test("of an address is right for a server of the network, of a foreign name is not", async () => {
    const open = await listen({ application: join(scratch, "dist"), host: "0.0.0.0", port: 0 });
    const statusFor = (host: string): Promise<number> =>
      new Promise((resolve) => request({ port: open.port, host: "127.0.0.1", headers: { host } }, ({ statusCode }) => resolve(statusCode ?? 0)).end());
    expect(await statusFor("192.168.0.7:4173")).toBe(200);
    expect(await statusFor("attacker.example")).toBe(403);
    await open.close();
  });
});

describe("the port", () => {
  let other: Server;
  let taken = 0;
  beforeAll(async () => {
    other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    taken = (other.address() as { port: number }).port;
  });
  afterAll(() => {
    other.close();
  });

  test("is the next free one when the usual one is taken", async () => {
    const next = await listen({ application: join(scratch, "dist"), port: taken });
    expect(next.port).toBeGreaterThan(taken);
    await next.close();
  });

  test("asked for by the user is taken or refused", async () => {
    await expect(listen({ application: join(scratch, "dist"), port: taken, exact: true })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
