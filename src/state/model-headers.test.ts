import { describe, expect, it } from "vitest";
import { ConchError } from "../base/errors.ts";
import type { OnnxHeader } from "../onnx/header.ts";
import { createDocumentStore, type DocumentFile } from "./document.ts";
import { createModelHeaders } from "./model-headers.ts";

function modelFile(path: string, size = 10): DocumentFile {
  return { path, file: { path, size, blob: () => Promise.resolve(new Blob([path])) } };
}

const HEADER = { fileSize: 10 } as OnnxHeader;

function opened(kind: "directory" | "http", ...files: DocumentFile[]) {
  const document = createDocumentStore();
  document.getState().open({ kind, name: "r", emptyFolders: [] }, files);
  return { document, headers: createModelHeaders(document) };
}

describe("headers of model files", () => {
  it("are read once per file and kept by path", async () => {
    const { document, headers } = opened("directory", modelFile("a/1/model.onnx"), modelFile("a/config.pbtxt"), modelFile("b/1/model.onnx"));
    const asked: string[] = [];
    await headers.begin(async (blob) => {
      asked.push(await (blob as Blob).text());
      return HEADER;
    });
    expect([...headers.getState().headers.keys()]).toEqual(["a/1/model.onnx", "b/1/model.onnx"]);
    document.getState().edit([{ path: "c/config.pbtxt", create: "" }], "typing");
    await headers.settled();
    expect(asked).toEqual(["a/1/model.onnx", "b/1/model.onnx"]);
  });

  it("are the reason where the file is to blame, and absent where the worker is", async () => {
    const { headers } = opened("directory", modelFile("a/1/model.onnx"), modelFile("b/1/model.onnx"));
    const empty = new ConchError("ONNX_EMPTY", "empty");
    await headers.begin(async (blob) => {
      throw (await (blob as Blob).text()).startsWith("a/") ? empty : new ConchError("WORKER_DIED", "gone");
    });
    expect([...headers.getState().headers]).toEqual([["a/1/model.onnx", empty]]);
  });

  it("are read again after another repository was opened, and of what was closed nothing stays", async () => {
    const { document, headers } = opened("directory", modelFile("a/1/model.onnx"));
    await headers.begin(() => Promise.resolve(HEADER));
    document.getState().open({ kind: "directory", name: "s", emptyFolders: [] }, [modelFile("z/1/model.onnx")]);
    await headers.settled();
    expect([...headers.getState().headers.keys()]).toEqual(["z/1/model.onnx"]);
    document.getState().close();
    await headers.settled();
    expect(headers.getState()).toEqual({ headers: new Map(), reading: false });
  });

  it("of large files are not fetched over the network", async () => {
    const { headers } = opened("http", modelFile("a/1/model.onnx", 1 << 30), modelFile("b/1/model.onnx"));
    await headers.begin(() => Promise.resolve(HEADER));
    expect([...headers.getState().headers.keys()]).toEqual(["b/1/model.onnx"]);
  });

  it("of large files are read once their bytes are at hand, and once only", async () => {
    const { document, headers } = opened("http", modelFile("a/1/model.onnx", 1 << 30));
    const file = document.getState().files.get("a/1/model.onnx")!.file!;
    let times = 0;
    const read = (): Promise<OnnxHeader> => Promise.resolve({ ...HEADER, fileSize: ++times });
    await Promise.all([headers.readNow(file, read), headers.readNow(file, read)]);
    await headers.readNow(file, read);
    expect([...headers.getState().headers]).toEqual([["a/1/model.onnx", { fileSize: 1 }]]);
    const failing = opened("http", modelFile("b/1/model.onnx"));
    await failing.headers.readNow(failing.document.getState().files.get("b/1/model.onnx")!.file!, () => Promise.reject(new ConchError("ONNX_EMPTY", "empty")));
    expect([...failing.headers.getState().headers.values()]).toMatchObject([{ code: "ONNX_EMPTY" }]);
  });
});
