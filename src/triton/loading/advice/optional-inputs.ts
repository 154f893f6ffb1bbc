import type { Finding } from "../../findings.ts";
import { type AdviceCase, advise } from "./report.ts";

/** An ensemble may declare an input optional that one of its models cannot do without; nothing but a request finds out. */
export function optionalInputs(one: AdviceCase): Finding[] {
  const { config } = one.model;
  const steps = config.ensemble_scheduling?.step ?? [];
  return config.input.flatMap(({ name, optional }, index) => {
    if (!optional) return [];
    const needed = steps.flatMap(({ model_name, input_map }, step) =>
      (one.models.get(model_name)?.config.input ?? [])
        .filter((port) => !port.optional && Object.hasOwn(input_map, port.name) && input_map[port.name] === name)
        .map((port) => ({ step, port: port.name, model: model_name })),
    );
    const [first] = needed;
    if (first === undefined) return [];
    return advise(one, {
      code: "ADVICE_OPTIONAL_INPUT",
      severity: "warning",
      message: `a request without '${name}' fails: step ${first.step} feeds it to input '${first.port}' of '${first.model}', which is not optional`,
      hint: `Make '${first.port}' optional in '${first.model}', or '${name}' required.`,
      at: [["input", index, "optional"], ["input", index]],
      subject: { step: first.step, port: first.port, tensor: name },
    });
  });
}
