import type { ModelInput } from "../triton/model-config/model-config.ts";
import type { InputState } from "./session.ts";

/** Names of the inputs that a run needs and that have no tensor, those that could not be read included. */
export function missingInputs(wanted: readonly ModelInput[], given: Readonly<Record<string, InputState | undefined>> | undefined): readonly string[] {
  return wanted.filter(({ name, optional }) => !optional && (given?.[name] === undefined || given[name].status === "failed")).map(({ name }) => name);
}
