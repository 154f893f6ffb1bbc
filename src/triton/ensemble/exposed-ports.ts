import type { TextEdit } from "../../base/text-edit.ts";
import type { DataType } from "../../tensor/data-type.ts";
import type { ParsedConfig } from "../model-config/decode.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import { addValue, editAll } from "../pbtxt/edit.ts";
import { impossible, setting } from "./changes.ts";
import type { NewTerminal } from "./edit.ts";
import type { EnsembleGraph } from "./graph.ts";
import { mapPath } from "./scheduling-rules.ts";
import { freshTensorName, producersOf } from "./tensor-uses.ts";

/** A tensor of a step's model, as the model declares it. */
export interface PortFacts {
  readonly dataType: DataType;
  readonly dims: readonly number[];
  /** Whether a batch dimension stands before `dims`. */
  readonly batching: boolean;
}

/** An ensemble's input or output that fits a port: its type, and its dims with the batch dimension on the same side as the ensemble has it. */
export function terminalFor(name: string, { dataType, dims, batching }: PortFacts, ensemble: ModelConfig): NewTerminal {
  const batched = ensemble.max_batch_size > 0;
  if (batching === batched) return { name, dataType, dims };
  if (batching) return { name, dataType, dims: [-1, ...dims] };
  // A model without batch dimension takes one that it spells out itself.
  return { name, dataType, dims: dims[0] === -1 && dims.length > 1 ? dims.slice(1) : dims };
}

/**
 * Makes a port of a step an input or output of the ensemble: a wire that was dragged out of the graph. The new one has the name of the tensor
 * that the port has already, else the port's where that is free, and type and dims of the port. An input port that reads what another
 * producer gives reads the new input instead. Throws EDIT_IMPOSSIBLE where the model does not say what the port is, or it is an output already.
 */
export function exposePort(ensemble: ParsedConfig, graph: EnsembleGraph, step: number, side: "input" | "output", port: string): TextEdit[] {
  const { config, tree } = ensemble;
  const { modelName, model, inputs = [], outputs = [] } = graph.steps[step] ?? {};
  const found = (side === "input" ? inputs : outputs).find(({ name }) => name === port);
  if (found?.dataType === undefined || found.dataType === "TYPE_INVALID" || found.dims === undefined) throw impossible(`What ${side} '${port}' of step ${step} is, is not known: its model does not declare it`);
  const facts: PortFacts = { dataType: found.dataType, dims: found.dims, batching: (model?.config.max_batch_size ?? 0) > 0 };
  const declared = (name: string): boolean => config[side].some((terminal) => terminal.name === name);
  const { tensor } = found;
  if (tensor !== undefined && declared(tensor)) throw impossible(`'${port}' of step ${step} is the ensemble ${side} '${tensor}' already`);
  const kept = tensor !== undefined && (side === "output" || (producersOf(config, tensor).length === 0 && !config.output.some(({ name }) => name === tensor)));
  const name = kept ? tensor : freshTensorName(config, port, modelName);
  const { dataType, dims } = terminalFor(name, facts, config);
  const map = side === "input" ? "input_map" : "output_map";
  return editAll(tree, [(current) => addValue(current, [side], { name, data_type: dataType, dims }), ...(kept ? [] : [setting(mapPath(step, map, port), name)])]);
}
