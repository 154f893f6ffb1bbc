import { describe, expect, it } from "vitest";
import { applyEdits } from "../base/text-edit.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { loadCpuTable, OPENING_TRANSFORMS, TRANSFORMS } from "./catalogue.ts";
import { parseChain, type TransformChain } from "./chain.ts";
import { checkChain, inferChain } from "./chain-infer.ts";
import { runChainOnCpu } from "./chain-run.ts";
import { TRANSFORM_SPECS } from "./specs.ts";

const LOCATION = { model: "preprocess", file: "preprocess/1/transforms.json" };

const SCALE = { _target_: "ScaleIntensityRanged", keys: "image", a_min: 0, a_max: 10, b_min: 0, b_max: 1 };

/** A file around transforms of the key "image". */
function fileOf(transforms: unknown, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ inputs: { image: "IN" }, transforms, outputs: { OUT: "image" }, ...more });
}

function chainOf(text: string): TransformChain {
  const { chain, diagnostics } = parseChain(text, LOCATION);
  if (chain === undefined) throw new Error(JSON.stringify(diagnostics));
  return chain;
}

type Dims = readonly [name: string, data_type: string, dims: number[]];

function configOf(max_batch_size: number, input: readonly Dims[], output: readonly Dims[]): ModelConfig {
  const tensors = (list: readonly Dims[]): unknown[] => list.map(([name, data_type, dims]) => ({ name, data_type, dims }));
  return { max_batch_size, input: tensors(input), output: tensors(output) } as unknown as ModelConfig;
}

const floats = (shape: readonly number[], ...values: number[]): Tensor => ({ dataType: "TYPE_FP32", shape, data: Float32Array.from(values) });

async function run(chain: TransformChain, config: ModelConfig, inputs: Record<string, Tensor>): Promise<Map<string, Tensor>> {
  return runChainOnCpu(chain, config, new Map(Object.entries(inputs)), await loadCpuTable(chain));
}

