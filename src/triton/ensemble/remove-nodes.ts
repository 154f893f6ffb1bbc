import { applyEdits, composeEdits, type TextEdit } from "../../base/text-edit.ts";
import { type ParsedConfig, parseConfig } from "../model-config/decode.ts";
import { removeSteps, removeTerminal } from "./edit.ts";

/** Nodes of an ensemble: steps by index, inputs and outputs by name. */
export interface ChosenNodes {
  readonly steps: readonly number[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Takes several nodes out as one edit, each as {@link removeSteps} and {@link removeTerminal} do: what was chosen goes, with its wires. */
export function removeNodes(ensemble: ParsedConfig, { steps, inputs, outputs }: ChosenNodes): TextEdit[] {
  const removals: ((from: ParsedConfig) => TextEdit[])[] = [
    (from) => removeSteps(from, steps),
    ...inputs.map((name) => (from: ParsedConfig) => removeTerminal(from, "input", name)),
    ...outputs.map((name) => (from: ParsedConfig) => removeTerminal(from, "output", name)),
  ];
  let edits: TextEdit[] = [];
  let current = ensemble;
  for (const removal of removals) {
    const next = removal(current);
    if (next.length === 0) continue;
    edits = composeEdits(ensemble.text, edits, next);
    current = parseConfig(applyEdits(ensemble.text, edits), ensemble.file);
  }
  return edits;
}
