import type { Finding } from "../../findings.ts";
import { pruneSteps } from "../../ensemble/prune.ts";
import { type AdviceCase, advise } from "./report.ts";

/** Requests to try: above this many outputs, only those that want one output, or all but one. */
const ALL_SUBSETS = 8;

/**
 * Outputs with which a request that wants only some outputs ends in "unexpected deadlock": the server removes a step whose tensor
 * another step, or the request itself, still waits for. One finding for each output of which that is true.
 */
export function starvingRequests(one: AdviceCase): Finding[] {
  const { config } = one.model;
  const steps = config.ensemble_scheduling?.step ?? [];
  const outputs = config.output.map(({ name }) => name);
  const read = new Set(steps.flatMap(({ input_map }) => Object.values(input_map)));
  // Only an output that a step reads too is removed while something waits for it.
  if (outputs.length < 2 || !outputs.some((name) => read.has(name))) return [];
  const requests = new Map<string, readonly string[]>();
  for (const wanted of subsets(outputs)) {
    for (const tensor of pruneSteps(steps, outputs, wanted).starved) {
      if (outputs.includes(tensor) && !requests.has(tensor)) requests.set(tensor, wanted);
    }
  }
  return config.output.flatMap(({ name }, index) => {
    const wanted = requests.get(name);
    if (wanted === undefined) return [];
    const asked = wanted.map((output) => `'${output}'`).join(", ");
    return advise(one, {
      code: "ADVICE_REQUESTED_OUTPUTS",
      severity: "warning",
      message: `a request for ${asked} alone ends in "unexpected deadlock": '${name}' is an output that a step reads too, and Triton removes the step that writes it`,
      hint: "Request all outputs, or let an identity step write the output.",
      at: [["output", index, "name"]],
      subject: { tensor: name },
    });
  });
}

/** Proper subsets that are not empty, the smaller first. */
function subsets(outputs: readonly string[]): (readonly string[])[] {
  if (outputs.length > ALL_SUBSETS) {
    return [...outputs.map((name) => [name]), ...outputs.map((left) => outputs.filter((name) => name !== left))];
  }
  const all = Array.from({ length: 2 ** outputs.length - 2 }, (_, index) => outputs.filter((__, bit) => ((index + 1) >> bit) & 1));
  return all.sort((a, b) => a.length - b.length);
}
