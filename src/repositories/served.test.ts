import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveFolder } from "./http/serve-folder.mjs";
import { openHttp } from "./http/open-http.ts";
import { listSamples, openSample, sampleExamples } from "./sample/samples.ts";
import { readSampleIndex } from "./sample/vite-plugin.mjs";
import { readText } from "./source.ts";

let folder: string;
let server: Server;
let origin: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conch-served-"));
  await mkdir(join(folder, "repositories/demo/net/1"), { recursive: true });
  await mkdir(join(folder, "repositories/demo/all/1"), { recursive: true });
  await mkdir(join(folder, "repositories/demo/.git"), { recursive: true });
  await mkdir(join(folder, "examples/demo"), { recursive: true });
  await writeFile(join(folder, "repositories/demo/README.md"), "# The **demo**\n\nFinds `nothing`\nat all.\n\nMore.\n");
  await writeFile(join(folder, "repositories/demo/net/config.pbtxt"), 'name: "net"\n');
  await writeFile(join(folder, "repositories/demo/net/1/model with space.onnx"), "0123456789");
  await writeFile(join(folder, "repositories/demo/all/config.pbtxt"), 'platform: "ensemble"\n');
  await writeFile(join(folder, "repositories/demo/.git/HEAD"), "secret");
  await writeFile(join(folder, "examples/demo/a.nii.gz"), "not really");
  await writeFile(join(folder, "outside.txt"), "secret");
  await symlink(join(folder, "outside.txt"), join(folder, "repositories/demo/link.txt"));
  const handler = serveFolder(join(folder, "repositories/demo"), { base: "/local" });
  server = createServer((req, res) => void handler(req, res, () => res.writeHead(404).end()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

/** A request whose path and headers arrive as they are written (fetch would resolve dots and set Host). */
function raw(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${origin}/`, { path, headers, method }, (response) => {
      let body = "";
      response.on("data", (part: Buffer) => (body += part.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

describe("a folder on the local server", () => {
  it("gives small files with its list, and asks for them when they are read again", async () => {
    const asked: string[] = [];
    const source = await openHttp(`${origin}/local`, (url, init) => (asked.push(new URL(url).pathname), fetch(url, init)));
    const config = source.files.find(({ path }) => path === "net/config.pbtxt")!;
    expect(await readText(config)).toBe('name: "net"\n');
    expect(asked).toEqual(["/local/repository.json"]);
    expect(await readText(config)).toBe('name: "net"\n');
    expect(asked).toEqual(["/local/repository.json", "/local/files/net/config.pbtxt"]);
  });

  it("opens with its empty version folder and without hidden files and links", async () => {
    const source = await openHttp(`${origin}/local`, fetch);
    expect(source.name).toBe("demo");
    expect(source.files.map((file) => [file.path, file.size])).toEqual([
      ["README.md", 47], ["all/config.pbtxt", 21], ["net/1/model with space.onnx", 10], ["net/config.pbtxt", 12],
    ]);
    expect(source.emptyFolders).toEqual(["all/1"]);
    expect(await readText(source.files[3]!)).toBe('name: "net"\n');
    expect((await source.files[2]!.blob()).size).toBe(10);
  });

  it.each<[string, string, Record<string, string>, string, number, string]>([
    ["a part of a file", "/local/files/net/1/model%20with%20space.onnx", { Range: "bytes=2-4" }, "GET", 206, "234"],
    ["the end of a file", "/local/files/net/1/model%20with%20space.onnx", { Range: "bytes=8-" }, "GET", 206, "89"],
    ["a part behind the end", "/local/files/net/1/model%20with%20space.onnx", { Range: "bytes=10-" }, "GET", 416, ""],
    ["a path that climbs", "/local/files/../../../outside.txt", {}, "GET", 404, ""],
    ["a path that climbs encoded", "/local/files/%2e%2e/%2e%2e/outside.txt", {}, "GET", 404, ""],
    ["a path that climbs by backslash", "/local/files/..%5c..%5coutside.txt", {}, "GET", 404, ""],
    ["a link that leads out", "/local/files/link.txt", {}, "GET", 404, ""],
    ["a hidden file", "/local/files/.git/HEAD", {}, "GET", 404, ""],
    ["a folder", "/local/files/net", {}, "GET", 404, ""],
    ["a broken escape", "/local/files/%zz", {}, "GET", 400, ""],
    ["a foreign host name", "/local/repository.json", { Host: "evil.example" }, "GET", 403, ""],
    ["writing", "/local/files/net/config.pbtxt", {}, "PUT", 405, ""],
    ["what lies elsewhere", "/other", {}, "GET", 404, ""],
  ])("answers %s as it must", async (_, path, headers, method, status, body) => {
    expect(await raw(path, headers, method)).toEqual({ status, body });
  });
});

describe("samples", () => {
  it("are listed with title, summary, files and examples", async () => {
    expect((await readSampleIndex(folder)).repositories).toEqual([
      {
        name: "demo",
        title: "The demo",
        summary: "Finds nothing at all.",
        files: [
          { path: "README.md", size: 47 }, { path: "all/config.pbtxt", size: 21 }, { path: "net/1/model with space.onnx", size: 10 }, { path: "net/config.pbtxt", size: 12 },
        ],
        emptyFolders: ["all/1"],
        examples: [{ path: "a.nii.gz", size: 10 }],
      },
    ]);
    expect(await readSampleIndex(join(folder, "nowhere"))).toEqual({ repositories: [] });
  });

  it("open by the URLs of their files", async () => {
    const asked: string[] = [];
    const index = await readSampleIndex(folder);
    const fake = (url: string) => {
      asked.push(url);
      return Promise.resolve(url.endsWith("index.json") ? Response.json(index) : new Response("0123456789"));
    };
    const [sample] = await listSamples("/app/", fake);
    const source = openSample(sample!, "/app/", fake);
    await source.files[2]!.blob();
    await sampleExamples(sample!, "/app/", fake)[0]!.blob();
    expect(asked).toEqual(["/app/repositories/index.json", "/app/repositories/demo/net/1/model%20with%20space.onnx", "/app/examples/demo/a.nii.gz"]);
  });

  it.each<[string, () => Response, RegExp]>([
    ["a web page instead of the list", () => new Response("<html>", { headers: { "Content-Type": "text/html" } }), /found a web page/],
    ["a missing list", () => new Response("", { status: 404 }), /answered 404/],
    ["no JSON", () => new Response("{"), /is no JSON/],
    ["another JSON", () => Response.json({ repositories: [{ name: 1 }] }), /no list of files/],
  ])("%s is an unreadable repository", async (_, answer, message) => {
    await expect(listSamples("/", () => Promise.resolve(answer()))).rejects.toMatchObject({ code: "REPOSITORY_UNREADABLE", message: expect.stringMatching(message) as string });
  });

  it("a file of another size than listed is refused, unless a server may have unpacked it", async () => {
    const source = openSample({ name: "x", title: "", summary: "", files: [{ path: "a/1/model.onnx", size: 3 }], emptyFolders: [], examples: [{ path: "v.nii.gz", size: 3 }] }, "/", () =>
      Promise.resolve(new Response("12345")));
    await expect(source.files[0]!.blob()).rejects.toThrow(/expected 3 bytes, found 5/);
    const sample = { name: "x", title: "", summary: "", files: [], emptyFolders: [], examples: [{ path: "v.nii.gz", size: 3 }] };
    expect((await sampleExamples(sample, "/", () => Promise.resolve(new Response("12345")))[0]!.blob()).size).toBe(5);
  });
});
