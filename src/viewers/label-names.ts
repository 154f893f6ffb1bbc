import { openModelOf, type OpenModel } from "../state/open-model.ts";
import type { DocumentFile } from "../state/document.ts";
import type { App } from "../ui/app-context.ts";

/**
 * Names of the integer values of a model's tensor, by value, from the label file of the output that makes it: the model's own `label_filename`,
 * else that of the step behind it, as Triton's ensembles inherit it. Undefined where there is none, or where it is no text of the repository.
 */
export function labelNames(open: OpenModel, tensor: string, files: ReadonlyMap<string, DocumentFile>): readonly string[] | undefined {
  const { view, graph, repository } = open;
  const ofModel = (model: string, output: string): string | undefined => {
    const config = repository.models.get(model)?.config;
    const file = config?.output.find(({ name }) => name === output)?.label_filename ?? "";
    return file === "" ? undefined : files.get(`${model}/${file}`)?.text;
  };
  const producer = graph.tensors.find(({ name }) => name === tensor)?.producer;
  const step = producer?.kind === "step" ? graph.steps[producer.step] : undefined;
  const text = ofModel(view.name, tensor) ?? (producer?.kind === "step" && step !== undefined ? ofModel(step.modelName, producer.port) : undefined);
  return text?.split(/\r?\n/).map((line) => line.trim());
}

/** {@link labelNames} of a model of the open repository as it is now. */
export function labelsOf({ document, derivation }: Pick<App, "document" | "derivation">, model: string, tensor: string): readonly string[] | undefined {
  const { files, origin } = document.getState();
  const open = openModelOf(derivation, derivation.repository(files, origin?.emptyFolders), model);
  return open && labelNames(open, tensor, files);
}
