import { ConchError, isAbort, toErrorRecord } from "../../../base/errors.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { connect, type Connection } from "../../../triton/v2/connection.ts";
import { infer } from "../../../triton/v2/infer.ts";
import type { ModelServer, ModelUpload } from "../../protocol.ts";
import type { BackendModel, RuntimeTensor } from "../backend.ts";
import { withRetries } from "./retry.ts";
import { inSlot } from "./slots.ts";

/**
 * A model that a server runs: its inputs go there as one binary request, its outputs come back on the host, each read into the array that holds it.
 * Unlike other models it may be executed several times at once. A version that is not named is the server's own latest. Throws V2_… with the names of model
 * and server; an AbortSignal ends the exchange at the server, too.
 */
export function servedModel({ name, server }: ModelUpload, version: number | undefined): BackendModel {
  if (server === undefined) throw new ConchError("MODEL_NOT_RUNNABLE", `model '${name}' is to run on a server that this worker does not know`, { data: { model: name } });
  const connection = connectionTo(server);
  return {
    accepts: () => "host",
    execute: async ({ inputs, requestedOutputs, signal }) => {
      const tensors = [...inputs].map(([input, tensor]) => ({ name: input, tensor: hostTensor(tensor, input) }));
      const request = { inputs: tensors, outputs: requestedOutputs.map((output) => ({ name: output })) };
      const target = { model: name, ...(version !== undefined && { version }) };
      try {
        const answer = await inSlot(server.base, signal, () => withRetries(server.repeatable, signal, () => infer(connection, target, request, { signal })));
        return new Map(answer.outputs.flatMap(({ name: output, tensor }): [string, RuntimeTensor][] => (tensor === undefined ? [] : [[output, { location: "host", tensor }]])));
      } catch (thrown) {
        throw isAbort(thrown) ? thrown : named(thrown, name, server.name);
      }
    },
    dispose: () => Promise.resolve(),
  };
}

function connectionTo({ base, headers }: ModelServer): Connection {
  return connect<Blob>({
    base,
    headers,
    fetch: (url, init) => fetch(url, init),
    // One copy, which the browser holds outside of this worker and reads as it sends.
    body: (parts) => new Blob([...parts]),
    timer: (milliseconds, run) => {
      const id = setTimeout(run, milliseconds);
      return () => clearTimeout(id);
    },
  });
}

function hostTensor(tensor: RuntimeTensor, input: string): Tensor {
  if (tensor.location === "host") return tensor.tensor;
  throw new ConchError("INTERNAL", `input '${input}' of a model on a server lies on the GPU`);
}

/** The error with the names of model and server, which the protocol's own client does not know. */
function named(thrown: unknown, model: string, server: string): ConchError {
  const { code, message, data } = toErrorRecord(thrown);
  return new ConchError(code, `model '${model}' on server '${server}': ${message}`, { data: { ...data, model, on: server }, cause: thrown });
}
