import type { Gpu, Shader } from "../src/runtime/gpu.ts";
import prelude from "../src/transforms/gpu-prelude.wgsl?raw";
import { measure, type Protocol } from "./measure.ts";
import type { Table } from "./table.ts";

/** Copies words one by one; with a count of 1 it is the smallest kernel there is. */
export const COPY: Shader = {
  label: "bench-copy",
  code: `${prelude}
    struct Size { count: u32 }
    @group(0) @binding(0) var<storage, read> from_words: array<u32>;
    @group(0) @binding(1) var<storage, read_write> to_words: array<u32>;
    @group(0) @binding(2) var<uniform> size: Size;
    @compute @workgroup_size(256)
    fn copy(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
      let index = thread_index(id, groups);
      if (index < size.count) { to_words[index] = from_words[index]; }
    }`,
};

const MB = 1e6;
const QUICK: Protocol = { warmups: 3, runs: 20, budget: 4000 };

/** What the adapter does without any of our work: copy bandwidth, cost of a dispatch and of a wait, upload and readback bandwidth. */
export async function anchors(gpu: Gpu, { software, large }: { software: boolean; large: boolean }): Promise<Table> {
  const rows: [string, number, string, number, number][] = [];
  const time = async (run: () => Promise<void>): Promise<{ median: number; p95: number; runs: number }> => (await measure([{ name: "", run }], QUICK))[0]!.time;
  const finished = async (): Promise<void> => {
    gpu.submit();
    await gpu.device.queue.onSubmittedWorkDone();
  };

  const copyBytes = (software ? 16 : 256) * 2 ** 20;
  const repeats = software ? 2 : 10;
  const [from, to] = [gpu.memory.allocate("bench/from", copyBytes), gpu.memory.allocate("bench/to", copyBytes)];
  const copy = (count: number): Promise<void> => gpu.dispatch({ shader: COPY, entry: "copy", bindings: { 0: from, 1: to }, uniforms: [count], threads: count });
  const copied = await time(async () => {
    for (let i = 0; i < repeats; i++) await copy(copyBytes / 4);
    await finished();
  });
  const moved = (2 * copyBytes * repeats) / MB;
  rows.push([`copy of ${copyBytes / 2 ** 20} MiB by a kernel, read + write`, moved / copied.median, "GB/s", moved / copied.p95, copied.runs]);

  const launch = async (count: number): Promise<number> =>
    (
      await time(async () => {
        for (let i = 0; i < count; i++) await copy(1);
        await finished();
      })
    ).median;
  const [few, many] = [await launch(35), await launch(224)];
  rows.push(["dispatch in one pass, from 35 and 224 of them", ((many - few) / (224 - 35)) * 1000, "µs", NaN, QUICK.runs]);

  const wait = await time(async () => {
    await copy(1);
    await finished();
  });
  rows.push(["await of one submit", wait.median, "ms", wait.p95, wait.runs]);
  from.release();
  to.release();

  for (const megabytes of large ? [1, 45, 120] : [1, 45]) {
    const bytes = new Uint8Array(megabytes * MB);
    const up = await time(async () => {
      gpu.memory.upload("bench/up", bytes).release();
      await finished();
    });
    rows.push([`upload of ${megabytes} MB, waited for`, megabytes / up.median, "GB/s", megabytes / up.p95, up.runs]);
    const buffer = gpu.memory.upload("bench/down", bytes);
    const down = await time(async () => void (await gpu.memory.download("bench", [buffer])));
    rows.push([`readback of ${megabytes} MB`, megabytes / down.median, "GB/s", megabytes / down.p95, down.runs]);
    buffer.release();
  }
  gpu.memory.trim();
  return {
    title: "Anchors: the adapter itself",
    columns: ["what", "median", "unit", "at p95 of time", "runs"],
    rows: rows.map(([what, middle, unit, slow, runs]) => [what, middle, unit, Number.isNaN(slow) ? null : slow, runs]),
    notes: ["Figures of the other tables mean something relative to these alone, taken in the same run."],
  };
}
