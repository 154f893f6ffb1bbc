import { elementCount } from "../tensor/tensor.ts";
import type { ModelInput } from "../triton/model-config/model-config.ts";
import type { RepositoryView } from "./derived.ts";

/** What can be told of a file before it is read. */
export interface NamedFile {
  readonly name: string;
  readonly blob: Blob;
}

const VOLUME = /\.(nii|nii\.gz|hdr|img|hdr\.gz|img\.gz)$/i;
const NUMBERS = /\.(npy|npz|json)$/i;

/** Whether an input takes the bytes of any file: TYPE_STRING with one element per item. Such a one may be a picture. */
export function takesAnyFile({ data_type, dims }: ModelInput): boolean {
  return data_type === "TYPE_STRING" && elementCount(dims.map((size) => (size === -1 ? 1 : size))) === 1;
}

/**
 * The inputs that may take these files, judged by names alone, in the order of the configuration: any file for a TYPE_STRING input with one element per
 * item, arrays for the others, volumes for those that are no matrix. Inputs that have to be given come alone where there are some.
 */
export function fittingInputs(inputs: readonly ModelInput[], files: readonly NamedFile[]): readonly ModelInput[] {
  const fits = (input: ModelInput, file: NamedFile): boolean => {
    if (input.data_type === "TYPE_STRING") return takesAnyFile(input) || /\.json$/i.test(file.name);
    if (NUMBERS.test(file.name)) return true;
    return VOLUME.test(file.name) && !isMatrix(input);
  };
  const fitting = inputs.filter((input) => files.length > 0 && files.every((file) => fits(input, file)));
  const needed = fitting.filter(({ optional }) => !optional);
  return needed.length > 0 ? needed : fitting;
}

/** The input that dropped files are for, matrices left out: the first that may take them, else the first that has to be given, else the first. */
export function inputForFiles(view: RepositoryView, model: string, files: readonly NamedFile[] = []): string | undefined {
  const data = (view.models.get(model)?.config.input ?? []).filter((input) => !isMatrix(input));
  return (fittingInputs(data, files)[0] ?? data.find(({ optional }) => !optional) ?? data[0])?.name;
}

/** Whether an input is an affine or another matrix, which comes with the file of another input. */
function isMatrix({ data_type, dims }: ModelInput): boolean {
  return data_type === "TYPE_FP64" && dims.length === 2;
}
