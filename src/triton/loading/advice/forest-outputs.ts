import { dimsMatch } from "../../ensemble/consistency.ts";
import type { Finding } from "../../findings.ts";
import { type AdviceCase, advise } from "./report.ts";

/**
 * The Forest Inference Library answers without the sizes of 1 that the dims of its outputs have: [ 1 ] of a batch of 8 is [8], not [8,1].
 * A client may not mind; a step that takes the tensor does.
 */
export function forestOutputs(one: AdviceCase): Finding[] {
  const steps = one.model.config.ensemble_scheduling?.step ?? [];
  const produced = new Map<string, { readonly model: string; readonly port: string; readonly batching: boolean; readonly shape: readonly number[] }>();
  for (const { model_name, output_map } of steps) {
    const config = one.models.get(model_name)?.config;
    if (config?.backend !== "fil") continue;
    for (const [port, tensor] of Object.entries(output_map)) {
      const declared = config.output.find(({ name }) => name === port);
      // With a reshape Triton itself writes the declared dims again.
      if (declared === undefined || declared.reshape !== undefined || !declared.dims.includes(1)) continue;
      const batching = config.max_batch_size > 0;
      produced.set(tensor, { model: model_name, port, batching, shape: [...(batching ? [-1] : []), ...declared.dims.filter((size) => size !== 1)] });
    }
  }
  return steps.flatMap(({ model_name, input_map }, step) => {
    const config = one.models.get(model_name)?.config;
    return Object.entries(input_map).flatMap(([port, tensor]) => {
      const source = produced.get(tensor);
      const declared = config?.input.find(({ name }) => name === port);
      if (config === undefined || source === undefined || declared === undefined) return [];
      const expected = config.max_batch_size > 0 ? [-1, ...declared.dims] : declared.dims;
      // A batch of 1 is added to what comes without one.
      if (dimsMatch(source.shape, expected) || (!source.batching && dimsMatch(source.shape, declared.dims))) return [];
      return advise(one, {
        code: "ADVICE_FOREST_SHAPE",
        severity: "warning",
        message: `requests fail at step ${step}: backend fil leaves out sizes of 1, so '${source.port}' of '${source.model}' comes as [${source.shape.join(",")}], and '${model_name}' takes '${port}' as [${expected.join(",")}]`,
        hint: `Give ${source.port} of ${source.model} a reshape { shape: [ 1 ] }: Triton then writes its dims again.`,
        at: [["ensemble_scheduling", "step", step, "input_map", port]],
        subject: { step, port, tensor },
      });
    });
  });
}
