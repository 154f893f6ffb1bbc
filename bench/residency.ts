import type { Readback, RunResult } from "../src/runtime/protocol.ts";
import type { RunRequestOptions } from "../src/state/session.ts";
import { measure, median, type Measured, type Protocol } from "./measure.ts";
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
    const whole = withGrid(await sampleFiles(), size);
    const { table: end, logits } = await endToEnd(whole, volume, size);
    tables.push(await transformsOnly(whole, volume, size, logits), end);
  }
  return tables;
}

async function endToEnd(files: Files, volume: Blob, size: number): Promise<{ table: Table; logits: Uint8Array<ArrayBuffer> }> {
  const { measured, first } = await measureWays(files, { runs: 20, warmups: 3, budget: 60_000 }, async (open) => {
    await open.give(MODEL, "IMAGE", VOLUME, volume);
  });
  const { wires } = await first.run(MODEL, { keepWires: true });
  const logits = await first.session.encode(wires["logits"]!, "npy");
  first.dispose();
  const network = measured.map(({ results }) => median(results.map(({ result }) => networkTime(result))));
  return {
    logits,
    table: {
      title: `Residency, end to end: ${MODEL} at ${size}³`,
      columns: [...COLUMNS, "ms until the network's turn ended"],
      rows: measured.map((one, index) => [...row(one, measured[0]!), network[index]!]),
      notes: [...NOTES, "The network takes the same time each way; the transforms-only table is what residency changes."],
    },
  };
}

/** Milliseconds of the network's step; on the GPU until its work was handed over. */
function networkTime({ steps }: RunResult): number {
  const step = steps.find(({ model }) => model === "segmentation_3d");
  return step === undefined ? NaN : step.end - step.start;
}

async function transformsOnly(whole: Files, volume: Blob, size: number, logits: Uint8Array<ArrayBuffer>): Promise<Table> {
  const { measured, first } = await measureWays(withoutNetwork(whole), { runs: 20, warmups: 3, budget: 20_000 }, async (open) => {
    await open.give(MODEL, "IMAGE", VOLUME, volume);
    await open.give(MODEL, "LOGITS", "logits.npy", logits);
  });
  first.dispose();
  return {
    title: `Residency, transforms only: ${MODEL} at ${size}³ without its network`,
    columns: COLUMNS,
    rows: measured.map((one) => row(one, measured[0]!)),
    notes: ["In the network's place a step of backend identity hands over the logits of a real run.", ...NOTES],
  };
}

const COLUMNS = ["tensors", "median ms", "p95 ms", "runs", "of resident", "maps", "MB mapped", "of that requested outputs", "MB uploaded"];
const NOTES = [
  "Cache off; the input is on the GPU before the first run that counts, each way alike (of TypeScript transforms it stays on the host).",
  "A map is one GPUBuffer.mapAsync, counted in the worker whoever calls it.",
];

function row({ name, time, results }: Measured<Run>, resident: Measured<Run>): Cell[] {
  const { result, maps } = results.at(-1)!;
  const requested = result.readbacks.filter(({ reason }) => reason === "requested output");
  return [name, ...cells(time), ratio(time.median, resident.time.median), maps.maps, maps.bytes / 1e6, megabytes(requested), megabytes(result.uploads)];
}

function megabytes(moves: readonly Readback[]): number {
  return moves.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
}

/** Measures the three ways in turn; `first` is the session of the resident one, with its inputs, for the caller to dispose. */
async function measureWays(files: Files, protocol: Protocol, fill: (open: BenchSession) => Promise<void>): Promise<{ measured: Measured<Run>[]; first: BenchSession }> {
  const opened = { gpu: openFiles(files), mixed: openFiles(withTransformsOnCpu(files)) };
  try {
    await fill(opened.gpu);
    await fill(opened.mixed);
    const cases = WAYS.map(({ name, where, options }) => ({ name, run: () => runOnce(opened[where], options) }));
    const measured = await measure(cases, protocol);
    return { measured, first: opened.gpu };
  } finally {
    opened.mixed.dispose();
  }
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

/** The sample with the network replaced: what comes in is dropped, and LOGITS, a further input of the ensemble, goes on as what comes out. */
function withoutNetwork(files: Files): Files {
  const path = "spleen_ct/config.pbtxt";
  const input = '{ name: "LOGITS" data_type: TYPE_FP32 dims: [ 2, -1, -1, -1 ] }';
  const ensemble = replaced(files, path, "input [\n", `input [\n  ${input},\n`).replace(
    'input_map { key: "input" value: "preprocessed" }',
    'input_map { key: "input" value: "preprocessed" }\n      input_map { key: "RECORDED" value: "LOGITS" }',
  );
  // Outputs are inputs by position.
  const network = `name: "segmentation_3d"
backend: "identity"
max_batch_size: 1
input [
  { name: "RECORDED" data_type: TYPE_FP32 dims: [ 2, -1, -1, -1 ] },
  { name: "input" data_type: TYPE_FP32 dims: [ 1, -1, -1, -1 ] }
]
output [
  { name: "output" data_type: TYPE_FP32 dims: [ 2, -1, -1, -1 ] },
  { name: "passed" data_type: TYPE_FP32 dims: [ 1, -1, -1, -1 ] }
]
instance_group [{ kind: KIND_GPU }]
`;
  return new Map([...files, [path, ensemble], ["segmentation_3d/config.pbtxt", network]]);
}