describe("parseChain", () => {
  it.each(["ScaleIntensityRange", "ScaleIntensityRanged", "ScaleIntensityRangeD", "ScaleIntensityRangeDict", "monai.transforms.ScaleIntensityRanged", "monai.transforms.intensity.dictionary.ScaleIntensityRanged"])(
    "knows %s",
    (_target_) => {
      const [step] = chainOf(fileOf([{ ...SCALE, _target_ }])).steps;
      expect(step).toMatchObject({ keys: ["image"], parameters: { a_min: { value: 0, integer: true }, clip: false, dtype: "float32" } });
      expect(step?.spec.name).toBe("ScaleIntensityRange");
    },
  );

  it("reads AddChanneld as EnsureChannelFirstd without channel", () => {
    const [step] = chainOf(fileOf([{ _target_: "monai.transforms.AddChanneld", keys: ["image"] }])).steps;
    expect([step?.spec.name, step?.parameters["channel_dim"]]).toEqual(["EnsureChannelFirst", "no_channel"]);
  });

  it("takes a Compose, nested too, as the list that it holds", () => {
    const { steps } = chainOf(fileOf({ _target_: "Compose", transforms: [SCALE, { _target_: "monai.transforms.Compose", transforms: [SCALE] }] }));
    expect(steps.map((step) => step.path)).toEqual(["transforms.transforms[0]", "transforms.transforms[1].transforms[0]"]);
  });

  it("splits a step whose parameters are given per key", () => {
    const text = fileOf([{ _target_: "CopyItemsd", keys: "image", names: "label" }, { _target_: "AsDiscreted", keys: ["image", "label"], argmax: [true, false], to_onehot: 2 }]);
    expect(chainOf(text).steps.slice(1).map(({ keys, parameters }) => [keys, parameters["argmax"], parameters["to_onehot"]])).toEqual([
      [["image"], true, 2],
      [["label"], false, 2],
    ]);
  });

  it.each([
    ["1.2", true],
    ["1.4.1", true],
    ["1.5", false],
    [undefined, false],
  ])("takes the defaults of MONAI %s and says where they changed", (monai, allow_smaller) => {
    const text = fileOf([{ _target_: "CropForegroundd", keys: "image", source_key: "image" }], monai === undefined ? {} : { monai });
    const { chain, diagnostics } = parseChain(text, LOCATION);
    expect(chain?.steps[0]?.parameters["allow_smaller"]).toBe(allow_smaller);
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([["TRANSFORM_DEFAULT_CHANGED", "info"]]);
  });

  it.each<[string, string, string, string]>([
    ["TRANSFORMS_SYNTAX", '{"transforms": [,]}', ",", "found ,"],
    ["TRANSFORMS_STRUCTURE", "[]", "[]", "is an object"],
    ["TRANSFORMS_STRUCTURE", '{"transforms": [], "output": {}}', '"output"', "inputs, transforms, outputs, monai"],
    ["TRANSFORMS_STRUCTURE", '{"inputs": {"image": 3}, "transforms": []}', "3", "needs a string"],
    ["TRANSFORMS_STRUCTURE", '{"inputs": {}}', '{"inputs": {}}', "transforms is missing"],
    ["TRANSFORM_UNKNOWN", '{"transforms": [{"_target_": "Gausian", "keys": "a"}]}', '"Gausian"', "ScaleIntensityRanged, CropForegroundd"],
    ["TRANSFORM_UNKNOWN", '{"transforms": [{"_target_": "torch.Resized", "keys": "a"}]}', '"torch.Resized"', "does not know"],
    ["TRANSFORM_PARAMETER_MISSING", '{"transforms": [{"_target_": "EnsureTyped"}]}', '{"_target_": "EnsureTyped"}', "needs keys"],
    ["TRANSFORM_PARAMETER_MISSING", '{"transforms": [{"_target_": "Resized", "keys": "a"}]}', '{"_target_": "Resized", "keys": "a"}', "spatial_size"],
    ["TRANSFORM_PARAMETER_UNKNOWN", '{"transforms": [{"_target_": "Resized", "keys": "a", "spatial_size": [1], "size": 2}]}', '"size"', "it has keys, spatial_size"],
    ["TRANSFORM_PARAMETER_INVALID", '{"transforms": [{"_target_": "Resized", "keys": "a", "spatial_size": "big"}]}', '"big"', "an integer or a list of integers"],
    ["TRANSFORM_PARAMETER_INVALID", '{"transforms": [{"_target_": "Resized", "keys": "a", "spatial_size": [1], "mode": "bicubic"}]}', '"bicubic"', "trilinear"],
    ["TRANSFORM_PARAMETER_INVALID", '{"transforms": [{"_target_": "Resized", "keys": "a", "spatial_size": [1], "anti_aliasing": true}]}', "true", "false is"],
    ["TRANSFORM_PARAMETER_INVALID", '{"transforms": [{"_target_": "CastToTyped", "keys": "a", "dtype": "uint16"}]}', '"uint16"', "float32"],
    ["TRANSFORM_REFERENCE", '{"transforms": [{"_target_": "Resized", "keys": "a", "spatial_size": "@size"}]}', '"@size"', "write the value"],
    ["TRANSFORM_REFERENCE", '{"transforms": [{"_target_": "CastToTyped", "keys": "a", "dtype": "$torch.float32"}]}', '"$torch.float32"', "write the value"],
    ["TRANSFORM_KEY_UNKNOWN", '{"inputs": {"a": "A"}, "transforms": [{"_target_": "EnsureTyped", "keys": "b"}]}', '"b"', "the keys are a"],
    ["TRANSFORM_KEY_UNKNOWN", '{"inputs": {"a": "A", "a_affine": "B"}, "transforms": [{"_target_": "EnsureTyped", "keys": "a_affine"}]}', '"a_affine"', "is the affine"],
    ["TRANSFORM_KEY_UNKNOWN", '{"inputs": {"a": "A"}, "transforms": [], "outputs": {"O": "c"}}', '"c"', "no key"],
    ["TRANSFORM_KEY_UNKNOWN", '{"inputs": {"a": "A"}, "transforms": [{"_target_": "CropForegroundd", "keys": "a", "source_key": "m", "allow_smaller": true}]}', '"m"', "the keys are a"],
  ])("%s points at the text and says what is known: %s", (code, text, at, message) => {
    const { chain, diagnostics } = parseChain(text, LOCATION);
    expect(chain).toBeUndefined();
    const [first] = diagnostics;
    expect(first).toMatchObject({ code, severity: "error", file: LOCATION.file, model: "preprocess", message: expect.stringContaining(message) });
    expect(text.slice(first?.from, first?.to)).toBe(at);
  });

  it.each([
    ['{"transforms": [{"_target_": "LoadImaged", "keys": "a"}, {"_target_": "EnsureTyped", "keys": "a"}]}', '{"transforms": [{"_target_": "EnsureTyped", "keys": "a"}]}'],
    ['{"transforms": [{"_target_": "EnsureTyped", "keys": "a"}, {"_target_": "monai.transforms.LoadImaged", "keys": "a"} ]}', '{"transforms": [{"_target_": "EnsureTyped", "keys": "a"} ]}'],
    ['{"transforms": [ {"_target_": "LoadImaged", "keys": "a"} ]}', '{"transforms": [  ]}'],
  ])("offers to remove LoadImaged from %s", (text, wanted) => {
    const [first] = parseChain(text, LOCATION).diagnostics;
    expect(first).toMatchObject({ code: "TRANSFORM_NOT_HERE", fix: { title: "Remove LoadImaged" } });
    expect(applyEdits(text, first?.fix?.edits[0]?.edits ?? [])).toBe(wanted);
  });

  it("lists every problem, each with an id of its own", () => {
    const { diagnostics } = parseChain(fileOf([{ ...SCALE, a_min: "x", clip: 1, bogus: 1 }, { _target_: "Nothing" }]), LOCATION);
    expect(new Set(diagnostics.map(({ id }) => id)).size).toBe(4);
  });
});

