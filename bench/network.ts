import type { RunResult } from "../src/runtime/protocol.ts";
import { measure } from "./measure.ts";
import { openFiles, sampleFiles } from "./repository.ts";
import { cells, ratio, type Table } from "./table.ts";

const MODEL = "segmentation_3d";

/** The sample's U-Net alone, its input generated: WebGPU against WebAssembly, output on the host at the end both ways. */
export async function network({ sizes }: { sizes: readonly number[] }): Promise<Table[]> {
  const files = await sampleFiles();
  const rows: (string | number)[][] = [];
  for (const size of sizes) {
    const opened = (["gpu", "cpu"] as const).map((kind) => ({ kind, open: openFiles(files) }));
    try {
      for (const { open } of opened) {
        await open.session.setInput(MODEL, "input", { kind: "generated", fill: "uniform", shape: [1, size, size, size] });
      }
      const cases = opened.map(({ kind, open }) => ({ name: kind === "gpu" ? "WebGPU" : "WebAssembly", run: (): Promise<RunResult> => open.run(MODEL, { kind }) }));
      const measured = await measure(cases, { warmups: 3, runs: 20, budget: 30_000 });
      const wasm = measured.find(({ name }) => name === "WebAssembly")!.time.median;
      for (const { name, time, first, results } of measured) {
        rows.push([`${size}³`, name, ...cells(time), ratio(wasm, time.median), first, results.at(-1)!.peakGpuBytes / 1e6]);
      }
    } finally {
      for (const { open } of opened) open.dispose();
    }
  }
  return [
    {
      title: `The network alone: ${MODEL} of spleen_ct`,
      columns: ["input", "runs on", "median ms", "p95 ms", "runs", "as fast as WebAssembly", "first run ms", "peak GPU MB of Conch"],
      rows,
      notes: ["The first run loads ONNX Runtime, the model and its kernels.", "Peak GPU memory counts Conch's tensors; what ONNX Runtime keeps inside a run it does not tell."],
    },
  ];
}
