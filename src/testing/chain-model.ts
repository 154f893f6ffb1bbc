// A model of the python backend that is a chain of transforms, run by itself on either placement.
import type { Gpu } from "../runtime/gpu.ts";
import type { RunReport } from "../runtime/run-report.ts";
import type { ModelSource, Placement, RuntimeTensor } from "../runtime/backends/backend.ts";
import { transformsBackend } from "../runtime/backends/transforms/transforms.ts";
import type { DataType } from "../tensor/data-type.ts";
import { tensorBytes, tensorFromBytes, type Tensor } from "../tensor/tensor.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { newMessage } from "../triton/model-config/new-message.ts";
import { countMaps } from "./gpu.ts";

type Port = readonly [name: string, type: DataType, dims: readonly number[]];

/** The configuration of such a model. */
export function configOf(inputs: readonly Port[], outputs: readonly Port[], max_batch_size = 0): ModelConfig {
  const port = ([name, data_type, dims]: Port) => ({ name, data_type, dims: [...dims] });
  return newMessage("ModelConfig", {
    name: "step",
    backend: "python",
    max_batch_size,
    input: inputs.map((input) => newMessage("ModelInput", port(input))),
    output: outputs.map((output) => newMessage("ModelOutput", port(output))),
  });
}

/** The model with this text as its transforms.json, or without one. */
export function sourceOf(config: ModelConfig, text: string | undefined): ModelSource {
  const open = (path: string) => Promise.resolve(path === "transforms.json" && text !== undefined ? new Blob([text]) : undefined);
  return { name: "step", version: 1, config, files: { open, names: ["transforms.json"] } };
}

/** What is run. */
export interface Case {
  chain: object;
  config: ModelConfig;
  inputs: Record<string, Tensor>;
  requested?: readonly string[];
  report?: RunReport;
}

/** What an execution gave. */
interface Executed {
  readonly outputs: Map<string, Tensor>;
  readonly maps: number;
  readonly uploaded: readonly (readonly [subject: string, bytes: number])[];
}

/** The outputs on the host, the maps of the execution alone, and what it uploaded itself. */
export async function execute(gpu: Gpu, placement: Placement, { chain, config, inputs, requested, report }: Case): Promise<Executed> {
  const model = await transformsBackend.load(sourceOf(config, JSON.stringify(chain)), placement, { gpu }, new AbortController().signal);
  const given = new Map(
    Object.entries(inputs).map(([name, tensor]): [string, RuntimeTensor] => [
      name,
      model.accepts(name) === "host"
        ? { location: "host", tensor }
        : { location: "gpu", dataType: tensor.dataType, shape: tensor.shape, buffer: gpu.memory.upload(`test/${name}`, tensorBytes(tensor)) },
    ]),
  );
  let results = new Map<string, RuntimeTensor>();
  const uploaded: (readonly [subject: string, bytes: number])[] = [];
  const run = async () => {
    results = await model.execute({
      inputs: given,
      requestedOutputs: requested ?? config.output.map(({ name }) => name),
      signal: new AbortController().signal,
      report,
      uploaded: (subject, bytes) => uploaded.push([subject, bytes]),
      progress: () => {},
    });
  };
  try {
    const { maps } = await countMaps(run);
    const outputs = new Map<string, Tensor>();
    for (const [name, value] of results) outputs.set(name, value.location === "host" ? value.tensor : await download(gpu, value));
    return { outputs, maps, uploaded };
  } finally {
    for (const value of [...given.values(), ...results.values()]) if (value.location === "gpu") value.buffer.release();
    await model.dispose();
  }
}

async function download(gpu: Gpu, value: RuntimeTensor & { location: "gpu" }): Promise<Tensor> {
  const [bytes] = await gpu.memory.download("requested output", [value.buffer]);
  return tensorFromBytes(value.dataType, value.shape, bytes ?? new Uint8Array(0));
}
