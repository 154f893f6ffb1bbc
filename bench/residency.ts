import { encodeModel, makeNode } from "../src/onnx/encode.ts";
import type { Readback, RunResult } from "../src/runtime/protocol.ts";
import type { RunRequestOptions } from "../src/state/session.ts";
import { floats, testModel } from "../src/testing/onnx.ts";
import { measure, type Measured, type Protocol } from "./measure.ts";
import { openFiles, replaced, sampleFiles, sampleVolume, type BenchSession, type Files, type MapCount } from "./repository.ts";
import { cells, ratio, type Cell, type Table } from "./table.ts";

const MODEL = "spleen_ct";
const VOLUME = "phantom_b.nii.gz";

/** How the tensors between the steps travel. */
const WAYS = [
  { name: "resident: tensors stay on the GPU", where: "gpu", options: {} },
  { name: "read back after each step, uploaded again", where: "gpu", options: { readbackEachStep: true } },
  { name: "transforms in TypeScript, network on WebGPU", where: "mixed", options: {} },
] as const;

/** One run with what it mapped. */
interface Run {
  readonly result: RunResult;
  readonly maps: MapCount;
}

/**
 * The shipped sample with tensors resident on the GPU, against the same kernels with every step's outputs read back and uploaded again, and against
 * transforms on the CPU; whole, and with a stand-in for the network that hands over the logits of a real run.
 */
export async function residency({ sizes }: { sizes: readonly number[] }): Promise<Table[]> {
  const volume = await sampleVolume(VOLUME);
  const tables: Table[] = [];
  for (const size of sizes) {
    const files = withGrid(await sampleFiles(), size);
    const whole = await measureWays(files, volume, { runs: 20, warmups: 3, budget: 60_000 });
    const { wires } = await whole.resident.run(MODEL, { keepWires: true });
    const logits = (await whole.resident.session.read(wires["logits"]!)) as Float32Array;
    whole.resident.dispose();
    const without = await measureWays(withoutNetwork(files, size, logits), volume, { runs: 20, warmups: 3, budget: 20_000 });
    without.resident.dispose();
    tables.push(
      {
        title: `Residency, transforms only: ${MODEL} at ${size}³ without its network`,
        columns: COLUMNS,
        rows: without.measured.map((one) => row(one, without.measured)),
        notes: ["In the network's place stands one addition whose weights are the logits of a real run.", ...NOTES],
      },
      {
        title: `Residency, end to end: ${MODEL} at ${size}³`,
        columns: [...COLUMNS, "network's share"],
        rows: whole.measured.map((one, way) => [...row(one, whole.measured), `${Math.round(100 * (1 - without.measured[way]!.time.median / one.time.median))} %`]),
        notes: [...NOTES, "The network's share is what the table of the transforms alone leaves of the same row."],
      },
    );
  }
  return tables;
}

const COLUMNS = ["tensors", "median ms", "p95 ms", "runs", "of resident", "maps", "MB mapped", "MB uploaded"];
const NOTES = [
  "Cache off. The request's input is uploaded in every run, each way alike (transforms in TypeScript read it where it is).",
  "A map is one GPUBuffer.mapAsync, counted in the worker whoever calls it.",
];

function row({ name, time, results }: Measured<Run>, [resident]: readonly Measured<Run>[]): Cell[] {
  const { result, maps } = results.at(-1)!;
  return [name, ...cells(time), ratio(time.median, resident!.time.median), maps.maps, maps.bytes / 1e6, megabytes(result.uploads)];
}

function megabytes(moves: readonly Readback[]): number {
  return moves.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
}

/** Measures the three ways in turn; `resident` is the session of the first, for the caller to dispose. */
async function measureWays(files: Files, volume: Blob, protocol: Protocol): Promise<{ measured: Measured<Run>[]; resident: BenchSession }> {
  const opened = { gpu: openFiles(files), mixed: openFiles(withTransformsOnCpu(files)) };
  for (const open of Object.values(opened)) await open.give(MODEL, "IMAGE", VOLUME, volume);
  const measured = await measure(
    WAYS.map(({ name, where, options }) => ({ name, run: () => runOnce(opened[where], options) })),
    protocol,
  );
  opened.mixed.dispose();
  return { measured, resident: opened.gpu };
}

async function runOnce(open: BenchSession, options: RunRequestOptions): Promise<Run> {
  await open.takeMaps();
  const result = await open.run(MODEL, options);
  return { result, maps: await open.takeMaps() };
}

/** The sample on a grid of `size` voxels an axis. */
function withGrid(files: Files, size: number): Files {
  const path = "preprocess/1/transforms.json";
  return new Map([...files, [path, replaced(files, path, '"spatial_size": [48, 48, 48]', `"spatial_size": [${size}, ${size}, ${size}]`)]]);
}

function withTransformsOnCpu(files: Files): Files {
  const paths = ["preprocess/config.pbtxt", "postprocess/config.pbtxt"];
  return new Map([...files, ...paths.map((path) => [path, replaced(files, path, "kind: KIND_GPU", "kind: KIND_CPU")] as const)]);
}

/** The sample with a network of one addition, whose weights are the logits of a real run: what it gives does not depend on its input. */
function withoutNetwork(files: Files, size: number, logits: Float32Array): Files {
  const model = testModel({
    inputs: { input: [1, 1, size, size, size] },
    outputs: { output: [1, 2, size, size, size] },
    nodes: [makeNode("Mul", "ignore", ["input", "zero"], ["nothing"]), makeNode("Add", "give", ["nothing", "logits"], ["output"])],
    initializers: [floats("zero", [1], [0]), floats("logits", [1, 2, size, size, size], logits)],
  });
  return new Map([...files, ["segmentation_3d/1/model.onnx", encodeModel(model)]]);
}
