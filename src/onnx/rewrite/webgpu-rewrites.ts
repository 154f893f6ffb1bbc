import { bindInputs } from "./bind-inputs.ts";
import { convTransposeToConv } from "./conv-transpose.ts";
import { dropDeadNodes } from "./dead-nodes.ts";
import { dropPassThrough } from "./pass-through.ts";
import type { Rewrite } from "./rewrite.ts";
import { dropSoftmaxBeforeArgMax } from "./softmax-argmax.ts";

/** The rewrites of models that run on WebGPU, in the order in which they apply. */
export const WEBGPU_REWRITES: readonly Rewrite[] = [
  bindInputs,
  dropPassThrough,
  dropSoftmaxBeforeArgMax,
  convTransposeToConv,
  dropDeadNodes,
];
