import { scalarOf } from "../pbtxt/path.ts";
import type { MessageNode, ScalarNode } from "../pbtxt/tree.ts";

/** The two sides of a model. */
export type Side = "input" | "output";

/**
 * What a scalar of a configuration names.
 * - `model`: a model of the repository, in a step; `version`: one of its versions.
 * - `port`: an input or output of the step's model, as the key of its map.
 * - `tensor`: an ensemble tensor, as the value of a step's map; read by an input_map, written by an output_map.
 * - `declaration`: an input or output of the model itself, which for an ensemble is one of its tensors too.
 * - `mention`: the same, named elsewhere in its configuration.
 * - `file`: a file of the model's directory.
 */
export type Role =
  | { readonly kind: "model" | "version" }
  | { readonly kind: "port" | "tensor" | "declaration" | "mention"; readonly side: Side }
  | { readonly kind: "file"; readonly folder: "" | "warmup/" | "initial_state/" | "version" };

const ROLES: Readonly<Record<string, Role>> = {
  "ModelEnsembling.Step.model_name": { kind: "model" },
  "ModelEnsembling.Step.model_version": { kind: "version" },
  "ModelEnsembling.Step.InputMapEntry.key": { kind: "port", side: "input" },
  "ModelEnsembling.Step.InputMapEntry.value": { kind: "tensor", side: "input" },
  "ModelEnsembling.Step.OutputMapEntry.key": { kind: "port", side: "output" },
  "ModelEnsembling.Step.OutputMapEntry.value": { kind: "tensor", side: "output" },
  "ModelInput.name": { kind: "declaration", side: "input" },
  "ModelOutput.name": { kind: "declaration", side: "output" },
  "BatchInput.source_input": { kind: "mention", side: "input" },
  "BatchInput.target_name": { kind: "mention", side: "input" },
  "BatchOutput.target_name": { kind: "mention", side: "output" },
  "BatchOutput.source_input": { kind: "mention", side: "input" },
  "ModelSequenceBatching.ControlInput.name": { kind: "mention", side: "input" },
  "ModelSequenceBatching.State.input_name": { kind: "mention", side: "input" },
  "ModelSequenceBatching.State.output_name": { kind: "mention", side: "output" },
  "ModelWarmup.InputsEntry.key": { kind: "mention", side: "input" },
  "ModelOptimizationPolicy.Cuda.GraphSpec.InputEntry.key": { kind: "mention", side: "input" },
  "ModelOptimizationPolicy.Cuda.GraphSpec.LowerBound.InputEntry.key": { kind: "mention", side: "input" },
  "ModelOutput.label_filename": { kind: "file", folder: "" },
  "ModelWarmup.Input.input_data_file": { kind: "file", folder: "warmup/" },
  "ModelSequenceBatching.InitialState.data_file": { kind: "file", folder: "initial_state/" },
  "ModelConfig.default_model_filename": { kind: "file", folder: "version" },
};

/** What a field of a message names; undefined for one that names nothing. */
export function roleOf(message: string | undefined, field: string): Role | undefined {
  return message === undefined ? undefined : ROLES[`${message}.${field}`];
}

/** A scalar of a configuration that names something. */
export interface NamedNode {
  readonly role: Role;
  /** Decoded; a version is its number in decimal. */
  readonly name: string;
  readonly node: ScalarNode;
  /** model_name of the step around it; "" in a step without one, undefined elsewhere. */
  readonly stepModel?: string;
}

/** Every scalar of a configuration that names something, in text order. What the parser refused is left out. */
export function namedNodes(root: MessageNode): NamedNode[] {
  const found: NamedNode[] = [];
  collect(root, undefined, found);
  return found;
}

function collect(message: MessageNode, step: string | undefined, found: NamedNode[]): void {
  const type = message.schema?.name;
  const stepModel = type === "ModelEnsembling.Step" ? String(scalarOf(message, "model_name") ?? "") : step;
  for (const { name, values, refused } of message.fields) {
    if (refused === true) continue;
    const role = roleOf(type, name);
    for (const node of values) {
      if (node.kind === "message") collect(node, stepModel, found);
      else if (role !== undefined && node.value !== undefined) {
        found.push({ role, name: String(node.value), node, ...(stepModel === undefined ? {} : { stepModel }) });
      }
    }
  }
}
