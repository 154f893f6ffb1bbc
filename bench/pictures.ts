import type { Gpu } from "../src/runtime/gpu.ts";
import type { GpuBuffer } from "../src/runtime/memory/gpu-memory.ts";
import { createRunReport } from "../src/runtime/run-report.ts";
import { loadCpuTable, loadGpuTable } from "../src/transforms/catalogue.ts";
import { parseChain, type TransformChain } from "../src/transforms/chain.ts";
import { releaseArray, releaseDropped, type GpuArray, type GpuContext, type GpuTransform } from "../src/transforms/gpu-array.ts";
import type { ArrayItem, Parameters } from "../src/transforms/transform.ts";
import { COPY } from "./anchors.ts";
import { measure, type Case } from "./measure.ts";
import { cells, ratio, type Table } from "./table.ts";

const [HEIGHT, WIDTH] = [2160, 3840];
const SIZE = 224;
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

/** A picture as photographs are taken, made ready for a network: the way of transforms.json against what a page can do by itself. */
export async function pictures(gpu: Gpu): Promise<Table[]> {
  const chain = resizeAndNormalize();
  const pixels = photograph();
  const [cpuTable, gpuTable] = [await loadCpuTable(chain), await loadGpuTable(chain)];
  const resident = gpu.memory.upload("bench/picture", pixels);
  const copy = gpu.memory.allocate("bench/copy", pixels.length);
  const canvas = canvasWay(pixels);
  const drawn = await canvas.bitmap();
  const finished = async (): Promise<void> => {
    gpu.submit();
    await gpu.device.queue.onSubmittedWorkDone();
  };
  const cases: Case<void>[] = [
    { name: "WGSL, pixels on the GPU before", run: async () => (await runOnGpu(gpu, chain, gpuTable, resident.retain()), finished()) },
    { name: "WGSL, with upload", run: async () => (await runOnGpu(gpu, chain, gpuTable, gpu.memory.upload("bench/upload", pixels)), finished()) },
    { name: "canvas drawImage and a loop in JavaScript, a new ImageBitmap", run: async () => void canvas.loop(await canvas.bitmap()) },
    { name: "the same, an ImageBitmap that was drawn before", run: () => Promise.resolve(void canvas.loop(drawn)) },
    { name: "TypeScript", run: () => Promise.resolve(runOnCpu(chain, cpuTable, pixels)) },
    {
      name: "the picture copied by a kernel, read + write",
      run: async () => {
        const words = pixels.length / 4;
        await gpu.dispatch({ shader: COPY, entry: "copy", bindings: { 0: resident, 1: copy }, uniforms: [words], threads: words });
        await finished();
      },
    },
  ];
  const measured = await measure(cases);
  for (const buffer of [resident, copy]) buffer.release();
  gpu.memory.trim();
  const own = measured[2]!.time.median;
  const copied = measured[5]!.time.median;
  return [
    {
      title: `A picture of ${WIDTH} × ${HEIGHT} to ${SIZE} × ${SIZE}, float32, normalized, channel first`,
      columns: ["way", "median ms", "p95 ms", "runs", "as fast as the canvas", "times the copy"],
      rows: measured.map(({ name, time }) => [name, ...cells(time), ratio(own, time.median), ratio(time.median, copied)]),
      notes: [
        "v2.Resize (bilinear), v2.ToImage, v2.ToDtype, v2.Normalize: Pillow's own bytes, then torchvision's floats. One submit and one wait a run.",
        "The canvas smooths in its own way (quality high): other numbers, which no network was trained on. Of an ImageBitmap that it knows it keeps smaller copies.",
      ],
    },
  ];
}

function resizeAndNormalize(): TransformChain {
  const transforms = [
    { _target_: "v2.Resize", size: [SIZE, SIZE] },
    { _target_: "v2.ToImage" },
    { _target_: "v2.ToDtype", dtype: "float32", scale: true },
    { _target_: "v2.Normalize", mean: MEAN, std: STD },
  ].map((step) => ({ ...step, keys: "image" }));
  const { chain, diagnostics } = parseChain(JSON.stringify({ inputs: { image: "X" }, transforms, outputs: { Y: "image" } }), { model: "bench", file: "transforms.json" });
  if (chain === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return chain;
}

/** Soft shapes with a little grain, RGB. */
function photograph(): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(HEIGHT * WIDTH * 3);
  let grain = 1;
  for (let i = 0; i < pixels.length; i++) {
    grain = (Math.imul(grain, 1664525) + 1013904223) >>> 0;
    const [x, y] = [Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH)];
    pixels[i] = 128 + 90 * Math.sin(x / 190 + (i % 3)) * Math.cos(y / 130) + (grain >>> 27);
  }
  return pixels;
}

/** Records the chain on a picture whose buffer is handed over; the result is dropped. */
async function runOnGpu(gpu: Gpu, chain: TransformChain, table: ReadonlyMap<string, GpuTransform<Parameters>>, buffer: GpuBuffer): Promise<void> {
  const report = createRunReport(gpu);
  const context: GpuContext = { gpu, report, signal: new AbortController().signal };
  let dictionary: ReadonlyMap<string, GpuArray> = new Map([["image", { dataType: "TYPE_UINT8", shape: [HEIGHT, WIDTH, 3], buffer, image: "RGB" }]]);
  for (const { spec, parameters, keys } of chain.steps) {
    const next = await table.get(spec.name)!(context, parameters, keys, dictionary);
    releaseDropped(dictionary, next);
    dictionary = next;
  }
  for (const array of dictionary.values()) releaseArray(array);
  report.dispose();
}

function runOnCpu(chain: TransformChain, table: Awaited<ReturnType<typeof loadCpuTable>>, data: Uint8Array): void {
  let dictionary: ReadonlyMap<string, ArrayItem> = new Map([["image", { dataType: "TYPE_UINT8", shape: [HEIGHT, WIDTH, 3], data, image: "RGB" }]]);
  for (const { spec, parameters, keys } of chain.steps) dictionary = table.get(spec.name)!(parameters, keys, dictionary);
}

/** What a page without kernels does: the canvas shrinks, a loop makes planes of floats. */
function canvasWay(pixels: Uint8Array): { bitmap: () => Promise<ImageBitmap>; loop: (source: ImageBitmap) => Float32Array } {
  const rgba = new Uint8ClampedArray(HEIGHT * WIDTH * 4).fill(255);
  for (let i = 0; i < HEIGHT * WIDTH; i++) rgba.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i);
  const image = new ImageData(rgba, WIDTH, HEIGHT);
  const context = new OffscreenCanvas(SIZE, SIZE).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("this browser has no 2D canvas");
  context.imageSmoothingQuality = "high";
  return {
    bitmap: () => createImageBitmap(image, { colorSpaceConversion: "none", premultiplyAlpha: "none" }),
    loop(source) {
      context.drawImage(source, 0, 0, SIZE, SIZE);
      const { data } = context.getImageData(0, 0, SIZE, SIZE);
      const plane = SIZE * SIZE;
      const result = new Float32Array(3 * plane);
      for (let channel = 0; channel < 3; channel++) {
        for (let i = 0; i < plane; i++) result[channel * plane + i] = (data[4 * i + channel]! / 255 - MEAN[channel]!) / STD[channel]!;
      }
      return result;
    },
  };
}
