import { zeros } from "../../../tensor/tensor.ts";
import type { Backend, RuntimeTensor } from "../backend.ts";

/** Triton's identity backend: the n-th output is the n-th input, untouched; zeros for an optional input that was not given (as a server answered). */
export const identityBackend: Backend = {
  name: "identity",
  load: ({ config }, placement) =>
    Promise.resolve({
      accepts: (input) => {
        const type = config.input.find(({ name }) => name === input)?.data_type;
        return placement === "gpu" && type !== "TYPE_STRING" ? "gpu" : "host";
      },
      execute: ({ inputs, requestedOutputs }) =>
        Promise.resolve(
          new Map(
            requestedOutputs.flatMap((output): [string, RuntimeTensor][] => {
              const source = config.input[config.output.findIndex(({ name }) => name === output)];
              const tensor = source === undefined ? undefined : inputs.get(source.name);
              const declared = config.output.find(({ name }) => name === output);
            if (tensor === undefined) {
              if (declared === undefined || declared.dims.includes(-1) || config.max_batch_size > 0) return [];
              return [[output, { location: "host" as const, tensor: zeros(declared.data_type, declared.dims) }]];
            }
              // The caller releases outputs and inputs apart from each other, so the shared buffer takes one more reference.
              if (tensor.location === "gpu") tensor.buffer.retain();
              return [[output, tensor]];
            }),
          ),
        ),
      dispose: () => Promise.resolve(),
    }),
};
