import type { DataType } from "../tensor/data-type.ts";
import type { Dimension } from "../transforms/transform.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";

/** Data type and shape of a tensor as far as they are known before the run. */
export interface TensorType {
  readonly dataType: DataType;
  /** null where the size depends on the data; undefined when not even the rank is known. */
  readonly shape: readonly Dimension[] | undefined;
}

/** Where a step runs: WebGPU, WASM/TypeScript, an inference server, or nowhere yet. */
export type PlacementKind = "gpu" | "cpu" | "server" | "none";

/** Where a step runs, and why. */
export interface PlacementDecision {
  readonly kind: PlacementKind;
  readonly reason: PlacementReason;
  /** Names and numbers of the reason: node names of an ONNX pre-check, a backend's name, a server's name. */
  readonly detail?: string;
  /** Id of the server, of kind "server" alone. How it is reached is no part of a plan. */
  readonly server?: string;
}

/** Closed set, so that the interface can say each in the user's language. */
export type PlacementReason =
  | "kind-gpu"
  | "kind-cpu"
  | "kind-auto"
  | "no-webgpu"
  | "unsupported-on-webgpu"
  | "unsupported-backend"
  | "no-transforms-json"
  | "invalid-transforms-json"
  | "model-file-missing"
  | "unsupported-operators"
  | "model-missing"
  | "on-server";

/** A model as the plan sees it: its configuration and what its backend can say without running it. */
export interface PlanModel {
  readonly name: string;
  readonly version: number;
  readonly config: ModelConfig;
  /** Changes whenever the model's files or its configuration do; part of every cache key. */
  readonly contentKey: string;
  /** "ensemble", or the backend that runs it: "onnxruntime", "python", "identity" … */
  readonly backend: string;
  readonly placement: PlacementDecision;
  /** Bytes of weights that a load brings to where the model runs; null when unknown. */
  readonly weightBytes: number | null;
  /**
   * Output types from input types (batch dimension included); of an output that is not in the answer the configuration's dims are taken.
   * Throws ConchError where the inputs cannot work.
   */
  infer?(inputs: ReadonlyMap<string, TensorType>): ReadonlyMap<string, TensorType>;
  /** TYPE_STRING inputs whose files it opens on the host; with KIND_GPU what comes of them is uploaded. Absent: none. */
  readonly opens?: readonly string[];
  /** What a run on inputs of these types takes in memory; undefined where that cannot be told. Never throws. */
  memory?(inputs: ReadonlyMap<string, TensorType>): StepMemory | undefined;
}

/** What a step takes in memory where it runs, by the shapes of its inputs. */
export interface StepMemory {
  /** The most bytes alive at once: weights, inputs, outputs, intermediates. Workspaces of single operators are not counted. */
  readonly peakBytes: number;
  /** The node or transform that runs at the peak: "Conv_12 (Conv)"; "" where there is none. */
  readonly peakAt: string;
  /** The largest value, inputs and outputs included: it has to fit one buffer of the device. */
  readonly largest?: { readonly name: string; readonly shape: readonly number[]; readonly bytes: number };
  /** False where some shapes are unknown, so that the numbers are a lower bound. */
  readonly complete: boolean;
}

/** One input or output of a step: the model's tensor name and the ensemble tensor bound to it. */
export interface Binding {
  readonly port: string;
  readonly tensor: string;
}

/** One step of the (possibly nested) ensemble. */
export interface PlanStep {
  /** Position in ensemble_scheduling.step; with nested ensembles a path: "1/0". "" for a model that is run alone. */
  readonly id: string;
  readonly model: string;
  readonly version: number;
  readonly backend: string;
  readonly placement: PlacementDecision;
  readonly contentKey: string;
  /** The version that a server is asked for; absent: the one that its own policy makes the latest. */
  readonly serverVersion?: number;
  readonly inputs: readonly Binding[];
  readonly outputs: readonly Binding[];
  /** Absent where it cannot be told. */
  readonly memory?: StepMemory;
  /** Of a step whose model is itself an ensemble. */
  readonly nested?: EnsemblePlan;
}

/** Where a tensor's bytes are wanted, and what is known of it. */
export interface PlanTensor {
  readonly name: string;
  /** Step id, or null for an ensemble input. */
  readonly producer: string | null;
  /** Step ids. */
  readonly consumers: readonly string[];
  readonly type: TensorType;
  /** Bytes; null while the shape is unknown. */
  readonly bytes: number | null;
  /** The side on which it is made. */
  readonly madeOn: "host" | "gpu";
  readonly requested: boolean;
}

/** The steps of one ensemble, after pruning to what the requested outputs need. */
export interface EnsemblePlan {
  readonly model: string;
  readonly config: ModelConfig;
  /** Steps to run, in an order in which each comes after its producers. */
  readonly steps: readonly PlanStep[];
  /** Steps that the requested outputs do not need. */
  readonly pruned: readonly PlanStep[];
  readonly tensors: readonly PlanTensor[];
  readonly requestedOutputs: readonly string[];
}

/** What the executor does, in order, as far as it is known before the run. */
export interface PlanOp {
  readonly kind: "load" | "upload" | "execute" | "download" | "free" | "send" | "receive";
  /** Step id it belongs to; null for the ensemble's own inputs and outputs. */
  readonly step: string | null;
  /** Ensemble tensor (upload, download, free, send to a server, receive from it) or model (load, execute). */
  readonly subject: string;
  /** null where a shape depends on the data. */
  readonly bytes: number | null;
  readonly reason: PlanOpReason;
}

/** Why an operation is in the plan; the interface words it. */
export type PlanOpReason =
  | "model-first-use"
  | "step"
  | "input-for-gpu-step"
  | "opened-file"
  | "input-for-cpu-step"
  | "cpu-result-for-gpu-step"
  | "gpu-result-for-cpu-step"
  | "gpu-result-for-server-step"
  | "server-result-for-gpu-step"
  | "input-of-server-step"
  | "output-of-server-step"
  | "requested-output"
  | "data-dependent-shape"
  | "timestamps-and-status"
  | "last-consumer-done";

/** Everything that will be done for one request: plain data that the page shows and the worker executes. */
export interface Plan {
  readonly model: string;
  /** A single model is a plan of one step with id "". */
  readonly root: EnsemblePlan | PlanStep;
  readonly ops: readonly PlanOp[];
  readonly inputs: readonly string[];
  readonly requestedOutputs: readonly string[];
  /** Buffers that the run is allowed to map, and the bytes they hold where known. */
  readonly expectedReadbacks: number;
  readonly warnings: readonly PlanWarning[];
}

/** Something the user ought to know before running. */
export interface PlanWarning {
  readonly code: "PRUNED_TENSOR_DEADLOCK" | "UNUSED_INPUT" | "OVER_DEVICE_LIMIT" | "OVER_WASM_MEMORY";
  /** Tensor or model. */
  readonly subject: string;
  readonly message: string;
  /** Models that no longer meet it once they run on the CPU. */
  readonly moveToCpu?: readonly string[];
  /** Repository path of the transforms.json that sets the grid which is too large. */
  readonly gridFile?: string;
}

/** True for a plan, or step, that runs an ensemble. */
export function isEnsemblePlan(root: EnsemblePlan | PlanStep): root is EnsemblePlan {
  return "steps" in root;
}

/** Every step of a plan that runs a model, those of nested ensembles included. */
export function leafSteps(root: EnsemblePlan | PlanStep): readonly PlanStep[] {
  if (!isEnsemblePlan(root)) return [root];
  return root.steps.flatMap((step) => (step.nested === undefined ? [step] : leafSteps(step.nested)));
}
