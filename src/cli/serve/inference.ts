import { ConchError, isAbort, textOf } from "../../base/errors.ts";
import { compilePlan } from "../../plan/compile.ts";
import { placeModel } from "../../plan/placement.ts";
import type { PlanModel } from "../../plan/plan.ts";
import { requestProblem } from "../../plan/request-rules.ts";
import { execute } from "../../runtime/executor/execute.ts";
import { StepCache } from "../../runtime/executor/step-cache.ts";
import { Value } from "../../runtime/executor/value.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import { classified } from "../../triton/v2/serving/classification.ts";
import type { CallTarget, InferCall } from "../../triton/v2/serving/infer-call.ts";
import type { InferAnswer } from "../../triton/v2/serving/infer-encode.ts";
import { aboutRequest, invalidArgument, ProtocolError, unsupported } from "../../triton/v2/serving/protocol-error.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import type { QueuePlace } from "./model-queue.ts";
import { RunStatistics, type Clocks } from "./run-statistics.ts";
import type { Turns } from "./turns.ts";

/** What inferences share. */
export interface InferenceContext extends Clocks {
  readonly turns: Turns;
  /** A version of a model that takes requests. Throws what Triton answers. */
  find(model: string, version?: number): LoadedVersion;
  /** Lets what came in meanwhile be seen: a client that went away. */
  breathe(): Promise<void>;
}

/** The model as the decoding of its calls needs it. Throws for a model whose answers are no single ones. */
export function callTarget({ model, config }: LoadedVersion, limit: number): CallTarget {
  if (config.model_transaction_policy?.decoupled === true) throw unsupported("HTTP end point doesn't support models with decoupled transaction policy");
  return {
    model,
    config,
    limit,
    problem(id, inputs, outputs) {
      const unknown = outputs.find(({ name }) => !config.output.some((each) => each.name === name));
      if (unknown !== undefined) return `unexpected inference output '${unknown.name}' for model '${model}'`;
      const problem = requestProblem(model, inputs, config);
      return problem === undefined ? undefined : withRequest(id, problem);
    },
  };
}

/** Runs an inference when its turn comes. Throws a ProtocolError; where the signal was aborted, its reason. */
export async function runInference(target: LoadedVersion, call: InferCall, context: InferenceContext, signal: AbortSignal): Promise<InferAnswer> {
  const batchSize = batchSizeOf(target, call.inputs);
  const statistics = new RunStatistics(target, context, batchSize);
  let place: QueuePlace | undefined;
  try {
    target.sequences.take(call.sequence, batchSize, context.now());
    if (target.backend === "identity" && typeof call.sequence.id === "string" && call.sequence.id !== "") {
      throw invalidArgument(aboutRequest(call.id, "correlation ID in request is not an unsigned int"));
    }
    const mine = target.queue.enter(call, context.now());
    place = mine;
    const outputs = await context.turns.take(signal, async () => {
      mine.begin(context.now());
      return run(target, call, context, signal, statistics);
    });
    const answer = answerOf(target, call, outputs, context);
    statistics.succeeded();
    return answer;
  } catch (thrown) {
    statistics.failed(signal.aborted || isAbort(thrown) ? "CANCELED" : thrown instanceof ProtocolError && thrown.status === 503 ? "REJECTED" : "OTHER");
    throw protocolError(thrown, call.id);
  } finally {
    place?.leave();
  }
}

async function run(target: LoadedVersion, call: InferCall, context: InferenceContext, signal: AbortSignal, statistics: RunStatistics): Promise<Map<string, Tensor>> {
  const versions = reachable(target, context);
  const models = new Map([...versions].map(([name, version]) => [name, planModel(version)]));
  const values = new Map([...call.inputs].map(([name, tensor]) => [name, Value.of({ location: "host", tensor }, name)]));
  const plan = compilePlan({ model: target.model, inputs: call.inputs, requestedOutputs: call.outputs.map(({ name }) => name), reportReadback: false }, models);
  statistics.begin(plan, versions);
  const done = await execute(plan, values, {
    gpu: undefined,
    report: undefined,
    cache: new StepCache(),
    options: { cache: false, keepWires: false },
    signal,
    config: (name) => versionOf(versions, name).config,
    load: async (step) => {
      await context.breathe();
      const { executable, config } = versionOf(versions, step.model);
      if (executable === undefined) throw new Error(`Conch bug: ${step.model} is an ensemble and is not executed itself`);
      return statistics.watched(step, executable, config.max_batch_size > 0);
    },
    checkDevice: () => undefined,
    progress: (progress) => statistics.step(progress),
    now: () => context.now(),
  });
  const outputs = new Map<string, Tensor>();
  for (const [name, value] of done.outputs) outputs.set(name, (await value.host(undefined, "answer")).tensor);
  return outputs;
}

