import { describe, expect, it, vi } from "vitest";
import { ConchError } from "../base/errors.ts";
import type { RunResult, TensorHandle } from "../runtime/protocol.ts";
import type { InputState } from "../state/session.ts";
import type { DataType } from "../tensor/data-type.ts";
import { isAffine, placements } from "./placement.ts";
import { openedTensor, resultTensors, type ResultTensor } from "./result-tensors.ts";
import { createTensorAccess } from "./tensor-access.ts";
import { viewResult } from "./viewed-tensors.ts";

const matrix = (scale: number) => [scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, 1];
let ids = 0;
const handle = (shape: readonly number[], dataType: DataType = "TYPE_FP32"): TensorHandle => ({ id: ++ids, generation: 1, dataType, shape, location: "host", bytes: 0 });

function input(of: TensorHandle, affine: readonly number[] | null): InputState {
  return { source: { kind: "files", files: [] }, status: "ready", decoded: { handle: of, affine, frames: 1, warnings: [], summary: "" } };
}

const run = (outputs: RunResult["outputs"], wires: RunResult["wires"] = {}): RunResult => ({
  outputs, wires, steps: [], milliseconds: 0, uploads: [], readbacks: [], peakGpuBytes: 0,
});

const SPLEEN = resultTensors(
  run(
    { MASK: handle([1, 1, 8, 8, 8]), CONTOUR: handle([1, 1, 8, 8, 8]), MASK_AFFINE: handle([1, 4, 4], "TYPE_FP64") },
    { IMAGE: handle([1, 20, 20, 10]), preprocessed: handle([1, 1, 8, 8, 8]), logits: handle([1, 2, 8, 8, 8]), MASK: handle([1, 1, 8, 8, 8]) },
  ),
  { IMAGE: input(handle([1, 20, 20, 10]), matrix(1)), IMAGE_AFFINE: input(handle([1, 4, 4], "TYPE_FP64"), null), unread: undefined },
);

describe("resultTensors", () => {
  it("lists each tensor once: outputs, other wires, inputs", () => {
    expect(SPLEEN.map(({ id }) => id)).toEqual([
      "output:MASK", "output:CONTOUR", "output:MASK_AFFINE", "wire:preprocessed", "wire:logits", "input:IMAGE", "input:IMAGE_AFFINE",
    ]);
  });
});

describe("openedTensor", () => {
  it.each([
    ["wire:logits", "wire:logits"],
    ["wire:MASK", "output:MASK"],
    ["wire:IMAGE", "input:IMAGE"],
    ["wire:gone", "output:MASK"],
    [null, "output:MASK"],
  ])("of %s is %s", (selected, opened) => {
    expect(openedTensor(SPLEEN, selected)?.id).toBe(opened);
  });

  it("is nothing where there are no tensors", () => {
    expect(openedTensor([], "wire:logits")).toBeUndefined();
  });
});

describe("placements", () => {
  const placed = (tensors: readonly ResultTensor[], matrices: Readonly<Record<string, readonly number[]>> = {}) =>
    Object.fromEntries([...placements(tensors, new Map(Object.entries(matrices)))].map(([id, [scale]]) => [id, scale]));

  it("takes a named matrix for its tensor and for others on the same grid, the file's for the input", () => {
    expect(placed(SPLEEN, { "output:MASK_AFFINE": matrix(3) })).toEqual({
      "output:MASK": 3, "output:CONTOUR": 3, "wire:preprocessed": 3, "input:IMAGE": 1,
    });
  });

  it("takes a matrix that names no tensor for the first output on a grid", () => {
    const tensors = resultTensors(run({ GRID_AFFINE: handle([1, 4, 4], "TYPE_FP64"), seg: handle([1, 1, 8, 8, 8]) }));
    expect(placed(tensors, { "output:GRID_AFFINE": matrix(5) })).toEqual({ "output:seg": 5 });
  });

  it("takes the input's matrix only for grids of the input's sizes", () => {
    const inputs = { IMAGE: input(handle([1, 20, 20, 10]), matrix(1)) };
    expect(placed(resultTensors(run({ same: handle([1, 1, 20, 20, 10]), other: handle([1, 1, 8, 8, 8]) }), inputs))).toEqual({
      "output:same": 1, "input:IMAGE": 1,
    });
  });

  it("keeps the output's matrix where its grid happens to have the input's sizes", () => {
    const inputs = { IMAGE: input(handle([1, 8, 8, 8]), matrix(1)) };
    const tensors = resultTensors(run({ MASK: handle([1, 1, 8, 8, 8]), MASK_AFFINE: handle([4, 4], "TYPE_FP64") }), inputs);
    expect(placed(tensors, { "output:MASK_AFFINE": matrix(2) })).toEqual({ "output:MASK": 2, "input:IMAGE": 1 });
  });
});

describe("isAffine", () => {
  it.each([
    ["MASK_AFFINE", [1, 4, 4], "TYPE_FP64", true],
    ["grid_affine", [4, 4], "TYPE_FP64", true],
    ["MASK_AFFINE", [4, 4], "TYPE_FP32", false],
    ["MASK_AFFINE", [2, 4, 4], "TYPE_FP64", false],
    ["MATRIX", [4, 4], "TYPE_FP64", false],
  ] as const)("of %s %j %s is %s", (name, shape, dataType, expected) => {
    expect(isAffine({ id: `output:${name}`, kind: "output", name, handle: handle(shape, dataType) })).toBe(expected);
  });
});

