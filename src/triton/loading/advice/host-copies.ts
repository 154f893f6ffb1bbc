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
  const steps = model.config.ensemble_scheduling?.step ?? [];
  if (server.gpus?.length === 0) return [];
  return steps.flatMap(({ model_name, input_map }, step) => {
    const config = models.get(model_name)?.config;
    if (config === undefined || config.backend !== "python" || !onGpu(config) || Object.hasOwn(config.parameters, PARAMETER)) return [];
    const read = new Set(Object.values(input_map));
    const source = steps.find(({ model_name: other, output_map }) => {
      const producer = models.get(other)?.config;
      return producer !== undefined && GPU_OUTPUTS.has(producer.backend) && onGpu(producer) && Object.values(output_map).some((tensor) => read.has(tensor));
    });
    if (source === undefined) return [];
    return advise(one, {
      code: "ADVICE_HOST_COPIES",
      severity: "info",
      message: `what '${source.model_name}' writes on the GPU is copied to the processor's memory for '${model_name}'`,
      hint: `Set parameter ${PARAMETER} of '${model_name}' to "no" where its model.py takes tensors on the GPU.`,
      at: [["ensemble_scheduling", "step", step, "model_name"]],
      subject: { step },
    });
  });
}
