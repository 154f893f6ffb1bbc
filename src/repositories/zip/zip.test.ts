import { array, assert as check, asyncProperty, constantFrom, string, tuple, uint8Array } from "fast-check";
import { zipSync, type Zippable } from "fflate";
import { describe, expect, it } from "vitest";
import { decodeSourceText } from "../../base/source-text.ts";
import { readText } from "../source.ts";
import { isZip, openZip } from "./open-zip.ts";
import { zipLength, zipStream, type ZipInput } from "./write-zip.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const archive = (files: Zippable) => new Blob([zipSync(files) as Uint8Array<ArrayBuffer>]);
const codeOf = (run: Promise<unknown>) => run.then(() => "nothing thrown", (error: { code?: string }) => error.code ?? String(error));

/** The archive with `value` written at `offset` from each occurrence of a signature. */
async function patched(blob: Blob, signature: number, offset: number, value: number, width: 2 | 4): Promise<Blob> {
  const data = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(data.buffer);
  for (let at = 0; at + 4 <= data.length; at++) {
    if (view.getUint32(at, true) !== signature) continue;
    if (width === 2) view.setUint16(at + offset, value, true);
    else view.setUint32(at + offset, value, true);
  }
  return new Blob([data]);
}

const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

describe("opening a zip", () => {
  it("finds the repository one folder deeper, keeps empty version folders and skips what is none of it", async () => {
    const source = await openZip(
      archive({
        "repo/": new Uint8Array(0),
        "repo/net/config.pbtxt": bytes('name: "net"'),
        "repo/net/1/model.onnx": [new Uint8Array(5000).fill(7), { level: 6 }],
        "repo/all/config.pbtxt": bytes('platform: "ensemble"'),
        "repo/all/1/": new Uint8Array(0),
        "__MACOSX/repo/._net": bytes("x"),
        "../evil.txt": bytes("x"),
      }),
      "download.zip",
    );
    expect(source.name).toBe("download");
    expect(source.files.map((file) => [file.path, file.size])).toEqual([["all/config.pbtxt", 20], ["net/1/model.onnx", 5000], ["net/config.pbtxt", 11]]);
    expect(source.emptyFolders).toEqual(["all/1"]);
    expect(source.report.root).toBe("repo");
    expect(source.report.entries.map((entry) => entry.reason)).toEqual(["hidden", "unsafe-path"]);
    expect(await readText(source.files[2]!)).toBe('name: "net"');
    const model = new Uint8Array(await (await source.files[1]!.blob()).arrayBuffer());
    expect(model).toEqual(new Uint8Array(5000).fill(7));
  });

  it("gives a stored file as a slice of the archive", async () => {
    const source = await openZip(archive({ "net/1/model.onnx": [bytes("weights"), { level: 0 }] }), "a.zip");
    expect(await (await source.files[0]!.blob()).text()).toBe("weights");
  });

  it.each<[string, () => Blob | Promise<Blob>, string]>([
    ["something else", () => new Blob(["no archive"]), "ZIP_INVALID"],
    ["an empty file", () => new Blob([]), "ZIP_INVALID"],
    ["a cut archive", () => archive({ "a/config.pbtxt": bytes("x") }).slice(0, 60), "ZIP_INVALID"],
    ["a password", async () => patched(await patched(archive({ "a/config.pbtxt": bytes("x") }), CENTRAL, 8, 1, 2), LOCAL, 6, 1, 2), "ZIP_ENCRYPTED"],
    ["an impossible growth", () => patched(archive({ "a/config.pbtxt": [new Uint8Array(100), { level: 9 }] }), CENTRAL, 24, 900_000_000, 4), "ZIP_INVALID"],
    ["overlapping entries", () => patched(archive({ "a/config.pbtxt": [bytes("12"), { level: 0 }], "b/config.pbtxt": [bytes("12"), { level: 0 }] }), CENTRAL, 42, 0, 4), "ZIP_INVALID"],
  ])("%s is refused", async (_, make, code) => {
    expect(await codeOf(openZip(await make(), "a.zip"))).toBe(code);
  });

  it("more files or bytes than the limits are refused before anything is unpacked", async () => {
    const blob = archive({ "a/config.pbtxt": bytes("x"), "a/1/model.onnx": new Uint8Array(2000) });
    expect(await codeOf(openZip(blob, "a.zip", {}, { entries: 1, bytes: 1e9, grown: 1e9 }))).toBe("ZIP_TOO_LARGE");
    expect(await codeOf(openZip(blob, "a.zip", {}, { entries: 10, bytes: 1000, grown: 1e9 }))).toBe("ZIP_TOO_LARGE");
  });

  it("an archive that grows far more than models do is refused before anything is unpacked", async () => {
    const blob = archive({ "a/config.pbtxt": bytes("x"), "a/1/model.onnx": [new Uint8Array(1_000_000), { level: 9 }] });
    expect(await codeOf(openZip(blob, "a.zip", {}, { entries: 10, bytes: 1e9, grown: 100_000 }))).toBe("ZIP_TOO_LARGE");
    expect((await openZip(blob, "a.zip", {}, { entries: 10, bytes: 1e9, grown: 1_000_001 })).files).toHaveLength(2);
  });

  it("is refused wherever it was cut off", async () => {
    const whole = archive({ "a/config.pbtxt": bytes('name: "a"'), "a/1/model.onnx": [bytes("weights"), { level: 0 }] });
    for (let length = 0; length < whole.size; length++) expect(await codeOf(openZip(whole.slice(0, length), "a.zip")), `${length} bytes`).toBe("ZIP_INVALID");
  });

  it.each([["../evil.txt"], ["a/../../evil.txt"], ["a/../evil.txt"], ["..\\evil.txt"], ["a\\..\\..\\evil.txt"], ["C:\\evil.txt"], ["a/ev\u0001é.txt"], [`a/${"x".repeat(1100)}`]])(
    "the entry %j is left out and said, and the rest is taken",
    async (path) => {
      const source = await openZip(archive({ "a/config.pbtxt": bytes("x"), [path]: bytes("evil") }), "a.zip");
      expect(source.files.map((file) => file.path)).toEqual(["a/config.pbtxt"]);
      expect(source.report.entries).toEqual([{ path, outcome: "skipped", reason: "unsafe-path" }]);
    },
  );

  it("an absolute path lies inside the repository", async () => {
    const source = await openZip(archive({ "a/config.pbtxt": bytes("x"), "/a/1/model.onnx": bytes("1") }), "a.zip");
    expect(source.files.map((file) => file.path)).toEqual(["a/1/model.onnx", "a/config.pbtxt"]);
  });

  it("an archive within it stays one file", async () => {
    const inner = zipSync({ "b/config.pbtxt": bytes("y") });
    const source = await openZip(archive({ "a/config.pbtxt": bytes("x"), "a/1/inner.zip": [inner, { level: 0 }] }), "a.zip");
    expect(source.files.map((file) => [file.path, file.size])).toEqual([["a/1/inner.zip", inner.length], ["a/config.pbtxt", 1]]);
  });

  it("a file that unpacks to another content than announced is unreadable", async () => {
    const wrong = await patched(archive({ "a/config.pbtxt": [bytes("aaaaaaaaaaaaaaaaaaaa"), { level: 9 }] }), CENTRAL, 24, 10, 4);
    const source = await openZip(await patched(wrong, LOCAL, 22, 10, 4), "a.zip");
    expect(await codeOf(source.files[0]!.blob())).toBe("REPOSITORY_UNREADABLE");
  });

  it("stops when it is cancelled", async () => {
    const blob = archive({ "a/config.pbtxt": bytes("x") });
    await expect(openZip(blob, "a.zip", { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});

describe("writing a zip", () => {
  const files: ZipInput[] = [
    { path: "net/config.pbtxt", size: 0, content: 'name: "nét"\n' },
    { path: "net/1/model.onnx", size: 4, content: () => Promise.resolve(new Blob([Uint8Array.of(1, 2, 3, 4)])) },
    { path: "net/labels.txt", size: 0, content: "\ufeffa\0\r\n\udcff" },
    { path: "all/1/.gitkeep", size: 0, content: "" },
  ];

  it("is undone by opening, folders without files included", async () => {
    const written = await new Response(zipStream(files, ["other/1"], new Date(2026, 0, 1)) as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
    expect(isZip(new Uint8Array(await written.slice(0, 4).arrayBuffer()))).toBe(true);
    const source = await openZip(written, "a.zip");
    expect(source.files.map((file) => file.path)).toEqual(["all/1/.gitkeep", "net/1/model.onnx", "net/config.pbtxt", "net/labels.txt"]);
    expect(source.emptyFolders).toEqual(["other/1"]);
    expect(await readText(source.files[2]!)).toBe('name: "nét"\n');
    expect(new Uint8Array(await (await source.files[3]!.blob()).arrayBuffer())).toEqual(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0, 13, 10, 0xff));
    expect(new Uint8Array(await (await source.files[1]!.blob()).arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(written.size).toBe(zipLength(files, ["other/1"]));
  });

  it("is undone by opening whatever names and bytes the files have", async () => {
    const name = string({ unit: constantFrom("a", "Z", "é", "脾", "😀", " ", "-", "_", "1", "+", "%", "#"), minLength: 1, maxLength: 12 }).filter((each) => each.trim() !== "");
    const file = tuple(name, uint8Array({ maxLength: 60 }), constantFrom("text", "bytes"));
    await check(
      asyncProperty(array(file, { maxLength: 6 }), array(name, { maxLength: 3 }), async (drawn, folders) => {
        const contents = new Map<string, Uint8Array<ArrayBuffer>>([["m/config.pbtxt", bytes('name: "m"')]]);
        const inputs: ZipInput[] = [{ path: "m/config.pbtxt", size: 9, content: 'name: "m"' }];
        for (const [stem, data, kind] of drawn) {
          const path = `m/1/${stem}.txt`;
          if (contents.has(path)) continue;
          const own = data.slice();
          contents.set(path, own);
          inputs.push({ path, size: own.length, content: kind === "text" ? decodeSourceText(own) : () => Promise.resolve(new Blob([own])) });
        }
        const empty = [...new Set(folders.map((folder) => `m/empty ${folder}`))].sort();
        const written = await new Response(zipStream(inputs, empty, new Date(2026, 0, 1)) as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
        const source = await openZip(written, "a.zip");
        expect(source.report.entries).toEqual([]);
        expect([...source.emptyFolders].sort()).toEqual(empty);
        expect(source.files.map(({ path }) => path).sort()).toEqual([...contents.keys()].sort());
        for (const { path, size, blob } of source.files) {
          expect(size).toBe(contents.get(path)?.length);
          expect(new Uint8Array(await (await blob()).arrayBuffer())).toEqual(contents.get(path));
        }
      }),
    );
  });
});