describe("viewResult", () => {
  const access = {
    summary: async ({ dataType, shape }: TensorHandle) => ({ dataType, shape, count: 1, min: 0, max: 1, mean: 0, nan: 0, infinite: 0, histogram: null }),
    data: async () => Float64Array.from(matrix(3)),
    intensities: vi.fn(async () => Int16Array.of(1)),
    labels: vi.fn(async () => null),
    picture: vi.fn(),
    mask: vi.fn(async () => null),
  };
  const labels = ({ name }: ResultTensor) => (name === "MASK" ? ["background", "spleen"] : undefined);

  it("shows a mask with the volume and the other outputs, in the run's order", async () => {
    const [mask] = SPLEEN;
    const { tensor, companions } = await viewResult(mask as ResultTensor, SPLEEN, access, labels);
    expect(tensor).toMatchObject({ name: "MASK", affine: matrix(3), labels: ["background", "spleen"] });
    expect(companions.map(({ name }) => name)).toEqual(["MASK", "CONTOUR", "IMAGE"]);
  });

  it("has labels measured by the matrix of their grid", async () => {
    const [mask] = SPLEEN;
    const { tensor } = await viewResult(mask as ResultTensor, SPLEEN, access, labels);
    const options = { progress: vi.fn() };
    await tensor.loadLabels(options);
    expect(access.labels).toHaveBeenCalledWith(mask?.handle, matrix(3), options);
    await tensor.loadIntensities(options);
    expect(access.intensities).toHaveBeenCalledWith(mask?.handle, options);
  });

  it("shows a tensor without a place alone", async () => {
    const logits = SPLEEN.find(({ name }) => name === "logits") as ResultTensor;
    const { tensor, companions } = await viewResult(logits, SPLEEN, access, labels);
    expect(tensor.affine).toBeUndefined();
    expect(companions).toEqual([]);
  });
});

describe("viewResult of a pipeline over pictures", () => {
  const PICTURES = resultTensors(
    run(
      { segmentation: handle([2, 32, 32], "TYPE_INT64"), score: handle([2, 1]), words: handle([2, 1], "TYPE_STRING") },
      { normalized: handle([2, 3, 32, 32]), features: handle([2, 512]) },
    ),
    { image: input(handle([2, 1], "TYPE_STRING"), null) },
  );
  const access = {
    summary: async ({ dataType, shape }: TensorHandle) => ({ dataType, shape, count: 1, min: 0, max: 1, mean: 0, nan: 0, infinite: 0, histogram: null }),
    data: vi.fn(), intensities: vi.fn(), labels: vi.fn(), picture: vi.fn(), mask: vi.fn(),
  };
  const view = (name: string) => viewResult(PICTURES.find((tensor) => tensor.name === name) as ResultTensor, PICTURES, access, () => undefined, () => true);

  it.each([
    ["segmentation", ["words", "normalized", "image"]],
    ["words", ["score"]],
    ["image", ["score"]],
    ["features", []],
  ])("shows %s with what it may lie over or be judged by: %j", async (name, expected) => {
    const { tensor, companions } = await view(name);
    expect(tensor).toMatchObject({ name, batched: true, ...(name === "image" && { isInput: true }) });
    expect(companions.map((each) => each.name)).toEqual(expected);
  });

  it("has each item of a batch made by itself, once", async () => {
    const mask = vi.fn(async () => null);
    const known = createTensorAccess({ read: vi.fn(), summarize: vi.fn(), intensities: vi.fn(), labels: vi.fn(), picture: vi.fn(), mask });
    const layout = { items: 2, height: 32, width: 32, channels: 1, order: "CHW" } as const;
    const one = handle([2, 32, 32]);
    for (const item of [0, 1, 1, 0]) await known.mask(one, item, layout);
    expect(mask.mock.calls).toEqual([[one, layout, 0], [one, layout, 1]]);
  });
});

describe("createTensorAccess", () => {
  it("reads a tensor once, and again after a failure", async () => {
    const read = vi.fn().mockRejectedValueOnce(new Error("lost")).mockResolvedValue(Float32Array.of(1));
    const access = createTensorAccess({ read, summarize: vi.fn(), intensities: vi.fn(), labels: vi.fn(), picture: vi.fn(), mask: vi.fn() });
    const one = handle([1]);
    await expect(access.data(one)).rejects.toThrow("lost");
    await access.data(one);
    await access.data(one);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("has voxels made once, and again after they were cancelled", async () => {
    const voxels = Int16Array.of(1);
    const intensities = vi.fn().mockRejectedValueOnce(new ConchError("CANCELLED", "cancelled")).mockResolvedValue({ voxels });
    const labels = vi.fn().mockResolvedValue(null);
    const access = createTensorAccess({ read: vi.fn(), summarize: vi.fn(), intensities, labels, picture: vi.fn(), mask: vi.fn() });
    const one = handle([1, 1, 1]);
    await expect(access.intensities(one, {})).rejects.toThrow("cancelled");
    expect(await access.intensities(one, {})).toBe(voxels);
    expect(await access.intensities(one, {})).toBe(voxels);
    expect(intensities).toHaveBeenCalledTimes(2);
    expect(await access.labels(one, matrix(1), {})).toBeNull();
    await access.labels(one, matrix(1), {});
    expect(labels).toHaveBeenCalledTimes(1);
  });
});
