// Every transform: its description eager, its code loaded when a chain first needs it. Adding a transform is a folder, a line here and one
// in specs.ts.
import { asDiscreteSpec } from "./as-discrete/spec.ts";
import { bertTokenizerSpec } from "./bert-tokenizer/spec.ts";
import { castToTypeSpec } from "./cast-to-type/spec.ts";
import type { TransformChain } from "./chain.ts";
import { prepareOpening, type OpenTable } from "./chain-open.ts";
import type { CpuTable } from "./chain-run.ts";
import { copyItemsSpec } from "./copy-items/spec.ts";
import { cropForegroundSpec } from "./crop-foreground/spec.ts";
import { ensureChannelFirstSpec } from "./ensure-channel-first/spec.ts";
import { ensureTypeSpec } from "./ensure-type/spec.ts";
import type { GpuTransform } from "./gpu-array.ts";
import { imageOpenSpec } from "./image-open/spec.ts";
import { keepLargestConnectedComponentSpec } from "./keep-largest-connected-component/spec.ts";
import { labelToContourSpec } from "./label-to-contour/spec.ts";
import { resizeSpec } from "./resize/spec.ts";
import { scaleIntensityRangeSpec } from "./scale-intensity-range/spec.ts";
import { textFeaturesSpec } from "./text-features/spec.ts";
import type { CpuTransform, OpenTransform, Parameters, ReadModelFile, TransformSpec } from "./transform.ts";
import { v2CenterCropSpec } from "./v2-center-crop/spec.ts";
import { v2GrayscaleSpec } from "./v2-grayscale/spec.ts";
import { v2NormalizeSpec } from "./v2-normalize/spec.ts";
import { v2ResizeSpec } from "./v2-resize/spec.ts";
import { v2ConvertImageDtypeSpec, v2ToDtypeSpec } from "./v2-to-dtype/spec.ts";
import { v2PilToTensorSpec, v2ToImageSpec } from "./v2-to-image/spec.ts";
import { v2ToTensorSpec } from "./v2-to-tensor/spec.ts";
import { weightedScoreSpec } from "./weighted-score/spec.ts";

/** A transform and how to get its code. */
export interface TransformEntry {
  readonly spec: TransformSpec;
  readonly cpu: () => Promise<CpuTransform>;
  readonly gpu: () => Promise<GpuTransform<Parameters>>;
}

/** An opening transform and how to get its code, which is the same for both placements. */
interface OpeningEntry {
  readonly spec: TransformSpec;
  readonly open: () => Promise<OpenTransform>;
}

