import type { ModelConfig } from "../triton/model-config/model-config.ts";

/**
 * Names of the inputs whose first axis counts the items of a request: all of a model that batches. One without a batch dimension (max_batch_size 0) takes
 * several items where it takes a list of texts or files, which is what TYPE_STRING [-1] is; the others stay as they are for all of them. None: a
 * request is one item.
 */
export function itemInputs(config: Pick<ModelConfig, "max_batch_size" | "input">): readonly string[] {
  return config.max_batch_size > 0 ? config.input.map(({ name }) => name) : listInputs(config);
}

/** Of a model without a batch dimension the inputs that are lists of texts or files. */
export function listInputs({ max_batch_size, input }: Pick<ModelConfig, "max_batch_size" | "input">): readonly string[] {
  if (max_batch_size > 0) return [];
  return input.filter(({ data_type, dims }) => data_type === "TYPE_STRING" && dims.length === 1 && dims[0] === -1).map(({ name }) => name);
}
