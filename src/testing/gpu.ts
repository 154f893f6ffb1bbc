import { expect } from "vitest";
import { acquireDevice } from "../runtime/device.ts";
import { createGpu, type Gpu } from "../runtime/gpu.ts";

let shared: Promise<{ gpu: Gpu; problems: string[] }> | undefined;

async function open(): Promise<{ gpu: Gpu; problems: string[] }> {
  const acquired = await acquireDevice();
  if (acquired === null) throw new Error("GPU tests need a WebGPU adapter; the software adapter of Chromium will do");
  const problems: string[] = [];
  acquired.device.onuncapturederror = (event) => problems.push(event.error.message);
  return { gpu: createGpu(acquired.device), problems };
}

/** Runs a test body on the file's one device; fails on any GPU error that the body did not look at, and on any buffer left alive. */
export async function withGpu(body: (gpu: Gpu) => Promise<void>): Promise<void> {
  const { gpu, problems } = await (shared ??= open());
  problems.length = 0;
  gpu.memory.takeReadbacks();
  gpu.device.pushErrorScope("out-of-memory");
  gpu.device.pushErrorScope("validation");
  try {
    await body(gpu);
  } finally {
    gpu.submit();
    const found = await Promise.all([gpu.device.popErrorScope(), gpu.device.popErrorScope()]);
    for (const error of found) if (error !== null) problems.push(error.message);
  }
  expect(problems, "GPU errors").toEqual([]);
  expect(gpu.memory.liveLabels(), "GPU buffers left alive").toEqual([]);
}

/** Counts the buffers that are mapped for reading while `body` runs, on whatever device. */
export async function countMaps(body: () => Promise<void>): Promise<{ maps: number; bytes: number }> {
  const original = GPUBuffer.prototype.mapAsync;
  const count = { maps: 0, bytes: 0 };
  GPUBuffer.prototype.mapAsync = function mapAsync(this: GPUBuffer, mode, offset, size) {
    count.maps++;
    count.bytes += size ?? this.size - (offset ?? 0);
    return original.call(this, mode, offset, size);
  };
  try {
    await body();
  } finally {
    GPUBuffer.prototype.mapAsync = original;
  }
  return count;
}
