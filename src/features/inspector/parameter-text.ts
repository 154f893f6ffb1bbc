import type { ChainStep } from "../../transforms/chain.ts";

/** One parameter of a transform as the inspector lists it. */
export interface ListedParameter {
  readonly name: string;
  readonly value: string;
  /** What the parameter does. */
  readonly doc: string;
}

/** The parameters of a step whose values are not the transform's defaults, in the transform's order. */
export function listedParameters({ spec, parameters }: Pick<ChainStep, "spec" | "parameters">): ListedParameter[] {
  return Object.entries(spec.parameters).flatMap(([name, { default: usual, doc }]) => {
    const value = parameterText(parameters[name]);
    return parameters[name] === undefined || value === parameterText(usual) ? [] : [{ name, value, doc }];
  });
}

/** A parameter's value as JSON writes it; a float with an integral value keeps its ".0", which MONAI tells from an int. */
export function parameterText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(parameterText).join(", ")}]`;
  if (typeof value === "object" && value !== null && "integer" in value && "value" in value) {
    const { value: number, integer } = value;
    return integer === false && Number.isInteger(number) ? `${String(number)}.0` : String(number);
  }
  return value === undefined ? "" : JSON.stringify(value);
}
