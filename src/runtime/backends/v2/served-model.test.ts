import { afterEach, describe, expect, it } from "vitest";
import { isAbort, toErrorRecord } from "../../../base/errors.ts";
import { httpServer, type TestServer } from "../../../testing/v2-server.ts";
import { newMessage } from "../../../triton/model-config/new-message.ts";
import type { ExecuteRequest, RuntimeTensor } from "../backend.ts";
import type { ModelServer, ModelUpload } from "../../protocol.ts";
import { servedModel } from "./served-model.ts";

const SECRET = "Bearer very-secret";
const opened: TestServer[] = [];

afterEach(() => {
  for (const server of opened.splice(0)) server.close();
});

interface Seen {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly json: { readonly inputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly parameters: { readonly binary_data_size: number } }[]; readonly outputs: readonly { readonly name: string }[] };
  readonly binary: Buffer;
}

/** Doubles FP32 tensors; `before` may answer in its place. */
async function doubling(seen: Seen[], before: (count: number) => { status: number; error: string } | undefined = () => undefined): Promise<string> {
  const server = await httpServer((request, body, response) => {
    const length = Number(request.headers["inference-header-content-length"]);
    const json = JSON.parse(body.subarray(0, length).toString()) as Seen["json"];
    seen.push({ path: request.url ?? "", authorization: request.headers.authorization, json, binary: body.subarray(length) });
    const instead = before(seen.length);
    if (instead !== undefined) {
      response.writeHead(instead.status, { "Content-Type": "application/json" }).end(JSON.stringify({ error: instead.error }));
      return;
    }
    const values = new Float32Array(new Uint8Array(body.subarray(length)).buffer).map((value) => value * 2);
    const head = Buffer.from(JSON.stringify({ model_name: "m", model_version: "1", outputs: [{ name: "OUT", datatype: "FP32", shape: json.inputs[0]!.shape, parameters: { binary_data_size: values.byteLength } }] }));
    response
      .writeHead(200, { "Content-Type": "application/octet-stream", "Inference-Header-Content-Length": String(head.byteLength) })
      .end(Buffer.concat([head, Buffer.from(values.buffer)]));
  });
  opened.push(server);
  return server.base;
}

function upload(base: string, server: Partial<ModelServer> = {}): ModelUpload {
  return {
    name: "m", version: 1, config: newMessage("ModelConfig"), contentKey: "m", files: [],
    server: { id: base, name: "Lab", base, headers: { Authorization: SECRET }, repeatable: true, ...server },
  };
}

function request(values: readonly number[], signal = new AbortController().signal): ExecuteRequest {
  const tensor: RuntimeTensor = { location: "host", tensor: { dataType: "TYPE_FP32", shape: [values.length], data: Float32Array.from(values) } };
  return { inputs: new Map([["IN", tensor]]), requestedOutputs: ["OUT"], signal, report: undefined, progress: () => undefined };
}

describe("a model on a server", () => {
  it("sends its inputs as binary, with the connection's headers, and gives the answer's tensors", async () => {
    const seen: Seen[] = [];
    const outputs = await servedModel(upload(await doubling(seen)), undefined).execute(request([1, 2.5]));
    expect(outputs.get("OUT")).toEqual({ location: "host", tensor: { dataType: "TYPE_FP32", shape: [2], data: Float32Array.of(2, 5) } });
    expect(seen[0]).toMatchObject({ path: "/v2/models/m/infer", authorization: SECRET, json: { outputs: [{ name: "OUT" }] } });
    expect(seen[0]?.binary.byteLength).toBe(8);
  });

  it("asks for a version where one is named", async () => {
    const seen: Seen[] = [];
    await servedModel(upload(await doubling(seen)), 3).execute(request([1]));
    expect(seen[0]?.path).toBe("/v2/models/m/versions/3/infer");
  });

  it("tries again what was turned away, and not what was refused for good", async () => {
    const seen: Seen[] = [];
    const busy = (count: number) => (count === 1 ? { status: 503, error: "queue is full" } : undefined);
    const outputs = await servedModel(upload(await doubling(seen, busy)), undefined).execute(request([4]));
    expect(outputs.get("OUT")).toMatchObject({ tensor: { data: Float32Array.of(8) } });
    expect(seen).toHaveLength(2);
  });

  it("fails with Triton's message and the names of model and server, and without the headers", async () => {
    const base = await doubling([], () => ({ status: 400, error: "unexpected shape for input 'IN'" }));
    const thrown = await servedModel(upload(base), undefined).execute(request([1])).catch((error: unknown) => error);
    const record = toErrorRecord(thrown);
    expect(record).toMatchObject({ code: "V2_REFUSED", data: { status: 400, model: "m", on: "Lab" } });
    expect(record.message).toMatch(/^model 'm' on server 'Lab': .*unexpected shape for input 'IN'/);
    expect(JSON.stringify(record)).not.toContain(SECRET);
  });

  it("says that nobody is there", async () => {
    const base = await doubling([]);
    opened.splice(0)[0]!.close();
    await expect(servedModel(upload(base), undefined).execute(request([1]))).rejects.toMatchObject({ code: "V2_UNREACHABLE", data: { on: "Lab" } });
  });

  it("closes its request when it is cancelled", async () => {
    const controller = new AbortController();
    let closed = (): void => undefined;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const server = await httpServer((_, __, response) => {
      response.on("close", closed);
      controller.abort();
    });
    opened.push(server);
    await expect(servedModel(upload(server.base), undefined).execute(request([1], controller.signal))).rejects.toSatisfy(isAbort);
    await gone;
  });

  it("cannot be one whose server the worker does not know", () => {
    const { server: _, ...unknown } = upload("http://127.0.0.1:1");
    expect(() => servedModel(unknown, undefined)).toThrow(expect.objectContaining({ code: "MODEL_NOT_RUNNABLE" }));
  });
});
