import type { RunResult } from "../src/runtime/protocol.ts";
import { measure, median } from "./measure.ts";
import { openFiles, recordedFile, replaced } from "./repository.ts";
import { ratio, type Cell, type Table } from "./table.ts";

const ROOT = "triton-e2e/repository";
const NETWORK = "models/unet3d/unet3d_liver_8_128_bnfused.onnx";
const VOLUME = "volumes/ts_example_ct_sm.nii.gz";
const TEXTS = [
  "spleen_ct/config.pbtxt",
  "preprocess/config.pbtxt",
  "preprocess/1/transforms.json",
  "segmentation_3d/config.pbtxt",
  "postprocess/config.pbtxt",
  "postprocess/1/transforms.json",
];

/**
 * Milliseconds that Triton 2.70 (CPU) with MONAI 1.2.0 in its python backend took for the same ensemble and volume on two cores, as recorded with
 * the reference data (triton-e2e/README.md): whole, and of each step.
 */
const SERVER: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  96: { "end to end": 600, preprocess: 54, segmentation_3d: 199, postprocess: 348 },
  224: { "end to end": 9700, preprocess: 500, segmentation_3d: 3500, postprocess: 5700 },
};

/** The recorded reference ensemble with every step on KIND_CPU, beside what the recorded server took. */
export async function pipeline({ sizes }: { sizes: readonly number[] }): Promise<Table[]> {
  const title = "The recorded ensemble on KIND_CPU, beside the server that it was recorded on";
  const found = await Promise.all([...TEXTS.map((path) => `${ROOT}/${path}`), NETWORK, VOLUME].map(async (path) => [path, await recordedFile(path)] as const));
  const absent = found.find(([, bytes]) => bytes === undefined);
  if (absent !== undefined) return [{ title, columns: [], rows: [], notes: [`Skipped: the recorded reference data have no ${absent[0]}.`] }];
  const bytes = new Map(found.map(([path, content]) => [path, content!]));
  const files = new Map<string, Uint8Array<ArrayBuffer> | string>(TEXTS.map((path) => [path, new TextDecoder().decode(bytes.get(`${ROOT}/${path}`))]));
  files.set("spleen_ct/1/.gitkeep", "");
  files.set("segmentation_3d/1/model.onnx", bytes.get(NETWORK)!);
  const rows: Cell[][] = [];
  for (const size of sizes) {
    const path = "preprocess/1/transforms.json";
    const open = openFiles(new Map([...files, [path, replaced(files, path, '"spatial_size": [96, 96, 96]', `"spatial_size": [${size}, ${size}, ${size}]`)]]));
    try {
      await open.give("spleen_ct", "IMAGE", "ts_example_ct_sm.nii.gz", bytes.get(VOLUME)!);
      const [measured] = await measure([{ name: "", run: () => open.run("spleen_ct") }], { warmups: 3, runs: 20, budget: 30_000 });
      const { time, results, first } = measured!;
      const server = SERVER[size] ?? {};
      const add = (part: string, value: number, p95: number | null): void => {
        const theirs = server[part] ?? null;
        rows.push([`${size}³`, part, value, p95, time.runs, theirs, theirs === null ? null : ratio(theirs, value)]);
      };
      add("end to end", time.median, time.p95);
      for (const { model } of results[0]!.steps) add(model, median(results.map((result) => stepTime(result, model))), null);
      rows.push([`${size}³`, "first run, with loading", first, null, 1, null, null]);
    } finally {
      open.dispose();
    }
  }
  return [
    {
      title,
      columns: ["grid", "part", "median ms", "p95 ms", "runs", "server ms", "as fast as the server"],
      rows,
      notes: [
        "Server: Triton 2.70 with MONAI 1.2.0 in its python backend, on two CPU cores of another machine than this one may be: compare machines before programs.",
        "No step runs on WebGPU here, so the adapter does not matter.",
      ],
    },
  ];
}

function stepTime({ steps }: RunResult, model: string): number {
  const step = steps.find((one) => one.model === model);
  return step === undefined ? NaN : step.end - step.start;
}
