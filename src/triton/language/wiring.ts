import type { DataType } from "../../tensor/data-type.ts";
import { contradiction, fullDims } from "../ensemble/consistency.ts";
import { freshTensorName } from "../ensemble/edit.ts";
import { buildEnsembleGraph, type EnsembleGraph, type GraphTensor } from "../ensemble/graph.ts";
import type { CaretMessage } from "./caret.ts";
import type { LanguageContext } from "./context.ts";
import type { Side } from "./roles.ts";

/** A tensor as one model declares it. */
export interface TensorFacts {
  readonly name: string;
  readonly dataType: DataType;
  /** Without the batch dimension. */
  readonly dims: readonly number[];
  /** Whether a batch dimension stands before `dims` in a request. */
  readonly batched: boolean;
  readonly optional: boolean;
}

/** The inputs or outputs of a model; empty where it is missing or declares none. */
export function tensorsOf({ models }: LanguageContext, model: string, side: Side): readonly TensorFacts[] {
  const config = models.get(model)?.config;
  const batched = (config?.max_batch_size ?? 0) > 0;
  const declared: readonly { name: string; data_type: DataType; dims: number[]; optional?: boolean }[] = config?.[side] ?? [];
  return declared.map(({ name, data_type, dims, optional }) => ({ name, dataType: data_type, dims, batched, optional: optional ?? false }));
}

/** "TYPE_FP32 [-1, 3, 224]": the data type, and the shape that a request has, batch dimension included. */
export function signature({ dataType, dims, batched }: Pick<TensorFacts, "dataType" | "dims" | "batched">): string {
  return `${dataType} [${fullDims({ model: "", dataType, dims, batching: batched }).join(", ")}]`;
}

/** A tensor name that a step's map may hold. */
export interface Candidate {
  readonly name: string;
  /** False where type or shape contradict the port, undefined where one of them is not known. */
  readonly fits: boolean | undefined;
  /** Data type and shape, as far as known. */
  readonly detail?: string;
  /** Nobody speaks of it yet. */
  readonly fresh: boolean;
}

/** The wiring of the ensemble that is being edited, as its last readable text gives it. */
export function wiringOf({ model, models }: LanguageContext): EnsembleGraph {
  return buildEnsembleGraph(model, models);
}

/**
 * Ensemble tensors for a port of the step at the caret, the likeliest first. An input may read what the ensemble gets or what steps
 * write that do not wait for this one; an output may write what is read and nobody writes yet, or a new tensor.
 */
export function candidates(context: LanguageContext, step: CaretMessage, side: Side, port: TensorFacts | undefined, wiring = wiringOf(context)): Candidate[] {
  const own = new Set(step.entries.get("output_map")?.map(({ value }) => value));
  const rated = tensorsFor(wiring, side, own).map((tensor) => ({ tensor, fits: fit(tensor, port) }));
  rated.sort((a, b) => rank(a.fits) - rank(b.fits) || likeness(b.tensor, side, port) - likeness(a.tensor, side, port));
  const found = rated.map(({ tensor, fits }): Candidate => {
    const { name, dataType, dims, batched } = tensor;
    return { name, fits, fresh: false, ...(dataType === undefined || dims === undefined ? {} : { detail: signature({ dataType, dims, batched }) }) };
  });
  const config = context.models.get(context.model)?.config;
  if (side === "input" || port === undefined || config === undefined) return found;
  const name = freshTensorName(config, port.name, step.strings.get("model_name"));
  return [...found, { name, fits: true, fresh: true, detail: signature(port) }];
}

function tensorsFor({ tensors, steps }: EnsembleGraph, side: Side, own: ReadonlySet<string>): readonly GraphTensor[] {
  if (side === "output") return tensors.filter(({ name, producer }) => producer === undefined && name !== "");
  const later = new Set(own);
  for (let size = -1; size !== later.size; ) {
    size = later.size;
    for (const { inputs, outputs } of steps) {
      if (inputs.some(({ tensor }) => tensor !== undefined && later.has(tensor))) for (const { tensor } of outputs) if (tensor !== undefined) later.add(tensor);
    }
  }
  return tensors.filter(({ name, producer }) => producer !== undefined && name !== "" && !later.has(name));
}

function fit(tensor: GraphTensor, port: TensorFacts | undefined): boolean | undefined {
  if (port === undefined || tensor.dataType === undefined || tensor.dims === undefined) return undefined;
  const one = { model: "", dataType: tensor.dataType, dims: tensor.dims, batching: tensor.batched };
  const other = { model: "", dataType: port.dataType, dims: port.dims, batching: port.batched };
  return contradiction(one, other) === undefined;
}

function rank(fits: boolean | undefined): number {
  return fits === true ? 0 : fits === undefined ? 1 : 2;
}

/** Of tensors that fit alike, the one of the port's own name comes first, then those that nobody reads. */
function likeness({ name, consumers }: GraphTensor, side: Side, port: TensorFacts | undefined): number {
  return (name === port?.name ? 2 : 0) + (side === "input" && consumers.length === 0 ? 1 : 0);
}
