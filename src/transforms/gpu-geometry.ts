import type { ConchError } from "../base/errors.ts";
import type { Gpu, Shader } from "../runtime/gpu.ts";
import type { GpuBuffer } from "../runtime/memory/gpu-memory.ts";
import { filled, spatialSizes, type GpuArray, type GpuContext } from "./gpu-array.ts";
import float64 from "./gpu-float64.wgsl?raw";
import body from "./gpu-geometry.wgsl?raw";

const shader: Shader = { label: "geometry", code: float64 + body };

/** Bytes of an affine in GPU memory. */
const AFFINE_BYTES = 128;

type Sizes = readonly [number, number, number];

/** The affine after a crop to `box`: A · T(start), bit-equal with the CPU's product. The caller owns the buffer. */
export function cropAffine(gpu: Gpu, affine: GpuBuffer, box: GpuBuffer, rank: number): Promise<GpuBuffer> {
  return filled(gpu, "crop-foreground/affine", AFFINE_BYTES, (target) =>
    gpu.dispatch({
      shader,
      entry: "crop_affine",
      bindings: { 0: box, 2: affine, 3: target },
      uniforms: planWords([1, 1, 1], [1, 1, 1], rank),
      threads: 1,
      groupSize: 1,
    }),
  );
}

/**
 * Start, size and factor per axis of what is to be resized: the image, or the window in it. A window that turns out empty sets a status
 * word. The caller owns the buffer.
 */
export function resizeGeometry({ gpu, report }: GpuContext, array: GpuArray, to: Sizes, emptyError: () => ConchError): Promise<GpuBuffer> {
  const { window } = array;
  const rank = array.shape.length - 1;
  return filled(gpu, "resize/geometry", 48, (target) =>
    window === undefined
      ? gpu.dispatch({ shader, entry: "whole", bindings: { 1: target }, uniforms: planWords(spatialSizes(array.shape), to, rank), threads: 1, groupSize: 1 })
      : gpu.dispatch({
          shader,
          entry: "window",
          bindings: { 0: window.box, 1: target, 4: report.status },
          uniforms: planWords(spatialSizes(array.shape), to, rank, report.flag(emptyError)),
          threads: 1,
          groupSize: 1,
        }),
  );
}

/** The affine after a resize of what `geometry` says to `to`: A · S, bit-equal with the CPU's product. The caller owns the buffer. */
export function resizeAffine(gpu: Gpu, affine: GpuBuffer, geometry: GpuBuffer, to: Sizes, rank: number): Promise<GpuBuffer> {
  return filled(gpu, "resize/affine", AFFINE_BYTES, (target) =>
    gpu.dispatch({
      shader,
      entry: "resize_affine",
      bindings: { 1: geometry, 2: affine, 3: target },
      uniforms: planWords([1, 1, 1], to, rank),
      threads: 1,
      groupSize: 1,
    }),
  );
}

function planWords(size: Sizes, to: Sizes, rank: number, word = 0): number[] {
  return [...size, rank, ...to, word];
}