describe("inferChain", () => {
  const config = configOf(0, [["IN", "TYPE_FP32", [-1, -1, -1]], ["A", "TYPE_FP64", [4, 4]]], [["OUT", "TYPE_FP32", [1, -1, -1, -1]], ["B", "TYPE_FP64", [4, 4]]]);
  const text = fileOf(
    [
      { _target_: "EnsureChannelFirstd", keys: "image", channel_dim: "no_channel" },
      { _target_: "CropForegroundd", keys: "image", source_key: "image", allow_smaller: true },
      { _target_: "Resized", keys: "image", spatial_size: [8, -1, 8] },
    ],
    { inputs: { image: "IN", image_affine: "A" }, outputs: { OUT: "image", B: "image_affine" } },
  );

  it("follows shapes, also those that depend on the data", () => {
    const { dictionaries, outputs } = inferChain(chainOf(text), config, new Map([["IN", [5, 6, 7]]]));
    expect(dictionaries.map((dictionary) => dictionary.get("image")?.shape)).toEqual([
      [5, 6, 7],
      [1, 5, 6, 7],
      [1, null, null, null],
      [1, 8, null, 8],
    ]);
    expect(outputs).toEqual(new Map([["OUT", { dataType: "TYPE_FP32", shape: [1, 8, null, 8], affine: true }], ["B", { dataType: "TYPE_FP64", shape: [4, 4], affine: false }]]));
  });

  it("puts the batch dimension in front of outputs", () => {
    const batched = configOf(4, [["IN", "TYPE_FP32", [3]]], [["OUT", "TYPE_FP32", [3]]]);
    expect(inferChain(chainOf(fileOf([])), batched, new Map([["IN", [2, 3]]])).outputs.get("OUT")?.shape).toEqual([2, 3]);
    expect(inferChain(chainOf(fileOf([])), batched).outputs.get("OUT")?.shape).toEqual([null, 3]);
  });
});