/** All transforms. */
export const TRANSFORMS: readonly TransformEntry[] = [
  entry(ensureTypeSpec, async () => (await import("./ensure-type/cpu.ts")).ensureTypeCpu, async () => (await import("./ensure-type/gpu.ts")).ensureTypeGpu),
  entry(
    ensureChannelFirstSpec,
    async () => (await import("./ensure-channel-first/cpu.ts")).ensureChannelFirstCpu,
    async () => (await import("./ensure-channel-first/gpu.ts")).ensureChannelFirstGpu,
  ),
  entry(
    scaleIntensityRangeSpec,
    async () => (await import("./scale-intensity-range/cpu.ts")).scaleIntensityRangeCpu,
    async () => (await import("./scale-intensity-range/gpu.ts")).scaleIntensityRangeGpu,
  ),
  entry(
    cropForegroundSpec,
    async () => (await import("./crop-foreground/cpu.ts")).cropForegroundCpu,
    async () => (await import("./crop-foreground/gpu.ts")).cropForegroundGpu,
  ),
  entry(resizeSpec, async () => (await import("./resize/cpu.ts")).resizeCpu, async () => (await import("./resize/gpu.ts")).resizeGpu),
  entry(asDiscreteSpec, async () => (await import("./as-discrete/cpu.ts")).asDiscreteCpu, async () => (await import("./as-discrete/gpu.ts")).asDiscreteGpu),
  entry(
    keepLargestConnectedComponentSpec,
    async () => (await import("./keep-largest-connected-component/cpu.ts")).keepLargestConnectedComponentCpu,
    async () => (await import("./keep-largest-connected-component/gpu.ts")).keepLargestConnectedComponentGpu,
  ),
  entry(
    labelToContourSpec,
    async () => (await import("./label-to-contour/cpu.ts")).labelToContourCpu,
    async () => (await import("./label-to-contour/gpu.ts")).labelToContourGpu,
  ),
  entry(copyItemsSpec, async () => (await import("./copy-items/cpu.ts")).copyItemsCpu, async () => (await import("./copy-items/gpu.ts")).copyItemsGpu),
  entry(castToTypeSpec, async () => (await import("./cast-to-type/cpu.ts")).castToTypeCpu, async () => (await import("./cast-to-type/gpu.ts")).castToTypeGpu),
  entry(v2ResizeSpec, async () => (await import("./v2-resize/cpu.ts")).v2ResizeCpu, async () => (await import("./v2-resize/gpu.ts")).v2ResizeGpu),
  entry(
    v2CenterCropSpec,
    async () => (await import("./v2-center-crop/cpu.ts")).v2CenterCropCpu,
    async () => (await import("./v2-center-crop/gpu.ts")).v2CenterCropGpu,
  ),
  entry(v2GrayscaleSpec, async () => (await import("./v2-grayscale/cpu.ts")).v2GrayscaleCpu, async () => (await import("./v2-grayscale/gpu.ts")).v2GrayscaleGpu),
  entry(v2ToImageSpec, async () => (await import("./v2-to-image/cpu.ts")).v2ToImageCpu, async () => (await import("./v2-to-image/gpu.ts")).v2ToImageGpu),
  entry(
    v2PilToTensorSpec,
    async () => (await import("./v2-to-image/cpu.ts")).v2PilToTensorCpu,
    async () => (await import("./v2-to-image/gpu.ts")).v2PilToTensorGpu,
  ),
  entry(v2ToTensorSpec, async () => (await import("./v2-to-tensor/cpu.ts")).v2ToTensorCpu, async () => (await import("./v2-to-tensor/gpu.ts")).v2ToTensorGpu),
  entry(v2ToDtypeSpec, async () => (await import("./v2-to-dtype/cpu.ts")).v2ToDtypeCpu, async () => (await import("./v2-to-dtype/gpu.ts")).v2ToDtypeGpu),
  entry(
    v2ConvertImageDtypeSpec,
    async () => (await import("./v2-to-dtype/cpu.ts")).v2ConvertImageDtypeCpu,
    async () => (await import("./v2-to-dtype/gpu.ts")).v2ConvertImageDtypeGpu,
  ),
  entry(
    v2NormalizeSpec,
    async () => (await import("./v2-normalize/cpu.ts")).v2NormalizeCpu,
    async () => (await import("./v2-normalize/gpu.ts")).v2NormalizeGpu,
  ),
  entry(
    weightedScoreSpec,
    async () => (await import("./weighted-score/cpu.ts")).weightedScoreCpu,
    async () => (await import("./weighted-score/gpu.ts")).weightedScoreGpu,
  ),
];

/** All opening transforms. */
export const OPENING_TRANSFORMS: readonly OpeningEntry[] = [
  {
    spec: bertTokenizerSpec as unknown as TransformSpec,
    open: async () => (await import("./bert-tokenizer/open.ts")).bertTokenizerOpen as unknown as OpenTransform,
  },
  {
    spec: textFeaturesSpec as unknown as TransformSpec,
    open: async () => (await import("./text-features/open.ts")).textFeaturesOpen as unknown as OpenTransform,
  },
  { spec: imageOpenSpec as unknown as TransformSpec, open: async () => (await import("./image-open/open.ts")).imageOpen as unknown as OpenTransform },
];

// The chain hands each transform parameters that its own spec has checked, so the interface of one transform's parameters is that of all.
function entry<P>(spec: TransformSpec<P>, cpu: () => Promise<CpuTransform<P>>, gpu: () => Promise<GpuTransform<P>>): TransformEntry {
  return { spec, cpu, gpu } as unknown as TransformEntry;
}

/** The CPU code of every transform in the chain. */
export function loadCpuTable(chain: TransformChain): Promise<CpuTable> {
  return loadTable(TRANSFORMS, chain, (found) => found.cpu());
}

/** The GPU code of every transform in the chain. */
export function loadGpuTable(chain: TransformChain): Promise<ReadonlyMap<string, GpuTransform<Parameters>>> {
  return loadTable(TRANSFORMS, chain, (found) => found.gpu());
}

/** The openers of the chain's steps, with the files of the model that they need. Throws MODEL_FILE_INVALID. */
export async function loadOpenTable(chain: TransformChain, read: ReadModelFile): Promise<OpenTable> {
  return prepareOpening(chain, await loadTable(OPENING_TRANSFORMS, chain, (found) => found.open()), read);
}

async function loadTable<E extends { readonly spec: TransformSpec }, T>(
  all: readonly E[],
  chain: TransformChain,
  load: (entry: E) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  const names = new Set(chain.steps.map((step) => step.spec.name));
  const entries = all.filter(({ spec }) => names.has(spec.name));
  return new Map(await Promise.all(entries.map(async (found) => [found.spec.name, await load(found)] as const)));
}
