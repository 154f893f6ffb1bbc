import { asDiscreteSpec } from "./as-discrete/spec.ts";
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
import type { TransformSpec } from "./transform.ts";

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
] as readonly TransformSpec<never>[] as readonly TransformSpec[];
