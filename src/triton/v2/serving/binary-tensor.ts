import { allocate, bytesPerElement } from "../../../tensor/data-type.ts";
import { elementCount, type Tensor } from "../../../tensor/tensor.ts";
import { splitStrings } from "../tensor-binary.ts";
import type { InputType } from "./infer-call.ts";
import { aboutRequest, invalidArgument } from "./protocol-error.ts";
import type { RequestBody } from "./request-body.ts";

/** The most bytes of one tensor: Triton takes no body that is longer. */
const MOST = 2 ** 31 - 1;

/** Checks the announced bytes of an input against its shape, before memory is taken for them. Throws what Triton answers. */
export function checkBinaryBytes(name: string, { dataType, shape }: InputType, bytes: number, id: string | undefined, model: string): void {
  if (bytes > MOST) throw invalidArgument(aboutRequest(id, `input '${name}' for model '${model}' announces ${bytes} bytes, at most ${MOST} are taken`));
  const count = elementCount(shape);
  if (dataType === "TYPE_STRING") {
    // Each element has 4 bytes at least; what is in them shows when they are read.
    if (count > 0 && bytes === 0) throw tooFew(name, count, 0, id, model);
    return;
  }
  const expected = count * bytesPerElement(dataType);
  if (bytes !== expected) throw invalidArgument(aboutRequest(id, `input byte size mismatch for input '${name}' for model '${model}'. Expected ${expected}, got ${bytes}`));
}

/** Reads the elements of an input; `missing`: how many of its bytes did not come. Call {@link checkBinaryBytes} before. */
export async function binaryTensor(
  body: RequestBody,
  name: string,
  { dataType, shape }: InputType,
  bytes: number,
  id: string | undefined,
  model: string,
): Promise<{ readonly tensor: Tensor; readonly missing: number }> {
  if (dataType !== "TYPE_STRING") {
    const data = allocate(dataType, elementCount(shape));
    const filled = await body.copyTo(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return { tensor: { dataType, shape, data }, missing: bytes - filled };
  }
  const raw = new Uint8Array(bytes);
  const missing = bytes - (await body.copyTo(raw));
  const count = elementCount(shape);
  const { elements, end } = missing > 0 ? { elements: [], end: 0 } : splitStrings(raw, count);
  // One whose length is there counts, though its bytes are not.
  if (missing === 0 && elements.length < count) throw tooFew(name, count, elements.length + (end + 4 <= bytes ? 1 : 0), id, model);
  if (missing === 0 && end < bytes) {
    throw invalidArgument(aboutRequest(id, `unexpected number of string elements ${count + 1} for inference input '${name}' for model '${model}', expecting ${count}`));
  }
  return { tensor: { dataType, shape, data: elements }, missing };
}

function tooFew(name: string, expected: number, found: number, id: string | undefined, model: string): Error {
  return invalidArgument(aboutRequest(id, `expected ${expected} string elements for inference input '${name}' for model '${model}', got ${found}`));
}
