import type { Backend } from "../backend.ts";

/** Triton's identity backend: OUTPUTn is INPUTn, untouched; by position where the names are others. */
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
            requestedOutputs.flatMap((output) => {
              const source = config.input[config.output.findIndex(({ name }) => name === output)];
              const tensor = source === undefined ? undefined : inputs.get(source.name);
              if (tensor === undefined) return [];
              // The caller releases outputs and inputs apart from each other, so the shared buffer takes one more reference.
              if (tensor.location === "gpu") tensor.buffer.retain();
              return [[output, tensor]];
            }),
          ),
        ),
      dispose: () => Promise.resolve(),
    }),
};
