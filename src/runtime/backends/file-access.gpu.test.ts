import { describe, expect, it } from "vitest";
import { fileAccess } from "./file-access.ts";

const PATH = "/repositories/readability/bert-small/1/model.onnx";
const url = new URL(PATH, location.href).href;

describe("a file at a server", () => {
  it("is read by ranges, which end where the file does", async () => {
    const whole = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const file = fileAccess({ url, size: whole.byteLength }, PATH);
    expect(file.size).toBe(whole.byteLength);
    expect(await file.read(10, 30)).toEqual(whole.slice(10, 30));
    expect(await file.read(whole.byteLength - 5, whole.byteLength + 100)).toEqual(whole.slice(-5));
    expect(await file.read(whole.byteLength, whole.byteLength + 4)).toHaveLength(0);
  });

  it("of another size than was listed has changed", async () => {
    await expect(fileAccess({ url, size: 1000 }, PATH).read(0, 10)).rejects.toMatchObject({ code: "REPOSITORY_UNREADABLE", message: expect.stringContaining("expected 1000 bytes, found") });
  });

  it("that is gone says so", async () => {
    await expect(fileAccess({ url: `${url}.gone`, size: 1000 }, PATH).read(0, 10)).rejects.toMatchObject({ code: "REPOSITORY_UNREADABLE", data: { path: PATH } });
  });
});

describe("a file by handle", () => {
  it("is read by ranges", async () => {
    const file = fileAccess(new Blob([Uint8Array.of(1, 2, 3, 4)]), "w.bin");
    expect([...(await file.read(1, 3)), file.size]).toEqual([2, 3, 4]);
  });

  it("that another program has changed since names itself", async () => {
    const root = await navigator.storage.getDirectory();
    const name = `weights-${crypto.randomUUID()}`;
    const write = async (text: string): Promise<FileSystemFileHandle> => {
      const handle = await root.getFileHandle(name, { create: true });
      const writable = await handle.createWritable();
      await writable.write(text);
      await writable.close();
      return handle;
    };
    const file = fileAccess(await (await write("before")).getFile(), "net/1/w.bin");
    await write("something else");
    await expect(file.read(0, 4)).rejects.toMatchObject({ code: "REPOSITORY_UNREADABLE", message: expect.stringContaining("net/1/w.bin cannot be read") });
    await root.removeEntry(name);
  });
});
