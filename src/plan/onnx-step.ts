import { estimateMemory } from "../onnx/memory-estimate.ts";
import { feeds, type OnnxModel } from "../onnx/model.ts";
import { inferShapes } from "../onnx/shape-inference.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { ModelConfig, ModelInput } from "../triton/model-config/model-config.ts";
import { declaredShape, modelShape } from "./batch.ts";
import type { PlanModel, StepMemory, TensorType } from "./plan.ts";

type Inputs = ReadonlyMap<string, TensorType>;

interface Answer {
  readonly key: string;
  readonly outputs: ReadonlyMap<string, TensorType>;
  readonly memory: StepMemory | undefined;
}

/** The latest answer for each graph: a plan is made anew with every key that is typed, with the same shapes. */
const answers = new WeakMap<OnnxModel, Answer>();

/**
 * What the graph of an ONNX model tells of a run before it: output shapes and memory. Sizes that the configuration leaves open are bound by the
 * shapes of the inputs at hand; where an input is not there yet, memory is told for its configured dims, with a batch of 1.
 */
export function onnxStep(graph: OnnxModel, config: ModelConfig): Required<Pick<PlanModel, "infer" | "memory">> {
  const answer = (inputs: Inputs): Answer => {
    const { shapes, assumed } = shapesOf(graph, config, inputs);
    const key = JSON.stringify([config.max_batch_size, config.output, assumed, [...shapes]]);
    const known = answers.get(graph);
    if (known?.key === key) return known;
    const fresh = { key, ...follow(graph, config, shapes, assumed) };
    answers.set(graph, fresh);
    return fresh;
  };
  return { infer: (inputs) => answer(inputs).outputs, memory: (inputs) => answer(inputs).memory };
}

/** The shapes that the graph is given; `assumed` where not all of them are those of tensors. */
function shapesOf(graph: OnnxModel, config: ModelConfig, inputs: Inputs): { shapes: Map<string, readonly number[]>; assumed: boolean } {
  const batched = config.max_batch_size > 0;
  const scalars = new Set(feeds(graph.graph).flatMap(({ name, shape }) => (shape?.length === 0 ? [name] : [])));
  const shapes = new Map<string, readonly number[]>();
  let assumed = false;
  for (const input of config.input) {
    const given = inputs.get(input.name)?.shape;
    const known = given?.every((size) => size !== null) === true ? (given as readonly number[]) : undefined;
    if (known === undefined && !input.optional) assumed = true;
    const full = known ?? configuredShape(input, batched);
    if (full === undefined) continue;
    const shape = modelShape(full, input, batched);
    // Triton's dims say [1] for a scalar, which the model takes without an axis.
    shapes.set(input.name, scalars.has(input.name) && elementCount(shape) === 1 ? [] : shape);
  }
  return { shapes, assumed };
}

/** The configured shape of an input that leaves no size open but the first, which is taken as a batch of 1; so is the batch of a model that batches. */
function configuredShape({ dims, optional }: ModelInput, batched: boolean): readonly number[] | undefined {
  const full = batched ? [1, ...dims] : dims;
  if (optional || full.slice(1).some((size) => size < 0)) return undefined;
  return full.map((size) => (size < 0 ? 1 : size));
}

/** Bytes from which weights by themselves say how much memory a model needs, whatever its inputs are. */
const TELLING = 64 << 20;

function follow(graph: OnnxModel, config: ModelConfig, shapes: ReadonlyMap<string, readonly number[]>, assumed: boolean): Omit<Answer, "key"> {
  try {
    const inferred = inferShapes(graph, shapes);
    const { total, weights, peakNode, largest, complete } = estimateMemory(graph, inferred);
    const nothing = shapes.size < config.input.filter(({ optional }) => !optional).length && !complete;
    const outputs = config.output.flatMap((output): [string, TensorType][] => {
      const shape = inferred.facts.get(output.name)?.shape;
      if (shape === undefined || assumed) return [];
      const outside = shape.length === 0 && output.dims.length === 1 ? [1] : shape;
      return [[output.name, { dataType: output.data_type, shape: declaredShape(outside, output, config.max_batch_size > 0) }]];
    });
    const memory: StepMemory = { peakBytes: total, peakAt: peakNode, ...(largest && { largest }), complete };
    const known = nothing && weights >= TELLING ? { peakBytes: weights, peakAt: "", complete: false } : undefined;
    return { outputs: new Map(outputs), memory: nothing ? known : memory };
  } catch {
    // Shapes that contradict the graph: the run says so, naming the node.
    return { outputs: new Map(), memory: undefined };
  }
}
