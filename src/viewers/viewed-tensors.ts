import type { TensorData } from "../tensor/data-type.ts";
import type { ViewedTensor } from "./viewer.ts";
import { fellows } from "./fellows.ts";
import { gridOf, isAffine, placements } from "./placement.ts";
import type { ResultTensor } from "./result-tensors.ts";
import type { TensorAccess } from "./tensor-access.ts";

/** A tensor to be shown, with those that may be shown with it. */
export interface ViewedResult {
  readonly tensor: ViewedTensor;
  readonly companions: readonly ViewedTensor[];
}

/**
 * Makes the opened tensor ready for viewers: summarised, placed in space, with inputs and outputs on grids as its companions; one without a place
 * with its {@link fellows}. Elements of large tensors are not read yet.
 * @param batched whether a tensor's first axis is the batch; undefined where that is not known.
 */
export async function viewResult(
  opened: ResultTensor,
  tensors: readonly ResultTensor[],
  access: TensorAccess,
  labels: (tensor: ResultTensor) => readonly string[] | undefined,
  batched: (tensor: ResultTensor) => boolean | undefined = () => undefined,
): Promise<ViewedResult> {
  const matrices = await Promise.all(
    tensors.filter((tensor) => tensor.kind !== "input" && isAffine(tensor)).map(async ({ id, handle }) => [id, matrixOf(await access.data(handle))] as const),
  );
  const places = placements(tensors, new Map(matrices));
  const view = async (tensor: ResultTensor): Promise<ViewedTensor> => {
    const [affine, names, batch] = [places.get(tensor.id), labels(tensor), batched(tensor)];
    return {
      name: tensor.name,
      summary: await access.summary(tensor.handle),
      ...(affine && { affine }),
      ...(names && { labels: names }),
      ...(batch !== undefined && { batched: batch }),
      ...(tensor.kind === "input" && { isInput: true }),
      loadData: () => access.data(tensor.handle),
      loadIntensities: (options) => access.intensities(tensor.handle, options),
      loadLabels: (options) => access.labels(tensor.handle, affine ?? [], options),
      loadPicture: (item, layout) => access.picture(tensor.handle, item, layout),
      loadMask: (item, layout) => access.mask(tensor.handle, item, layout),
    };
  };
  if (!places.has(opened.id)) {
    const [tensor, ...companions] = await Promise.all([opened, ...fellows(opened, tensors, batched)].map(view));
    return { tensor: tensor as ViewedTensor, companions };
  }
  const others = tensors.filter((tensor) => tensor.id !== opened.id && tensor.kind !== "wire" && places.has(tensor.id) && gridOf(tensor) !== undefined);
  const shown = [...others, opened].sort((a, b) => tensors.indexOf(a) - tensors.indexOf(b));
  const companions = await Promise.all(shown.map(view));
  return { tensor: companions[shown.indexOf(opened)] as ViewedTensor, companions };
}

function matrixOf(data: TensorData): readonly number[] {
  return [...(data as Float64Array)];
}
