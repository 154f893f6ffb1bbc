import { expect, it } from "vitest";
import type { RepositoryFile } from "../repositories/source.ts";
import { createDerivation } from "./derived.ts";
import type { DocumentFile } from "./document.ts";
import { reachableModels } from "./run-models.ts";

const CONFIG = 'name: "net"\nbackend: "identity"\ninput [{ name: "A", data_type: TYPE_FP32, dims: [1] }]\noutput [{ name: "B", data_type: TYPE_FP32, dims: [1] }]\n';

const opened = (size: number): RepositoryFile => ({ path: "net/1/weights.bin", size, blob: () => Promise.resolve(new Blob([new Uint8Array(size)])) });

function keyOf(weights: RepositoryFile, config = CONFIG): string | undefined {
  const files = new Map<string, DocumentFile>([
    ["net/config.pbtxt", { path: "net/config.pbtxt", text: config, saved: config }],
    ["net/1/weights.bin", { path: "net/1/weights.bin", file: weights }],
  ]);
  return reachableModels(createDerivation().repository(files), files, "net").get("net")?.contentKey;
}

it("a model has one key as long as its text and its opened files stay, and another for weights of the same size", () => {
  const weights = opened(4);
  expect(keyOf(weights)).toBe(keyOf(weights));
  expect(keyOf(opened(4))).not.toBe(keyOf(weights));
  expect(keyOf(weights, CONFIG.replace("identity", "fil"))).not.toBe(keyOf(weights));
});
