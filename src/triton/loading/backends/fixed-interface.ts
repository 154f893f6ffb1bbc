import type { Reporter } from "../../ensemble/reporter.ts";

/** A tensor of a backend with a fixed interface. */
interface FixedTensor {
  readonly name: string;
  readonly type: "INT32" | "UINT32";
  /** Any vector where it is not [1]. */
  readonly vector?: true;
}

interface FixedInterface {
  readonly input: readonly FixedTensor[];
  readonly output: readonly FixedTensor[];
}

/** Backends that come with Triton for tests and tutorials, and the one interface that each of them has. */
const INTERFACES: Readonly<Record<string, FixedInterface>> = {
  square: { input: [{ name: "IN", type: "INT32" }], output: [{ name: "OUT", type: "INT32" }] },
  repeat: {
    input: [
      { name: "IN", type: "INT32", vector: true },
      { name: "DELAY", type: "UINT32", vector: true },
      { name: "WAIT", type: "UINT32" },
    ],
    output: [
      { name: "OUT", type: "INT32" },
      { name: "IDX", type: "UINT32" },
    ],
  },
};
const ORDINALS = ["first", "second", "third"];
const SIDES = ["input", "output"] as const;

/** What the backends square and repeat check of their own: number of tensors, names, shapes, data types, in this order. */
export function fixedInterfaceFindings(reporter: Reporter): void {
  const { config } = reporter;
  const expected = INTERFACES[config.backend];
  if (expected === undefined) return;
  const refuse = (message: string, path: readonly (string | number)[], hint: string): void => reporter.add("BACKEND_INTERFACE", message, path, { hint });
  for (const side of SIDES) {
    const count = expected[side].length;
    if (config[side].length === count) continue;
    refuse(`expected ${count} ${side}${count === 1 ? "" : "s"}, got ${config[side].length}`, [side], `The backend has the ${side}s ${expected[side].map(({ name }) => name).join(", ")}.`);
  }
  const each = (visit: (tensor: FixedTensor, found: { name: string; dims: number[]; data_type: string }, side: "input" | "output", index: number) => void): void => {
    for (const side of SIDES) {
      for (const [index, tensor] of expected[side].entries()) {
        const found = config[side][index];
        if (found !== undefined) visit(tensor, found, side, index);
      }
    }
  };
  each(({ name }, found, side, index) => {
    if (found.name !== name) refuse(`expected ${ORDINALS[index]} ${side} tensor name to be ${name}, got ${found.name}`, [side, index, "name"], `Name it ${name}.`);
  });
  const [lead] = config.input;
  each(({ name, vector }, { dims }, side, index) => {
    const path = [side, index, "dims"];
    const text = `[${dims.join(",")}]`;
    if (vector === undefined) {
      if (text !== "[1]") refuse(`expected ${name} shape to be [1], got ${text}`, path, "Write dims: [ 1 ].");
    } else if (index === 0) {
      if (dims.length !== 1) refuse(`expected ${name} shape to have one dimension, got ${text}`, path, "Write dims: [ -1 ].");
    } else if (text !== `[${lead?.dims.join(",")}]`) {
      refuse(`expected IN and ${name} shape to match, got [${lead?.dims.join(",")}] and ${text}`, path, "Write the dims of IN.");
    }
  });
  each((_, { data_type }, side, index) => {
    if (typeof data_type !== "number") return;
    reporter.add("BACKEND_INTERFACE", "attempt to access JSON non-string as string", [side, index, "data_type"], { status: "Internal", hint: "Write a data type by its name." });
  });
  each(({ name, type }, { data_type }, side, index) => {
    if (typeof data_type === "number") return;
    if (data_type !== `TYPE_${type}`) refuse(`expected ${name} datatype to be ${type}, got ${data_type}`, [side, index, "data_type"], `Write data_type: TYPE_${type}.`);
  });
}
