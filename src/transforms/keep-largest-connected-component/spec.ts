import { failed, mapEntries, shapeText } from "../dictionary.ts";
import type { TransformSpec } from "../transform.ts";

/** Parameters of monai.transforms.KeepLargestConnectedComponentd. */
export interface KeepLargestConnectedComponentParameters {
  /** Label values, or channels of a one-hot array; null is every one there is, but 0. */
  readonly applied_labels: number | readonly number[] | null;
  /** null: one-hot when there are several channels. */
  readonly is_onehot: boolean | null;
  /** Whether each label has its own largest component; false: the labels together. */
  readonly independent: boolean;
  /** Orthogonal steps that neighbours may be apart: 1 … number of axes; null is all, 26 neighbours in 3-D. */
  readonly connectivity: number | null;
  readonly num_components: number;
}

/**
 * monai.transforms.KeepLargestConnectedComponentd. Voxels of the labels outside their largest component become 0, all others stay. Of equal
 * components the one whose first voxel comes last in C order is kept: what MONAI ≥ 1.0 does up to 15 components (beyond, its sort is
 * unspecified).
 */
export const keepLargestConnectedComponentSpec: TransformSpec<KeepLargestConnectedComponentParameters> = {
  name: "KeepLargestConnectedComponent",
  summary: "Keeps the largest connected component of each label.",
  parameters: {
    applied_labels: { type: "integer-list", scalarToo: true, nullable: true, default: null, doc: "Labels, or channels of one-hot, that are filtered; null is all but 0." },
    is_onehot: { type: "boolean", nullable: true, default: null, doc: "Whether channels are labels; null: when there are several." },
    independent: { type: "boolean", default: true, doc: "Whether each label is filtered on its own; false: their union." },
    connectivity: { type: "integer", nullable: true, default: null, doc: "1, 2 or 3 orthogonal steps between neighbours; null is all (26 neighbours in 3-D)." },
    num_components: { type: "integer", default: 1, doc: "How many of the largest components are kept." },
  },
  check: ({ connectivity, num_components, applied_labels }) => [
    ...(connectivity !== null && (connectivity < 1 || connectivity > 3) ? ["connectivity must be 1, 2, 3 or null"] : []),
    ...(num_components < 1 ? ["num_components must be at least 1"] : []),
    ...(Array.isArray(applied_labels) && applied_labels.length === 0 ? ["applied_labels must not be empty"] : []),
  ],
  infer: (parameters, keys, dictionary) =>
    mapEntries("KeepLargestConnectedComponent", keys, dictionary, (entry, key) => {
      checkComponents(parameters, entry.shape, key);
      return entry;
    }),
};

/** Throws TRANSFORM_FAILED when the array cannot be filtered so. */
export function checkComponents(parameters: KeepLargestConnectedComponentParameters, shape: readonly (number | null)[], key: string): void {
  const { connectivity, applied_labels, is_onehot } = parameters;
  const rank = shape.length - 1;
  const name = "KeepLargestConnectedComponent";
  if (rank < 1 || rank > 3) throw failed(name, key, `1 to 3 axes after the channel are needed, found ${shapeText(shape)}`);
  if (connectivity !== null && connectivity > rank) throw failed(name, key, `connectivity ${connectivity} is more than the ${rank} axes`);
  const channels = shape[0] ?? null;
  if (channels === null) return;
  const onehot = is_onehot ?? channels > 1;
  if (!onehot) {
    if (applied_labels === null && channels !== 1) throw failed(name, key, `labels that are not one-hot have one channel, found ${channels}`);
    return;
  }
  const labels = applied_labels === null ? [] : typeof applied_labels === "number" ? [applied_labels] : applied_labels;
  for (const label of labels) {
    if (label >= channels || label < -channels) throw failed(name, key, `applied_labels names channel ${label} of ${channels}`);
  }
}
