import { afterEach, beforeEach, expect, test } from "vitest";
import { openSession, type OpenSession } from "../testing/open-session.ts";
import type { LoadProtocol, LoadSweep } from "./load-sweep.ts";
import { runLoadSweep } from "./run-load-sweep.ts";
import { createServers, type ServersStore } from "./servers.ts";

const CONFIG = `backend: "identity"
max_batch_size: 4
input [{ name: "INPUT0" data_type: TYPE_FP32 dims: [ 2 ] }, { name: "INPUT1" data_type: TYPE_STRING dims: [ 1 ] }]
output [{ name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 2 ] }, { name: "OUTPUT1" data_type: TYPE_STRING dims: [ 1 ] }]
instance_group [{ kind: KIND_CPU }]
`;
const PROTOCOL: LoadProtocol = { concurrencies: [1], batches: [1, 3], requests: 2, warmup: 0, milliseconds: null, budget: null };

interface Sent {
  readonly json: { readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[]; readonly outputs?: readonly { readonly name: string }[] };
  readonly bytes: Uint8Array;
}

let open: OpenSession;
let sent: Sent[];
/** What happens when the server was sent so many inferences. */
let after: (count: number) => void;

/** A server that answers inferences without outputs, and gives its configuration where it is told one. */
function serversOf(config: object | undefined): ServersStore {
  const servers = createServers(async (url, init) => {
    const path = String(url).replace(/^.*(?=\/v2)/, "");
    if (path === "/v2") return Response.json({ name: "triton", version: "2.70.0" });
    if (path.endsWith("/config")) return config === undefined ? Response.json({ error: "no such thing" }, { status: 404 }) : Response.json(config);
    const body = new Uint8Array(await new Response(init?.body ?? null).arrayBuffer());
    const length = Number(new Headers(init?.headers).get("Inference-Header-Content-Length"));
    sent.push({ json: JSON.parse(new TextDecoder().decode(body.subarray(0, length))) as Sent["json"], bytes: body.subarray(length) });
    after(sent.length);
    return Response.json({ model_name: "echo", outputs: [] });
  });
  servers.add({ id: "lab", name: "lab", base: "http://lab.test", headers: {} });
  return servers;
}

function sweep(servers: ServersStore, more: { readonly here?: boolean; readonly protocol?: Partial<LoadProtocol>; readonly signal?: AbortSignal } = {}): Promise<LoadSweep> {
  const { here = false, protocol, signal = new AbortController().signal } = more;
  return runLoadSweep(open.session, servers, {
    model: "echo", here, servers: ["lab"], protocol: { ...PROTOCOL, ...protocol }, browser: "Chromium", signal, progress: () => undefined, found: () => undefined,
  });
}

beforeEach(async () => {
  sent = [];
  after = () => undefined;
  open = openSession(new Map([["echo/config.pbtxt", CONFIG], ["echo/1/.gitkeep", ""]]), false);
  await open.session.setInput("echo", "INPUT0", { kind: "files", files: [{ name: "x.json", blob: new Blob(["[[1, 2]]"]) }] });
  await open.session.setInput("echo", "INPUT1", { kind: "files", files: [{ name: "y.json", blob: new Blob(['[["ab"]]']) }] });
});
afterEach(() => open.session.dispose());

test("a server gets the inputs of the session, repeated to each batch, as binary tensors", async () => {
  const { results } = await sweep(serversOf({ max_batch_size: 8 }));
  expect(results).toMatchObject([{ side: { server: { name: "lab", product: "triton 2.70.0" } }, levels: [{ batch: 1, requests: 2 }, { batch: 3, requests: 2 }], stop: null }]);
  expect(sent.map(({ json }) => json.inputs.map(({ name, shape }) => `${name} ${shape.join("×")}`))).toEqual([
    ...Array.from({ length: 2 }, () => ["INPUT0 1×2", "INPUT1 1×1"]),
    ...Array.from({ length: 2 }, () => ["INPUT0 3×2", "INPUT1 3×1"]),
  ]);
  const { bytes } = sent.at(-1)!;
  expect([...new Float32Array(bytes.slice(0, 24).buffer)]).toEqual([1, 2, 1, 2, 1, 2]);
  expect([...bytes.subarray(24)]).toEqual(Array.from({ length: 3 }, () => [2, 0, 0, 0, 97, 98]).flat());
});

test("only the outputs that a run requests are asked for", async () => {
  open.session.setRequestedOutputs("echo", ["OUTPUT1"]);
  await sweep(serversOf({ max_batch_size: 8 }), { protocol: { batches: [1], requests: 1 } });
  expect(sent[0]!.json.outputs?.map(({ name }) => name)).toEqual(["OUTPUT1"]);
});

test("each side has its own largest batch; that of a server without a configuration is the folder's", async () => {
  const protocol = { batches: [1, 3, 8], requests: 1 };
  const { results } = await sweep(serversOf({ max_batch_size: 2 }), { here: true, protocol });
  expect(results.map(({ levels, stop }) => [levels.map(({ batch }) => batch), stop?.reason, stop?.batch])).toEqual([
    [[1, 3], "max-batch-size", 8],
    [[1], "max-batch-size", 3],
  ]);
  const [unknown] = (await sweep(serversOf(undefined), { protocol })).results;
  expect(unknown!.levels.map(({ batch }) => batch)).toEqual([1, 3]);
});

test("an edit ends all sides, since before and after cannot be compared", async () => {
  after = (count) => {
    if (count === 1) open.document.getState().edit([{ path: "echo/config.pbtxt", edits: [{ from: 0, to: 0, insert: "# edited\n" }] }], "typing");
  };
  const { results } = await sweep(serversOf({ max_batch_size: 4 }), { here: true, protocol: { requests: 1 } });
  expect(results.map(({ levels, stop }) => [levels.length, stop?.reason])).toEqual([[1, "edited"], [1, "edited"]]);
});

test("an input that is missing is said before anything is measured", async () => {
  open.session.clearInput("echo", "INPUT1");
  await expect(sweep(serversOf({}))).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  expect(sent).toEqual([]);
});
