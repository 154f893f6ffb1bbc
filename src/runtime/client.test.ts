import { expect, it } from "vitest";
import type { ErrorRecord } from "../base/errors.ts";
import { RuntimeClient, type RuntimePort } from "./client.ts";
import type { ToWorker } from "./protocol.ts";

/** A worker that starts, and fails every other request with this error. */
function failing(code: "MODEL_TOO_LARGE" | "ORT_RUN_FAILED", data: ErrorRecord["data"]): { client: RuntimeClient; spawned: () => number } {
  let count = 0;
  const spawn = (): RuntimePort => {
    count++;
    const port: RuntimePort = {
      onmessage: null,
      onerror: null,
      terminate: () => undefined,
      postMessage: (message: ToWorker) => {
        if (message.kind !== "request") return;
        const { id, name } = message;
        queueMicrotask(() => port.onmessage?.({ data: name === "start" ? { kind: "result", id, result: {} } : { kind: "error", id, error: { code, message: "no room", data } } }));
      },
    };
    return port;
  };
  return { client: new RuntimeClient(spawn), spawned: () => count };
}

it("a worker whose memory is used up is replaced for the next request, and one that only failed stays", async () => {
  for (const [code, data, workers] of [["MODEL_TOO_LARGE", { memorySpent: true }, 2], ["MODEL_TOO_LARGE", {}, 1], ["ORT_RUN_FAILED", {}, 1]] as const) {
    const { client, spawned } = failing(code, data);
    for (let i = 0; i < 2; i++) await expect(client.request("versions", {})).rejects.toMatchObject({ code });
    expect(spawned()).toBe(workers);
  }
});
