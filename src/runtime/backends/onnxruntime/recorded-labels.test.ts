import { gunzipSync } from "fflate";
import { expect, test } from "vitest";
import { decodeModel } from "../../../onnx/decode.ts";
import { encodeModel } from "../../../onnx/encode.ts";
import { feeds } from "../../../onnx/model.ts";
import { rewriteModel } from "../../../onnx/rewrite/rewrite.ts";
import { WEBGPU_REWRITES } from "../../../onnx/rewrite/webgpu-rewrites.ts";
import { readNpz } from "../../../tensor/npy.ts";
import { float32, runInNode } from "../../../testing/onnxruntime-node.ts";
import { readRecorded, readRecordedJson } from "../../../testing/recorded.ts";

interface Expected {
  input: { crop: [number, number][]; lo: number; hi: number };
}

/** A uint8 NIfTI volume, cropped and scaled to [0, 1], in C order with axis i first. */
function volume(file: Uint8Array, { crop, lo, hi }: Expected["input"]): { data: Float32Array; shape: number[] } {
  const view = new DataView(file.buffer, file.byteOffset);
  const [ni, nj] = [view.getInt16(42, true), view.getInt16(44, true)];
  expect(view.getInt16(70, true)).toBe(2);
  const start = view.getFloat32(108, true);
  const [[i0, i1], [j0, j1], [k0, k1]] = crop as [[number, number], [number, number], [number, number]];
  const shape = [i1 - i0, j1 - j0, k1 - k0];
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let at = 0;
  for (let i = i0; i < i1; i++)
    for (let j = j0; j < j1; j++)
      for (let k = k0; k < k1; k++) data[at++] = Math.min(1, Math.max(0, (file[start + i + ni * (j + nj * k)]! - lo) / (hi - lo)));
  return { data, shape };
}

test("a MeshNet as it is rewritten for WebGPU labels a real scan as recorded", { timeout: 300_000 }, async () => {
  const base = "models/meshnet/meshnet_gwm_5ch";
  const [bytes, scan, recorded] = await Promise.all([readRecorded(`${base}.onnx`), readRecorded("volumes/t1_brainchop.nii.gz"), readRecorded(`${base}_expected_128.npz`)]);
  const about = await readRecordedJson<Expected>(`${base}_expected_128.json`);
  if (bytes === undefined || scan === undefined || recorded === undefined || about === undefined) return console.info(`skipped: ${base} is not there`);
  const { data, shape } = volume(gunzipSync(scan), about.input);
  const model = decodeModel(bytes);
  const name = feeds(model.graph)[0]!.name;
  const { model: rewritten } = rewriteModel(model, { inputShapes: new Map([[name, [1, 1, ...shape]]]) }, WEBGPU_REWRITES);
  const [output] = Object.values(await runInNode(encodeModel(rewritten), { [name]: float32(data, [1, 1, ...shape]) }));
  const scores = output!.data as Float32Array;
  const arrays = readNpz(recorded);
  const labels = arrays.get("labels")!.data as Uint8Array;
  const lowMargin = arrays.get("low_margin")!.data as Uint8Array;
  const classes = output!.dims[1]!;
  let [differing, judged] = [0, 0];
  for (let v = 0; v < labels.length; v++) {
    if (((lowMargin[v >> 3]! >> (v & 7)) & 1) === 1) continue;
    judged++;
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[c * labels.length + v]! > scores[best * labels.length + v]!) best = c;
    if (best !== labels[v]) differing++;
  }
  expect(differing).toBe(0);
  expect(judged).toBeGreaterThan(2_000_000);
});
