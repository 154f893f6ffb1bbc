import type { Reporter } from "../../ensemble/reporter.ts";

const NOT_A_NAME = "attempt to access JSON non-string as string";

/**
 * What the library under most backends checks of batch_input and batch_output when it reads the configuration, before the core does
 * (BatchInput, BatchOutput of backend_common). It reads JSON, in which a number that is no name stays a number.
 */
export function batchDeclarationFindings(reporter: Reporter): void {
  const { batch_input, batch_output } = reporter.config;
  for (const [index, { kind, data_type }] of batch_input.entries()) {
    if (typeof kind === "number") reporter.add("BATCH_IO_KIND", NOT_A_NAME, ["batch_input", index, "kind"], { status: "Internal", hint: "Write one of the kinds by its name." });
    const at = ["batch_input", index, "data_type"];
    const hint = "Write data_type: TYPE_INT32 or TYPE_FP32.";
    if (typeof data_type === "number") reporter.add("BATCH_INPUT_DATA_TYPE", NOT_A_NAME, at, { status: "Internal", hint });
    else if (data_type === "TYPE_INVALID") reporter.add("BATCH_INPUT_DATA_TYPE", `unexpected batch input data type '${data_type}'`, at, { hint });
  }
  for (const [index, { kind }] of batch_output.entries()) {
    if (typeof kind === "number") reporter.add("BATCH_IO_KIND", NOT_A_NAME, ["batch_output", index, "kind"], { status: "Internal", hint: "Write the kind by its name." });
  }
}
