import type { Reporter } from "../../ensemble/reporter.ts";
import { readFilParameters } from "./fil-parameters.ts";

/** The one input and the first output of every forest. */
const PORTS = { input: "input__0", output: "output__0" } as const;

/**
 * What the Forest Inference Library reads of a configuration: its parameters, in its words. It looks at no input or output before a request
 * comes, which then fails; those are warnings.
 */
export function filFindings(reporter: Reporter): void {
  const { config } = reporter;
  const { values, problems } = readFilParameters(config);
  for (const { parameter, code, message, more } of problems) reporter.add(code, message, parameter === undefined ? ["parameters"] : ["parameters", parameter], more);
  const warn = (message: string, path: readonly (string | number)[], hint: string): void => reporter.add("FIL_INTERFACE", message, path, { severity: "warning", hint });
  for (const side of ["input", "output"] as const) {
    const ports = config[side];
    const index = ports.findIndex(({ name }) => name === PORTS[side]);
    const port = ports[index];
    if (port === undefined) {
      if (ports.length > 0) warn(`requests fail: the backend's ${side} is ${PORTS[side]}, and the configuration has ${ports.map(({ name }) => name).join(", ")}`, [side, 0, "name"], `Name it ${PORTS[side]}.`);
      continue;
    }
    if (port.data_type !== "TYPE_FP32") warn(`requests fail: ${port.name} is ${port.data_type}, and the backend works with TYPE_FP32`, [side, index, "data_type"], "Write data_type: TYPE_FP32.");
    const [size] = port.dims;
    if (side === "output" && values.classifier && !values.predictProba && size !== undefined && size > 1) {
      warn(`${port.name} holds ${size} numbers for each row, and without predict_proba the backend answers with one, the class`, [side, index, "dims"], 'Write dims: [ 1 ], or predict_proba "true".');
    }
  }
}
