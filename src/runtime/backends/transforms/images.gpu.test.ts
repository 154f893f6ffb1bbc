// The pre-processing of the image sample, on both placements, against what its model.py gives (training/make_pictures.py).
import { describe, expect, test } from "vitest";
import { fetchSample } from "../../../testing/open-session.ts";
import { configOf, execute, type Case } from "../../../testing/chain-model.ts";
import { withGpu } from "../../../testing/gpu.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import picturesText from "../../../transforms/image-open/pictures.json?raw";
import { createRunReport } from "../../run-report.ts";

const pictures = (JSON.parse(picturesText) as { cases: { name: string; file: string; size: [number, number]; preprocessed_sha256: string }[] }).cases;
const CONFIG = configOf([["raw_image", "TYPE_STRING", [1]]], [["preprocessed_output", "TYPE_FP32", [3, 128, 128]]], 64);
const PIXELS = 3 * 128 * 128;

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

const { files: sample } = await fetchSample("image", "forest.jpg");
const chain = JSON.parse(sample.get("image_preprocess_model/1/transforms.json") as string) as object;

function batchOf(files: readonly Uint8Array[]): Case {
  return { chain, config: CONFIG, inputs: { raw_image: { dataType: "TYPE_STRING", shape: [files.length, 1], data: files } } };
}

function floatsOf(outputs: ReadonlyMap<string, Tensor>): Float32Array {
  return outputs.get("preprocessed_output")!.data as Float32Array;
}

async function sha256(values: Float32Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", values.slice());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Steps between two floats, as integers order them. */
function ulps(a: Float32Array, b: Float32Array): number {
  const [x, y] = [a, b].map((values) => new Int32Array(values.slice().buffer).map((bits) => (bits < 0 ? -(bits & 0x7fffffff) : bits)));
  return x!.reduce((worst, value, index) => Math.max(worst, Math.abs(value - y![index]!)), 0);
}

describe("image_preprocess_model", () => {
  test("gives on KIND_CPU the bytes of model.py for every picture, in one batch of pictures of all sizes and formats", () =>
    withGpu(async (gpu) => {
      const { outputs, maps } = await execute(gpu, "cpu", batchOf(pictures.map(({ file }) => bytesOf(file))));
      const values = floatsOf(outputs);
      expect(maps).toBe(0);
      for (const [index, { name, preprocessed_sha256 }] of pictures.entries()) {
        expect(await sha256(values.subarray(index * PIXELS, (index + 1) * PIXELS)), name).toBe(preprocessed_sha256);
      }
    }));

  test("gives on KIND_GPU the same to 3 ULP, reads nothing back, and uploads the pixels alone", () =>
    withGpu(async (gpu) => {
      const files = pictures.map(({ file }) => bytesOf(file));
      const report = createRunReport(gpu);
      const found = await execute(gpu, "gpu", { ...batchOf(files), report });
      expect((await report.finish()).errors).toEqual([]);
      const expected = await execute(gpu, "cpu", batchOf(files));
      expect(ulps(floatsOf(found.outputs), floatsOf(expected.outputs))).toBeLessThanOrEqual(3);
      expect(found.maps).toBe(0);
      expect(found.uploaded).toEqual(pictures.map(({ size: [width, height] }) => ["image", width * height * 3]));
    }));

  test.each(["gpu", "cpu"] as const)("names the picture of a batch that cannot be decoded, on %s", (placement) =>
    withGpu(async (gpu) => {
      const files = [bytesOf(pictures[0]!.file), new TextEncoder().encode("<svg/>")];
      await expect(execute(gpu, placement, batchOf(files))).rejects.toMatchObject({ code: "PICTURE_UNSUPPORTED", data: { item: 1, path: "transforms[0]" } });
    }),
  );
});