describe("checkChain", () => {
  it.each<[string, unknown, Record<string, unknown>, ModelConfig, string, string]>([
    ["another data type", [], {}, configOf(0, [["IN", "TYPE_UINT8", [2]]], [["OUT", "TYPE_FP32", [2]]]), "TRANSFORMS_OUTPUT_MISMATCH", "add EnsureTyped"],
    ["another shape", [], {}, configOf(0, [["IN", "TYPE_FP32", [2]]], [["OUT", "TYPE_FP32", [3]]]), "TRANSFORMS_OUTPUT_MISMATCH", "dims [3]"],
    ["an output without key", [], {}, configOf(0, [["IN", "TYPE_FP32", [2]]], [["OUT", "TYPE_FP32", [2]], ["MORE", "TYPE_FP32", [2]]]), "TRANSFORMS_OUTPUT_MISSING", "MORE"],
    ["an input that is not there", [], {}, configOf(0, [["OTHER", "TYPE_FP32", [2]]], [["OUT", "TYPE_FP32", [2]]]), "TRANSFORMS_TENSOR_UNKNOWN", "OTHER"],
    ["an affine that was not declared", [], { outputs: { OUT: "image_affine" } }, configOf(0, [["IN", "TYPE_FP32", [2]]], [["OUT", "TYPE_FP64", [4, 4]]]), "TRANSFORMS_OUTPUT_MISSING", "no affine"],
    ["an affine of another type", [], { inputs: { image: "IN", image_affine: "A" } }, configOf(0, [["IN", "TYPE_FP32", [2]], ["A", "TYPE_FP32", [4, 4]]], [["OUT", "TYPE_FP32", [2]]]), "TRANSFORMS_TENSOR_UNKNOWN", "TYPE_FP64 [4, 4]"],
    ["a transform that cannot be", [{ _target_: "LabelToContourd", keys: "image" }], {}, configOf(0, [["IN", "TYPE_UINT8", [1, 2, 2]]], [["OUT", "TYPE_UINT8", [1, 2, 2]]]), "TRANSFORM_IMPOSSIBLE", "Cast to float32"],
    ["integers that wrap around", [SCALE], {}, configOf(0, [["IN", "TYPE_INT16", [2]]], [["OUT", "TYPE_FP32", [2]]]), "TRANSFORM_SURPRISE", "wrap around"],
  ])("finds %s", (_name, transforms, more, config, code, message) => {
    const found = checkChain(chainOf(fileOf(transforms, more)), config, LOCATION);
    expect(found).toMatchObject([{ code, message: expect.stringContaining(message) }]);
  });

  it("finds nothing in a chain that fits", () => {
    expect(checkChain(chainOf(fileOf([SCALE])), configOf(8, [["IN", "TYPE_FP32", [-1]]], [["OUT", "TYPE_FP32", [-1]]]), LOCATION)).toEqual([]);
  });
});

