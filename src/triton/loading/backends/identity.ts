import type { Reporter } from "../../ensemble/reporter.ts";
import { exactSizes } from "../element-count.ts";
import type { ModelInput, ModelOutput } from "../../model-config/model-config.ts";

type Tensor = ModelInput | ModelOutput;

const shapeText = (tensor: Tensor): string => `[${exactSizes(tensor.reshape ?? tensor).join(",")}]`;

/** What the identity backend checks of its own: pairs INPUT<x>, OUTPUT<x> of one data type and, reshaped, one shape. */
export function identityFindings(reporter: Reporter): void {
  const { input, output } = reporter.config;
  if (input.length !== output.length) {
    reporter.add("IDENTITY_PAIRS", "model configuration must have equal input/output pairs", [input.length > output.length ? "input" : "output"], {
      hint: "Declare an OUTPUT<x> for every INPUT<x>.",
    });
  }
  for (let index = 0; index < Math.min(input.length, output.length); index++) {
    nameFinding(reporter, "input", index);
    nameFinding(reporter, "output", index);
    for (const [side, tensor] of [["input", input[index]], ["output", output[index]]] as const) {
      if (typeof tensor?.data_type !== "number") continue;
      reporter.add("IDENTITY_DATA_TYPE", "attempt to access JSON non-string as string", [side, index, "data_type"], { status: "Internal", hint: "Write a data type by its name." });
    }
  }
  // The first of two inputs or outputs of one name counts; outputs are taken by name.
  const byIndex = <T extends Tensor>(tensors: readonly T[], prefix: string): [string, T, number][] =>
    tensors
      .map((tensor, index): [string, T, number] => [tensor.name.slice(prefix.length), tensor, index])
      .filter(([, { name }], index) => name.startsWith(prefix) && tensors.findIndex((one) => one.name === name) === index)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const inputs = new Map(byIndex(input, "INPUT").map(([key, tensor]) => [key, tensor]));
  for (const [key, tensor, index] of byIndex(output, "OUTPUT")) {
    const pair = inputs.get(key);
    const subject = { port: tensor.name };
    if (pair === undefined) {
      reporter.add("IDENTITY_INDEX", "expected input and output indices to match", ["output", index, "name"], { subject, hint: `There is no INPUT${key}.` });
      continue;
    }
    if (pair.data_type !== tensor.data_type) {
      const message = `expected input and output datatype to match, got ${pair.data_type} and ${tensor.data_type}`;
      reporter.add("IDENTITY_DATA_TYPE", message, ["output", index, "data_type"], { subject, hint: `${pair.name} has ${pair.data_type}.` });
    }
    const [given, wanted] = [shapeText(pair), shapeText(tensor)];
    if (given !== wanted) {
      const field = tensor.reshape === undefined ? "dims" : "reshape";
      reporter.add("IDENTITY_SHAPE", `expected input and output shape to match, got ${given} and ${wanted}`, ["output", index, field], { subject, hint: `${pair.name} has ${given}.` });
    }
  }
}

function nameFinding(reporter: Reporter, side: "input" | "output", index: number): void {
  const prefix = side.toUpperCase();
  const name = reporter.config[side][index]?.name ?? "";
  if (name.startsWith(prefix)) return;
  reporter.add("IDENTITY_NAME", `expected ${side} name to follow ${prefix}<index> pattern, got '${name}'`, [side, index, "name"], { hint: `Name it ${prefix}${index}.` });
}

