import { expect } from "vitest";
import type { Gpu } from "../runtime/gpu.ts";
import { createRunReport } from "../runtime/run-report.ts";
import { allocate } from "../tensor/data-type.ts";
import { halfTable } from "../tensor/half.ts";
import { elementCount } from "../tensor/tensor.ts";
import { releaseArray, releaseDropped, type GpuArray, type GpuContext, type GpuTransform } from "../transforms/gpu-array.ts";
import { settleArray } from "../transforms/gpu-conversion.ts";
import type { ArrayItem, CpuTransform, TransformSpec } from "../transforms/transform.ts";

/** Parameters with the spec's defaults filled in. */
function parametersOf<P>(spec: TransformSpec<P>, given: Partial<P>): P {
  const defaults = Object.entries(spec.parameters as Record<string, { default?: unknown }>).map(([name, { default: value }]) => [name, value]);
  return { ...(Object.fromEntries(defaults) as P), ...given };
}

/** A copy of an array in GPU memory. */
function uploadItem(gpu: Gpu, item: ArrayItem): GpuArray {
  const bytes = new Uint8Array(item.data.buffer, item.data.byteOffset, item.data.byteLength);
  const affine = item.affine && gpu.memory.upload("test/affine", new Uint8Array(item.affine.buffer, item.affine.byteOffset, 128));
  return { dataType: item.dataType, shape: item.shape, buffer: gpu.memory.upload("test/in", bytes), ...(affine && { affine }), ...(item.image && { image: item.image }) };
}

/** The values of an array, whatever is deferred or windowed. */
async function downloadArray(context: GpuContext, array: GpuArray): Promise<ArrayItem> {
  const { memory } = context.gpu;
  const settled = await settleArray(context, array, "test");
  const [bytes] = await memory.download("test", [settled.buffer]);
  const [affine] = settled.affine === undefined ? [] : await memory.download("test", [settled.affine]);
  const data = allocate(settled.dataType, elementCount(settled.shape));
  new Uint8Array(data.buffer).set(bytes ?? new Uint8Array(0));
  const item = { dataType: settled.dataType, shape: settled.shape, data, ...(settled.image && { image: settled.image }) };
  releaseArray(settled);
  return affine === undefined ? item : { ...item, affine: new Float64Array(affine.buffer) };
}

/** A step of a chain in a test: both paths with the same parameters. */
export interface Step {
  cpu(dictionary: ReadonlyMap<string, ArrayItem>): Map<string, ArrayItem>;
  gpu(context: GpuContext, dictionary: ReadonlyMap<string, GpuArray>): Promise<Map<string, GpuArray>>;
}

/** One step. `keys` default to "image". */
export function step<P>(spec: TransformSpec<P>, cpu: CpuTransform<P>, gpu: GpuTransform<P>, given: Partial<P> = {}, keys: readonly string[] = ["image"]): Step {
  const parameters = parametersOf(spec, given);
  return {
    cpu: (dictionary) => cpu(parameters, keys, dictionary),
    gpu: (context, dictionary) => gpu(context, parameters, keys, dictionary),
  };
}

/** The dictionary after the steps on the GPU, read back, and the errors that kernels flagged. */
export async function runOnGpu(gpu: Gpu, steps: readonly Step[], input: ReadonlyMap<string, ArrayItem>): Promise<{ items: Map<string, ArrayItem>; errors: readonly Error[] }> {
  const report = createRunReport(gpu);
  const context: GpuContext = { gpu, report, signal: new AbortController().signal };
  let dictionary: ReadonlyMap<string, GpuArray> = new Map([...input].map(([key, item]) => [key, uploadItem(gpu, item)]));
  try {
    for (const one of steps) {
      const next = await one.gpu(context, dictionary);
      releaseDropped(dictionary, next);
      dictionary = next;
    }
    const items = new Map<string, ArrayItem>();
    for (const [key, array] of dictionary) items.set(key, await downloadArray(context, array));
    return { items, errors: (await report.finish()).errors };
  } finally {
    for (const array of new Set(dictionary.values())) releaseArray(array);
    report.dispose();
  }
}

/** Runs the steps on both sides and compares every entry: type, shape, affine bit for bit, values within `tolerance` (0: equal, NaN with NaN). */
export async function expectTwins(gpu: Gpu, steps: readonly Step[], input: ReadonlyMap<string, ArrayItem>, tolerance = 0): Promise<void> {
  let expected: ReadonlyMap<string, ArrayItem> = input;
  for (const one of steps) expected = one.cpu(expected);
  const { items, errors } = await runOnGpu(gpu, steps, input);
  expect(errors).toEqual([]);
  expect([...items.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, item] of expected) {
    const found = items.get(key);
    if (found === undefined) throw new Error(`no ${key}`);
    expect({ dataType: found.dataType, shape: found.shape, image: found.image }, key).toEqual({ dataType: item.dataType, shape: item.shape, image: item.image });
    expect([...(found.affine ?? [])], `affine of ${key}`).toEqual([...(item.affine ?? [])]);
    expect(worstDifference(found, item, tolerance), `values of ${key}`).toEqual(AGREES);
  }
}

const AGREES = "agree";

/** Where two arrays differ most beyond the tolerance, in words; `AGREES` when nowhere. */
export function worstDifference(found: ArrayItem, expected: ArrayItem, tolerance: number): string {
  const a = numbers(found);
  const b = numbers(expected);
  let worst = tolerance;
  let at = -1;
  let wrong = 0;
  for (let i = 0; i < b.length; i++) {
    const x = Number(a[i]);
    const y = Number(b[i]);
    if (x === y || (x !== x && y !== y)) continue;
    const difference = Math.abs(x - y);
    if (difference <= tolerance) continue;
    wrong++;
    if (at < 0 || difference > worst) {
      worst = difference;
      at = i;
    }
  }
  return wrong === 0 ? AGREES : `${wrong} of ${b.length} differ, most at [${at}]: ${a[at]} instead of ${b[at]}`;
}

function numbers(item: ArrayItem): ArrayLike<number | bigint> {
  if (item.dataType !== "TYPE_FP16") return item.data as ArrayLike<number | bigint>;
  const table = halfTable();
  return Float32Array.from(item.data as Uint16Array, (bits) => table[bits] ?? NaN);
}

/** A float32 array of the shape, filled by a function of the flat index. */
export function floats(shape: readonly number[], value: (i: number) => number, affine?: readonly number[]): ArrayItem {
  const data = new Float32Array(elementCount(shape)).map((_, i) => value(i));
  return { dataType: "TYPE_FP32", shape, data, ...(affine && { affine: new Float64Array(affine) }) };
}

/** Reproducible noise in [0, 1): a hash of the index. */
export function noise(i: number, seed = 1): number {
  let x = Math.imul(i + 0x9e3779b9 * seed, 0x85ebca6b) >>> 0;
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

/** An affine with rotation, shear and odd numbers. */
export const OBLIQUE = [-2.9, 0.11, 0.3, 120.25, 0.07, -3.1, 0.013, 88.1, 0.2, 0.05, 2.5, -1020.7, 0, 0, 0, 1];