describe("runChainOnCpu", () => {
  const plain = configOf(0, [["IN", "TYPE_FP32", [-1, -1]]], [["OUT", "TYPE_FP32", [-1, -1]]]);

  it("takes inputs and outputs by their own names where the maps are left out", async () => {
    const chain = chainOf(JSON.stringify({ transforms: [{ _target_: "CopyItemsd", keys: "IN", names: "OUT" }] }));
    expect((await run(chain, plain, { IN: floats([1, 2], 3, 4) })).get("OUT")).toEqual(floats([1, 2], 3, 4));
  });

  it("runs once for each item of a batch and stacks", async () => {
    const batched = configOf(4, [["IN", "TYPE_FP32", [1, -1]]], [["OUT", "TYPE_FP32", [1, -1]]]);
    const chain = chainOf(fileOf([{ _target_: "CropForegroundd", keys: "image", source_key: "image", allow_smaller: true }]));
    const found = await run(chain, batched, { IN: floats([2, 1, 3], 0, 1, 2, 3, 4, 0) });
    expect(found.get("OUT")).toEqual(floats([2, 1, 2], 1, 2, 3, 4));
    await expect(run(chain, batched, { IN: floats([2, 1, 3], 0, 1, 2, 0, 4, 0) })).rejects.toMatchObject({ code: "TENSOR_MISMATCH", message: expect.stringContaining("item 1 has shape [1, 1], item 0 has [1, 2]") });
  });

  it("does not write to its inputs", async () => {
    const input = floats([1, 2], 3, 40);
    await run(chainOf(fileOf([{ ...SCALE, clip: true }])), plain, { IN: input });
    expect(input).toEqual(floats([1, 2], 3, 40));
  });

  it("passes over missing keys only where it may", async () => {
    const text = JSON.stringify({ transforms: [{ _target_: "EnsureTyped", keys: ["IN", "LABEL"], allow_missing_keys: true }], outputs: { OUT: "IN" } });
    expect((await run(chainOf(text), plain, { IN: floats([1, 1], 3) })).get("OUT")).toEqual(floats([1, 1], 3));
    const strict = chainOf(text.replace("true", "false"));
    await expect(run(strict, plain, { IN: floats([1, 1], 3) })).rejects.toMatchObject({ code: "TRANSFORM_FAILED", message: expect.stringContaining('no key "LABEL"'), data: { path: "transforms[0]" } });
  });

  it.each([
    ["another data type", configOf(0, [["IN", "TYPE_FP32", [-1]]], [["OUT", "TYPE_INT8", [-1]]])],
    ["another shape", configOf(0, [["IN", "TYPE_FP32", [-1]]], [["OUT", "TYPE_FP32", [5]]])],
  ])("refuses an output of %s", async (_name, config) => {
    await expect(run(chainOf(fileOf([])), config, { IN: floats([2], 1, 2) })).rejects.toMatchObject({ code: "TENSOR_MISMATCH" });
  });

  it("widens unsigned integers, which torch lacks", async () => {
    const config = configOf(0, [["IN", "TYPE_UINT16", [-1]]], [["OUT", "TYPE_INT32", [-1]]]);
    const found = await run(chainOf(fileOf([])), config, { IN: { dataType: "TYPE_UINT16", shape: [2], data: Uint16Array.of(1, 65535) } });
    expect(found.get("OUT")).toEqual({ dataType: "TYPE_INT32", shape: [2], data: Int32Array.of(1, 65535) });
  });

  it("tells of a volume without foreground what happened and that MONAI fails too", async () => {
    const config = configOf(0, [["IN", "TYPE_FP32", [1, 4, 4, 4]]], [["OUT", "TYPE_FP32", [1, 8, 8, 8]]]);
    const chain = chainOf(fileOf([{ _target_: "CropForegroundd", keys: "image", source_key: "image", allow_smaller: true }, { _target_: "Resized", keys: "image", spatial_size: [8, 8, 8] }]));
    await expect(run(chain, config, { IN: floats([1, 4, 4, 4], ...Array.from({ length: 64 }, () => 0)) })).rejects.toMatchObject({
      code: "TRANSFORM_FAILED",
      message: expect.stringMatching(/^transforms\[1\]: Resize of "image": the array is empty .* MONAI fails here too\. .* no voxel is above its threshold 0/),
    });
  });
});

describe("the catalogue", () => {
  it("lists the transforms that the specs list", () => {
    expect(new Set([...TRANSFORMS, ...OPENING_TRANSFORMS].map(({ spec }) => spec))).toEqual(new Set(TRANSFORM_SPECS));
  });

  it.each(TRANSFORMS)("finds the CPU code of $spec.name", async ({ cpu }) => {
    expect(await cpu()).toBeTypeOf("function");
  });

  it("describes each parameter, and has defaults of the right type", () => {
    for (const spec of TRANSFORM_SPECS) {
      for (const [name, parameter] of Object.entries(spec.parameters)) {
        expect(parameter.doc, `${spec.name}.${name}`).not.toBe("");
        if (parameter.default === null) expect(parameter.nullable, `${spec.name}.${name}`).toBe(true);
      }
    }
  });
});
