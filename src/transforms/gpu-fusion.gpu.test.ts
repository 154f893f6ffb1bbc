// Chains whose transforms share passes give what the same transforms give one by one.
import { describe, test } from "vitest";
import { expectTwins, floats, noise, OBLIQUE, step, type Step } from "../testing/gpu-transform.ts";
import { withGpu } from "../testing/gpu.ts";
import { asDiscreteCpu } from "./as-discrete/cpu.ts";
import { asDiscreteGpu } from "./as-discrete/gpu.ts";
import { asDiscreteSpec, type AsDiscreteParameters } from "./as-discrete/spec.ts";
import { castToTypeCpu } from "./cast-to-type/cpu.ts";
import { castToTypeGpu } from "./cast-to-type/gpu.ts";
import { castToTypeSpec } from "./cast-to-type/spec.ts";
import { copyItemsCpu } from "./copy-items/cpu.ts";
import { copyItemsGpu } from "./copy-items/gpu.ts";
import { copyItemsSpec } from "./copy-items/spec.ts";
import { cropForegroundCpu } from "./crop-foreground/cpu.ts";
import { cropForegroundGpu } from "./crop-foreground/gpu.ts";
import { cropForegroundSpec } from "./crop-foreground/spec.ts";
import { ensureChannelFirstCpu } from "./ensure-channel-first/cpu.ts";
import { ensureChannelFirstGpu } from "./ensure-channel-first/gpu.ts";
import { ensureChannelFirstSpec } from "./ensure-channel-first/spec.ts";
import { keepLargestConnectedComponentCpu } from "./keep-largest-connected-component/cpu.ts";
import { keepLargestConnectedComponentGpu } from "./keep-largest-connected-component/gpu.ts";
import { keepLargestConnectedComponentSpec, type KeepLargestConnectedComponentParameters } from "./keep-largest-connected-component/spec.ts";
import { labelToContourCpu } from "./label-to-contour/cpu.ts";
import { labelToContourGpu } from "./label-to-contour/gpu.ts";
import { labelToContourSpec } from "./label-to-contour/spec.ts";
import { resizeCpu } from "./resize/cpu.ts";
import { resizeGpu } from "./resize/gpu.ts";
import { resizeSpec } from "./resize/spec.ts";

const discrete = (given: Partial<AsDiscreteParameters> = { argmax: true }) => step(asDiscreteSpec, asDiscreteCpu, asDiscreteGpu, given);
const keep = (given: Partial<KeepLargestConnectedComponentParameters> = { applied_labels: 1 }) =>
  step(keepLargestConnectedComponentSpec, keepLargestConnectedComponentCpu, keepLargestConnectedComponentGpu, given);
const contour = (key = "image") => step(labelToContourSpec, labelToContourCpu, labelToContourGpu, {}, [key]);
const copy = step(copyItemsSpec, copyItemsCpu, copyItemsGpu, { names: "copy" });
const cast = (dtype: string) => step(castToTypeSpec, castToTypeCpu, castToTypeGpu, { dtype });
const resize = (spatial_size: readonly number[]) => step(resizeSpec, resizeCpu, resizeGpu, { spatial_size });
const crop = step(cropForegroundSpec, cropForegroundCpu, cropForegroundGpu, { source_key: "image" });
const channelFirst = (channel_dim: number | "no_channel") => step(ensureChannelFirstSpec, ensureChannelFirstCpu, ensureChannelFirstGpu, { channel_dim });

/** Logits whose greatest channel comes in lumps; with NaN here and there. */
const logits = (shape: readonly number[]) => floats(shape, (i) => (i % 97 === 5 ? NaN : noise(Math.floor(i / 3)) - (i % 2) * 0.1), OBLIQUE);
const THREE = logits([2, 13, 11, 9]);

/** Name, steps, input, and the tolerance where values between 0 and 1 are summed. */
const CHAINS: [string, readonly Step[], ReturnType<typeof floats>, number?][] = [
  ["argmax, component", [discrete(), keep()], THREE],
  ["argmax, component, contour", [discrete(), keep(), contour()], THREE],
  ["argmax, component, copy, contour of the copy", [discrete(), keep(), copy, contour("copy")], THREE],
  ["argmax, copy, component of one", [discrete(), copy, keep(), contour()], THREE],
  ["every label", [discrete(), keep({}), contour()], THREE],
  ["two components", [discrete(), keep({ applied_labels: 1, num_components: 2 }), contour()], THREE],
  ["6 neighbours", [discrete(), keep({ applied_labels: 1, connectivity: 1 }), contour()], THREE],
  ["label 0 too", [discrete(), keep({ applied_labels: [0, 1] }), contour()], THREE],
  ["even sizes", [discrete(), keep(), contour()], logits([2, 8, 10, 12])],
  ["one voxel wide", [discrete(), keep(), contour()], logits([2, 1, 40, 3])],
  ["a plane", [discrete(), keep(), contour()], logits([2, 33, 21])],
  ["three classes", [discrete(), keep(), contour()], logits([3, 13, 11, 9])],
  ["three classes, every label", [discrete(), keep({}), contour()], logits([3, 13, 11, 9])],
  ["argmax of one channel", [discrete(), keep(), contour()], logits([1, 6, 7, 8])],
  ["argmax alone", [discrete()], THREE],
  ["argmax, cast", [discrete(), cast("uint8"), keep()], THREE],
  ["argmax as uint8", [discrete({ argmax: true, dtype: "uint8" }), keep()], THREE],
  ["argmax, resize", [discrete(), resize([5, 6, 7])], THREE],
  ["argmax, crop, component", [discrete(), crop, keep()], THREE],
  ["argmax, channel moved", [discrete(), channelFirst(2)], THREE],
  ["argmax, channel added", [discrete(), channelFirst("no_channel")], THREE],
  ["argmax, one-hot, components", [discrete({ argmax: true, to_onehot: 2 }), keep({ applied_labels: [0, 1] })], THREE],
  ["component, crop, contour", [discrete(), keep(), crop, contour()], THREE],
  ["component, resize, contour", [discrete(), keep(), resize([9, 9, 9]), contour()], THREE, 1e-5],
  ["component, cast to float64, contour", [discrete(), keep(), cast("float64"), contour()], THREE],
];

describe("passes shared between transforms give the CPU's results", () => {
  test.each(CHAINS)("%s", (_, steps, image, tolerance) => withGpu((gpu) => expectTwins(gpu, steps, new Map([["image", image]]), tolerance)));
});
