import type { Finding } from "../../findings.ts";
import { type AdviceCase, advise } from "./report.ts";

/** Two inputs, or two outputs, with one name: the server keeps the first and says nothing. */
export function repeatedNames(one: AdviceCase): Finding[] {
  return (["input", "output"] as const).flatMap((side) => {
    const seen = new Set<string>();
    return one.model.config[side].flatMap(({ name }, index) => {
      if (name === "" || !seen.has(name)) {
        seen.add(name);
        return [];
      }
      return advise(one, {
        code: "ADVICE_REPEATED_NAME",
        severity: "warning",
        message: `${side} '${name}' is declared twice: the first declaration counts`,
        hint: "Remove one of them, or give it another name.",
        at: [[side, index, "name"]],
        subject: { port: name },
      });
    });
  });
}

/** A step that writes a tensor which the request brings: Triton counts step outputs only when it looks for a second producer. */
export function overwrittenInputs(one: AdviceCase): Finding[] {
  const { config } = one.model;
  const inputs = new Set(config.input.map(({ name }) => name));
  return (config.ensemble_scheduling?.step ?? []).flatMap(({ output_map }, step) =>
    Object.entries(output_map)
      .filter(([, tensor]) => inputs.has(tensor))
      .map(([port, tensor]) =>
        advise(one, {
          code: "ADVICE_OVERWRITTEN_INPUT",
          severity: "warning",
          message: `step ${step} writes '${tensor}', which is an input of the ensemble: its readers run on the request's value or on the step's`,
          hint: "Give the step's output a tensor name of its own.",
          at: [["ensemble_scheduling", "step", step, "output_map", port]],
          subject: { step, port, tensor },
        }),
      ),
  );
}

/** Ensemble tensors that differ in case alone: two tensors to Triton, and most likely one to the author. */
export function namesByCase(one: AdviceCase): Finding[] {
  const first = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [step, { input_map, output_map }] of (one.model.config.ensemble_scheduling?.step ?? []).entries()) {
    for (const [map, entries] of [["input_map", input_map], ["output_map", output_map]] as const) {
      for (const [port, tensor] of Object.entries(entries)) {
        const former = first.get(tensor.toLowerCase());
        if (former === undefined) first.set(tensor.toLowerCase(), tensor);
        if (former === undefined || former === tensor || findings.some(({ subject }) => subject?.tensor === tensor)) continue;
        findings.push(
          advise(one, {
            code: "ADVICE_NAME_CASE",
            severity: "info",
            message: `'${former}' and '${tensor}' differ in case alone: they are two tensors`,
            hint: "Write both alike if one tensor is meant.",
            at: [["ensemble_scheduling", "step", step, map, port]],
            subject: { step, port, tensor },
          }),
        );
      }
    }
  }
  return findings;
}
