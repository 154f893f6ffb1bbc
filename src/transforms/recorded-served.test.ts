// The transforms.json files of an ensemble that a Triton server ran with MONAI, read and run as they are.
import { describe, expect, it } from "vitest";
import { readNpz } from "../tensor/npy.ts";
import { typedData, type Tensor } from "../tensor/tensor.ts";
import { recordedVolume, sha256OfFloats, unpackBits } from "../testing/monai.ts";
import { readRecorded, readRecordedJson } from "../testing/recorded.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { loadCpuTable } from "./catalogue.ts";
import { parseChain } from "./chain.ts";
import { checkChain } from "./chain-infer.ts";
import { runChainOnCpu } from "./chain-run.ts";

type Dims = readonly [name: string, data_type: string, dims: number[]];

function configOf(input: readonly Dims[], output: readonly Dims[]): ModelConfig {
  const tensors = (list: readonly Dims[]): unknown[] => list.map(([name, data_type, dims]) => ({ name, data_type, dims }));
  return { max_batch_size: 4, input: tensors(input), output: tensors(output) } as unknown as ModelConfig;
}

const VOLUME = [-1, -1, -1, -1];
const PRE = configOf(
  [["IMAGE", "TYPE_FP32", [-1, -1, -1]], ["IMAGE_AFFINE", "TYPE_FP64", [4, 4]]],
  [["PREPROCESSED", "TYPE_FP32", VOLUME], ["GRID_AFFINE", "TYPE_FP64", [4, 4]]],
);
const POST = configOf([["LOGITS", "TYPE_FP32", VOLUME]], [["MASK", "TYPE_FP32", VOLUME], ["CONTOUR", "TYPE_FP32", VOLUME]]);

async function run(model: string, config: ModelConfig, inputs: ReadonlyMap<string, Tensor>): Promise<Map<string, Tensor> | undefined> {
  const path = `triton-e2e/repository/${model}/1/transforms.json`;
  const bytes = await readRecorded(path);
  if (bytes === undefined) return undefined;
  const { chain, diagnostics } = parseChain(new TextDecoder().decode(bytes), { file: path });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  if (chain === undefined) return undefined;
  expect(checkChain(chain, config, { file: path })).toEqual([]);
  return runChainOnCpu(chain, config, inputs, await loadCpuTable(chain));
}

describe("an ensemble's steps as Triton served them", async () => {
  const bytes = await readRecorded("triton-e2e/ts_example_ct_sm.npz");
  const volume = await recordedVolume("volumes/ts_example_ct_sm.nii.gz");
  const ends = await readRecordedJson<{ cases: { name: string; volume: string; size: number; file: string; input_sha256: string }[] }>("monai/e2e/index.json");
  if (bytes === undefined || volume === undefined || ends === undefined) {
    it.skip("triton-e2e, monai/e2e: not among the recorded reference data", () => {});
    return;
  }
  const served = readNpz(bytes);
  const whole = ends.cases.find(({ name }) => name === "e2e_ctsm_96_liver");

  it("preprocess gives the network the recorded input and the recorded grid", async () => {
    const inputs = new Map<string, Tensor>([
      ["IMAGE", { dataType: "TYPE_FP32", shape: [1, ...volume.shape], data: volume.data }],
      ["IMAGE_AFFINE", { dataType: "TYPE_FP64", shape: [1, 4, 4], data: volume.affine ?? new Float64Array(16) }],
    ]);
    const outputs = await run("preprocess", PRE, inputs);
    expect(await sha256OfFloats(outputs?.get("PREPROCESSED")?.data as Float32Array)).toBe(whole?.input_sha256);
    const wanted = typedData(served.get("MASK_AFFINE") as Tensor) as Float64Array;
    expect(outputs?.get("GRID_AFFINE")?.shape).toEqual([1, 4, 4]);
    const found = outputs?.get("GRID_AFFINE")?.data as Float64Array;
    found.forEach((value, n) => expect(value).toBeCloseTo(wanted[n] ?? NaN, 9));
  });

  it.each(ends.cases)("$name: the network's input is the recorded one", async ({ volume: path, size, input_sha256 }) => {
    const loaded = await recordedVolume(path);
    const transforms = [
      { _target_: "EnsureTyped", keys: "IMAGE" },
      { _target_: "AddChanneld", keys: "IMAGE" },
      { _target_: "ScaleIntensityRanged", keys: "IMAGE", a_min: -57, a_max: 164, b_min: 0, b_max: 1, clip: true },
      { _target_: "CropForegroundd", keys: "IMAGE", source_key: "IMAGE" },
      { _target_: "Resized", keys: "IMAGE", spatial_size: [size, size, size] },
    ];
    const { chain } = parseChain(JSON.stringify({ transforms, outputs: { OUT: "IMAGE" } }), { file: "m/1/transforms.json" });
    if (chain === undefined || loaded === undefined) expect.fail("no chain or no volume");
    const config = { ...configOf([["IMAGE", "TYPE_FP32", [-1, -1, -1]]], [["OUT", "TYPE_FP32", VOLUME]]), max_batch_size: 0 } as ModelConfig;
    const inputs = new Map<string, Tensor>([["IMAGE", { dataType: "TYPE_FP32", shape: loaded.shape, data: loaded.data }]]);
    const outputs = runChainOnCpu(chain, config, inputs, await loadCpuTable(chain));
    expect(await sha256OfFloats(outputs.get("OUT")?.data as Float32Array)).toBe(input_sha256);
  });

  it("postprocess makes the recorded mask and contour of the recorded labels", async () => {
    const recorded = await readRecorded(`monai/e2e/${whole?.file.split("/").at(-1)}`);
    const bits = (arrays: Map<string, Tensor>, key: string): Float32Array => unpackBits(typedData(arrays.get(key) as Tensor) as Uint8Array, 96 ** 3);
    const labels = bits(readNpz(recorded ?? new Uint8Array(0)), "argmax1");
    const logits = new Float32Array(2 * labels.length);
    logits.set(labels, labels.length);
    logits.fill(0.5, 0, labels.length);
    const outputs = await run("postprocess", POST, new Map([["LOGITS", { dataType: "TYPE_FP32", shape: [1, 2, 96, 96, 96], data: logits }]]));
    for (const name of ["MASK", "CONTOUR"]) {
      const found = outputs?.get(name)?.data as Float32Array;
      expect(bits(served, name).findIndex((value, n) => value !== found[n])).toBe(-1);
    }
  });
});
