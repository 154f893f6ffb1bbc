import { classAgreement, type ClassAgreement } from "./class-agreement.ts";
import type { ClassAxis } from "./class-axis.ts";
import { detailedDifference, type DetailedDifference, type Tolerance } from "./detailed-difference.ts";
import { labelOverlap, type LabelOverlap } from "./label-overlap.ts";
import type { Tensor } from "./tensor.ts";

/** What is asked of a comparison of two tensors. */
export interface ComparisonOptions {
  readonly tolerance: Tolerance;
  /** How many of the largest differences are listed. */
  readonly largest: number;
  /** Where scores of classes lie; null where there are none. */
  readonly classes: ClassAxis | null;
  /** Whether the tensors may be label masks. */
  readonly labels: boolean;
}

/** How `b` differs from `a`, as numbers, as choices of classes and as masks. */
export interface TensorComparison extends DetailedDifference {
  readonly classes: ClassAgreement | null;
  /** null where they are no masks. */
  readonly labels: readonly LabelOverlap[] | null;
}

/** Compares two tensors in all ways that suit them. Pauses, yielding the fraction done. Throws TENSOR_MISMATCH where data types or shapes differ. */
export function* compareTensors(a: Tensor, b: Tensor, { tolerance, largest, classes, labels }: ComparisonOptions): Generator<number, TensorComparison> {
  const parts = 1 + Number(classes !== null) + Number(labels);
  const difference = yield* share(detailedDifference(a, b, tolerance, largest), 0, parts);
  const agreement = classes === null ? null : yield* share(classAgreement(a, b, classes), 1, parts);
  const overlaps = labels ? yield* share(labelOverlap(a, b), parts - 1, parts) : null;
  return { ...difference, classes: agreement, labels: overlaps };
}

function* share<Result>(steps: Generator<number, Result>, part: number, parts: number): Generator<number, Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    yield (part + step.value) / parts;
  }
}
