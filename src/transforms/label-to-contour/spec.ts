import { failed, mapEntries, shapeText } from "../dictionary.ts";
import type { TransformSpec } from "../transform.ts";

/** Parameters of monai.transforms.LabelToContourd. */
export interface LabelToContourParameters {
  readonly kernel_type: "Laplace";
}

/**
 * monai.transforms.LabelToContourd: clamp(26·v - sum of the 26 neighbours, 0, 1) per channel, outside the array 0; 8 and 8 in 2-D. Of a
 * mask of 0 and 1 that is its one-voxel inner border. Float arrays only, as torch's convolution.
 */
export const labelToContourSpec: TransformSpec<LabelToContourParameters> = {
  name: "LabelToContour",
  summary: "Makes the one-voxel inner border of a mask.",
  parameters: {
    kernel_type: { type: "choice", choices: ["Laplace"], default: "Laplace", doc: "The only kernel that MONAI has." },
  },
  infer: (_parameters, keys, dictionary) =>
    mapEntries("LabelToContour", keys, dictionary, (entry, key) => {
      const rank = entry.shape.length - 1;
      if (rank !== 2 && rank !== 3) throw failed("LabelToContour", key, `2 or 3 axes after the channel are needed, found ${shapeText(entry.shape)}`);
      if (entry.dataType !== "TYPE_FP32" && entry.dataType !== "TYPE_FP64") {
        throw failed("LabelToContour", key, `TYPE_FP32 or TYPE_FP64 is needed, found ${entry.dataType}; MONAI fails here too. Cast to float32 before`);
      }
      return entry;
    }),
};
