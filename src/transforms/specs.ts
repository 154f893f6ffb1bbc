import { asDiscreteSpec } from "./as-discrete/spec.ts";
import { bertTokenizerSpec } from "./bert-tokenizer/spec.ts";
import { castToTypeSpec } from "./cast-to-type/spec.ts";
import { copyItemsSpec } from "./copy-items/spec.ts";
import { cropForegroundSpec } from "./crop-foreground/spec.ts";
import { ensureChannelFirstSpec } from "./ensure-channel-first/spec.ts";
import { ensureTypeSpec } from "./ensure-type/spec.ts";
import { imageOpenSpec } from "./image-open/spec.ts";
import { keepLargestConnectedComponentSpec } from "./keep-largest-connected-component/spec.ts";
import { labelToContourSpec } from "./label-to-contour/spec.ts";
import { resizeSpec } from "./resize/spec.ts";
import { scaleIntensityRangeSpec } from "./scale-intensity-range/spec.ts";
import { textFeaturesSpec } from "./text-features/spec.ts";
import type { TransformSpec } from "./transform.ts";
import { v2CenterCropSpec } from "./v2-center-crop/spec.ts";
import { v2GrayscaleSpec } from "./v2-grayscale/spec.ts";
import { v2NormalizeSpec } from "./v2-normalize/spec.ts";
import { v2ResizeSpec } from "./v2-resize/spec.ts";
import { v2ConvertImageDtypeSpec, v2ToDtypeSpec } from "./v2-to-dtype/spec.ts";
import { v2PilToTensorSpec, v2ToImageSpec } from "./v2-to-image/spec.ts";
import { v2ToTensorSpec } from "./v2-to-tensor/spec.ts";
import { weightedScoreSpec } from "./weighted-score/spec.ts";

/** What every transform is, without the code that runs it: for editor, rules and plan. `catalogue.ts` adds the code. */
export const TRANSFORM_SPECS: readonly TransformSpec[] = [
  ensureTypeSpec,
  ensureChannelFirstSpec,
  scaleIntensityRangeSpec,
  cropForegroundSpec,
  resizeSpec,
  asDiscreteSpec,
  keepLargestConnectedComponentSpec,
  labelToContourSpec,
  copyItemsSpec,
  castToTypeSpec,
  imageOpenSpec,
  bertTokenizerSpec,
  textFeaturesSpec,
  v2ResizeSpec,
  v2CenterCropSpec,
  v2GrayscaleSpec,
  v2ToImageSpec,
  v2PilToTensorSpec,
  v2ToTensorSpec,
  v2ToDtypeSpec,
  v2ConvertImageDtypeSpec,
  v2NormalizeSpec,
  weightedScoreSpec,
] as readonly TransformSpec<never>[] as readonly TransformSpec[];
