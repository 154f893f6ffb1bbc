import type { TensorHandle } from "../runtime/protocol.ts";
import { numpyName } from "../tensor/data-type.ts";
import { verdictOf, type ComparedOutput, type RemoteComparison, type SideRun } from "./remote-comparison.ts";

/**
 * A comparison as JSON text for other programs. Integers beyond ±(2^53 − 1), NaN and the infinities are texts, times are milliseconds. It holds neither
 * the server's address nor its headers, and no element but those listed as different.
 */
export function remoteReport(comparison: RemoteComparison): string {
  const { model, server, machine, tolerance, warmup, here, there, served, outputs } = comparison;
  const report = {
    format: "conch-remote-comparison",
    version: 1,
    model,
    server: { name: server.name, product: server.product },
    machine,
    tolerance,
    warmup,
    verdict: verdictOf(comparison),
    here: sideReport(here),
    there: { ...sideReport(there), served },
    outputs: outputs.map(outputReport),
  };
  return JSON.stringify(report, (_, value: unknown) => plain(value), 2);
}

function sideReport({ status, milliseconds, steps, error }: SideRun) {
  return { status, milliseconds, steps, ...(error && { error: { code: error.code, message: error.message } }) };
}

function outputReport({ name, here, there, finding, comparison, problem }: ComparedOutput) {
  const type = (handle: TensorHandle | null) => handle && { dataType: numpyName(handle.dataType), shape: handle.shape };
  return { name, here: type(here), there: type(there), finding, problem, comparison };
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
