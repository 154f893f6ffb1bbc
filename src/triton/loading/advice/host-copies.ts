import type { Finding } from "../../findings.ts";
import type { ModelConfig } from "../../model-config/model-config.ts";
import { type AdviceCase, advise } from "./report.ts";

/** Backends that leave their outputs on the GPU when they run there. */
const GPU_OUTPUTS: ReadonlySet<string> = new Set(["onnxruntime", "tensorrt", "pytorch", "dali", "python"]);

const PARAMETER = "FORCE_CPU_ONLY_INPUT_TENSORS";

const onGpu = ({ instance_group }: ModelConfig): boolean => instance_group.some(({ kind }) => kind === "KIND_GPU");

/** A Python model on the GPU behind another GPU model gets copies in the processor's memory unless it says that it does not want them. */
export function hostCopies(one: AdviceCase): Finding[] {
  const { model, models, server } = one;
  if (server.gpus?.length === 0) return [];
  if (model.config.backend !== "python" || !onGpu(model.config) || Object.hasOwn(model.config.parameters, PARAMETER)) return [];
  for (const { name, config } of models.values()) {
    const steps = config.ensemble_scheduling?.step ?? [];
    for (const { model_name, input_map } of steps) {
      if (model_name !== model.name) continue;
      const read = Object.values(input_map);
      const source = steps.find(({ model_name: other, output_map }) => {
        const producer = models.get(other)?.config;
        return producer !== undefined && GPU_OUTPUTS.has(producer.backend) && onGpu(producer) && Object.values(output_map).some((tensor) => read.includes(tensor));
      });
      if (source === undefined) continue;
      return [
        advise(one, {
          code: "ADVICE_HOST_COPIES",
          severity: "info",
          message: `in ensemble '${name}' what '${source.model_name}' writes on the GPU is copied to the processor's memory for this model`,
          hint: `Set parameter ${PARAMETER} to "no" where model.py takes tensors on the GPU.`,
          at: [["instance_group"]],
        }),
      ];
    }
  }
  return [];
}
