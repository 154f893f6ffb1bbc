import { bytesPerElement } from "../tensor/data-type.ts";
import { elementCount } from "../tensor/tensor.ts";
import { openedKeys, type TransformChain } from "../transforms/chain.ts";
import { inferChain, type InferredChain } from "../transforms/chain-infer.ts";
import type { ArrayType } from "../transforms/transform.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import type { PlanModel, StepMemory, TensorType } from "./plan.ts";

/** What a chain of transforms tells of a run before it: output shapes, the files it opens, and the memory of the arrays between its transforms. */
export function chainStep(chain: TransformChain, config: ModelConfig): Required<Pick<PlanModel, "infer" | "memory" | "opens">> {
  const follow = (inputs: ReadonlyMap<string, TensorType>): InferredChain =>
    inferChain(chain, config, new Map([...inputs].flatMap(([name, { shape }]) => (shape === undefined ? [] : [[name, shape] as const]))));
  return {
    infer: (inputs) => follow(inputs).outputs,
    opens: openedInputs(chain, config),
    memory: (inputs) => {
      try {
        return memoryOf(chain, follow(inputs));
      } catch {
        // What stands against the chain is for `infer` to say.
        return undefined;
      }
    },
  };
}

function openedInputs(chain: TransformChain, config: ModelConfig): string[] {
  const keys = new Set(chain.steps.flatMap(openedKeys));
  if (keys.size === 0) return [];
  return (chain.inputs === undefined ? config.input.map(({ name }) => [name, name] as const) : [...chain.inputs]).flatMap(([key, tensor]) => (keys.has(key) ? [tensor] : []));
}

/** The fullest dictionary: what a transform reads is mostly shared with what it makes, or gone. A key that only names another's array counts once. */
function memoryOf(chain: TransformChain, { dictionaries }: InferredChain): StepMemory {
  let [peakBytes, peakAt, complete] = [0, "", true];
  let largest: StepMemory["largest"];
  dictionaries.forEach((dictionary, index) => {
    let sum = 0;
    for (const [array, key] of new Map<ArrayType, string>([...dictionary].map(([key, array]) => [array, key]))) {
      const { shape } = array;
      if (shape.includes(null) || array.dataType === "TYPE_STRING") {
        complete = false;
        continue;
      }
      const bytes = elementCount(shape as readonly number[]) * bytesPerElement(array.dataType);
      sum += bytes;
      if (bytes > (largest?.bytes ?? -1)) largest = { name: key, shape: shape as readonly number[], bytes };
    }
    if (sum > peakBytes) [peakBytes, peakAt] = [sum, chain.steps[index - 1]?.spec.name ?? ""];
  });
  return { peakBytes, peakAt, ...(largest && { largest }), complete };
}