/** The model and all that its steps reach. */
function reachable(target: LoadedVersion, context: InferenceContext): Map<string, LoadedVersion> {
  const found = new Map<string, LoadedVersion>();
  const visit = (version: LoadedVersion): void => {
    const known = found.get(version.model);
    if (known !== undefined && known !== version) throw unsupported(`conch serve runs one version of '${version.model}' in a request, and it needs ${known.version} and ${version.version}`);
    if (known !== undefined) return;
    found.set(version.model, version);
    for (const { model_name, model_version } of version.config.ensemble_scheduling?.step ?? []) visit(context.find(model_name, model_version === -1 ? undefined : model_version));
  };
  visit(target);
  return found;
}

function planModel({ model, version, config, backend, contentKey }: LoadedVersion): PlanModel {
  return { name: model, version, config, backend, contentKey, weightBytes: null, placement: placeModel({ ...config, instance_group: [] }, {}, false) };
}

function versionOf(versions: ReadonlyMap<string, LoadedVersion>, name: string): LoadedVersion {
  const version = versions.get(name);
  if (version === undefined) throw new Error(`Conch bug: the plan names ${name}, which it does not reach`);
  return version;
}

function batchSizeOf({ config }: LoadedVersion, inputs: ReadonlyMap<string, Tensor>): number {
  if (config.max_batch_size === 0) return 0;
  const [first] = inputs.values();
  return first?.shape[0] ?? 1;
}

/** What Triton's identity backend says beside its outputs. */
const IDENTITY_PARAMETERS = { param0: "an example string parameter", param1: 42, param2: false, param3: 123.123 };

function answerOf(target: LoadedVersion, call: InferCall, outputs: ReadonlyMap<string, Tensor>, context: InferenceContext): InferAnswer {
  return {
    id: call.id,
    model: target.model,
    version: target.version,
    parameters: target.backend === "ensemble" ? sequenceParameters(call, outputs) : target.backend === "identity" ? IDENTITY_PARAMETERS : undefined,
    outputs: [...outputs].map(([name, tensor]) => {
      const wish = call.outputs.find((each) => each.name === name);
      const classes = wish?.classification ?? 0;
      return {
        name,
        tensor: classes > 0 ? classified(tensor, classes, target.config.max_batch_size > 0, labelsOf(target, name, context)) : tensor,
        binary: wish?.binary ?? call.binaryOutputs,
      };
    }),
  };
}

/** The labels of an output; an ensemble's output has those of the step that makes it. */
function labelsOf({ labels, config }: LoadedVersion, output: string, context: InferenceContext): readonly string[] {
  const own = labels.get(output);
  if (own !== undefined) return own;
  for (const { model_name, model_version, output_map } of config.ensemble_scheduling?.step ?? []) {
    const port = Object.keys(output_map).find((each) => output_map[each] === output);
    if (port !== undefined) return labelsOf(context.find(model_name, model_version === -1 ? undefined : model_version), port, context);
  }
  return [];
}

/** The scheduler of ensembles adds them for each output that a step made and that is not empty. */
function sequenceParameters({ sequence, inputs }: InferCall, outputs: ReadonlyMap<string, Tensor>): InferAnswer["parameters"] {
  if (![...outputs].some(([name, { shape }]) => !inputs.has(name) && elementCount(shape) > 0)) return undefined;
  return { sequence_id: sequence.id, sequence_start: sequence.start, sequence_end: sequence.end };
}

/** What Triton does not put a request's name before: names that the model does not have. */
const NAMELESS = /^unexpected inference (?:input|output) '/;

/** The message with the request's name behind the ensembles that it came through. */
function withRequest(id: string | undefined, message: string): string {
  const [ensembles = ""] = /^(?:in ensemble '[^']*', )*/.exec(message) ?? [];
  const own = message.slice(ensembles.length);
  return ensembles + (NAMELESS.test(own) ? own : aboutRequest(id, own));
}

function protocolError(thrown: unknown, id: string | undefined): unknown {
  if (thrown instanceof ProtocolError || isAbort(thrown)) return thrown;
  if (!(thrown instanceof ConchError)) return new ProtocolError(500, textOf(thrown));
  switch (thrown.code) {
    case "REQUEST_INVALID":
    case "ENSEMBLE_DEADLOCK":
      return invalidArgument(withRequest(id, thrown.message));
    case "TENSOR_MISMATCH":
    case "PICTURE_INVALID":
    case "PICTURE_UNSUPPORTED":
    case "INPUT_TOO_LARGE":
      return invalidArgument(thrown.message);
    default:
      return new ProtocolError(500, thrown.message);
  }
}
