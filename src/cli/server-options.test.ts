import { expect, test } from "vitest";
import { DEFAULT_SERVER } from "../triton/loading/server.ts";
import { serverOf, type ServerValues } from "./server-options.mjs";

const NOTHING: ServerValues = { "no-auto-complete": false, "default-max-batch-size": "4" };

test.for([
  [{}, {}],
  [{ "no-auto-complete": true }, { autoComplete: false }],
  [{ "default-max-batch-size": "0" }, { defaultMaxBatchSize: 0 }],
  [{ gpus: "" }, { gpus: [] }],
  [{ gpus: "0" }, { gpus: [] }],
  [{ gpus: "2" }, { gpus: [0, 1] }],
  [{ gpus: "1," }, { gpus: [1] }],
  [{ gpus: "3, 0,3" }, { gpus: [0, 3] }],
  [{ backends: "" }, { backends: new Set() }],
  [{ backends: "python, onnxruntime" }, { backends: new Set(["python", "onnxruntime"]) }],
  [{ "repository-agents": "checksum" }, { repositoryAgents: new Set(["checksum"]) }],
] as const)("%j", ([given, expected]) => expect(serverOf({ ...NOTHING, ...given })).toEqual({ ...DEFAULT_SERVER, ...expected }));

test.for(["two", "-1", "0,x", ",", "1.5", "65", "12345,"])("--gpus %s is refused", (gpus) => {
  expect(() => serverOf({ ...NOTHING, gpus })).toThrow(`--gpus takes`);
});
