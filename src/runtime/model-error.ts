import { ConchError, isAbort, toErrorRecord } from "../base/errors.ts";

/**
 * An error with the model that it befell, where its message does not name it: an ensemble may have several, and neither a path in a transforms.json nor
 * a file's name says which. Cancellation passes unchanged.
 */
export function ofModel<Thrown>(model: string, thrown: Thrown): Thrown | ConchError {
  if (isAbort(thrown)) return thrown;
  const { code, message, data, cause } = toErrorRecord(thrown);
  if (message.includes(`'${model}'`) || message.includes(`"${model}"`)) return thrown;
  return new ConchError(code, `model "${model}", ${message}`, { data: { model, ...data }, cause });
}
