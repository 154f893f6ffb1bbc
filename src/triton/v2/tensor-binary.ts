import { allocate, bytesPerElement, v2Name, type DataType } from "../../tensor/data-type.ts";
import { elementCount, isBytes, tensorBytes, type Tensor } from "../../tensor/tensor.ts";
import type { BodySource } from "./body-source.ts";
import { MisfitData } from "./tensor-json.ts";
import type { BodyParts } from "./transport.ts";

/** From this size on an element of a byte-string tensor is a part of its own and not copied. */
const LARGE = 65_536;

/** The elements of a tensor as the binary extension has them: little-endian, C order, byte strings each behind its length in 4 bytes. */
export function tensorParts(tensor: Tensor): BodyParts {
  return isBytes(tensor) ? stringParts(tensor.data) : [tensorBytes(tensor)];
}

/** Bytes of all parts. */
export function partBytes(parts: BodyParts): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

/**
 * Checks, before anything is read, that a tensor of that type and shape can have `bytes` bytes. Throws {@link MisfitData}.
 * Byte strings have at least 4 bytes per element.
 */
export function checkBinarySize(dataType: DataType, shape: readonly number[], bytes: number): void {
  const count = elementCount(shape);
  const fits = dataType === "TYPE_STRING" ? (count === 0 ? bytes === 0 : bytes >= count * 4) : bytes === count * bytesPerElement(dataType);
  if (!fits) throw new MisfitData(`${bytes} bytes are no ${v2Name(dataType)} tensor of shape [${shape.join(", ")}]`);
}

/** Of a tensor so much has to be there before memory is taken for all of it: as a share, so that a server cannot take much by announcing it. */
const SHARE = 16;

/** Reads a tensor whose size {@link checkBinarySize} accepted. Throws {@link MisfitData} for byte strings whose lengths do not add up. */
export async function readTensor(source: BodySource, dataType: DataType, shape: readonly number[], bytes: number, what: string): Promise<Tensor> {
  if (bytes <= LARGE) await source.wait(bytes, what);
  else await source.begun(Math.ceil(bytes / SHARE), bytes, what);
  if (dataType === "TYPE_STRING") {
    const raw = new Uint8Array(bytes);
    await source.copyTo(raw, what);
    return { dataType, shape, data: strings(raw, elementCount(shape)) };
  }
  const data = allocate(dataType, elementCount(shape));
  await source.copyTo(new Uint8Array(data.buffer), what);
  return { dataType, shape, data };
}

function stringParts(elements: readonly Uint8Array[]): BodyParts {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let from = 0; from < elements.length; ) {
    let to = from;
    let size = 0;
    while (to < elements.length && size < LARGE && (elements[to]?.byteLength ?? 0) < LARGE) size += 4 + (elements[to++]?.byteLength ?? 0);
    const large = to < elements.length && (elements[to]?.byteLength ?? 0) >= LARGE ? elements[to] : undefined;
    const packed = new Uint8Array(size + (large === undefined ? 0 : 4));
    const view = new DataView(packed.buffer);
    let at = 0;
    for (const element of elements.slice(from, to)) {
      view.setUint32(at, element.byteLength, true);
      packed.set(element, at + 4);
      at += 4 + element.byteLength;
    }
    parts.push(packed);
    from = to;
    if (large === undefined) continue;
    view.setUint32(at, large.byteLength, true);
    parts.push(large as Uint8Array<ArrayBuffer>);
    from++;
  }
  return parts;
}

function strings(raw: Uint8Array, count: number): readonly Uint8Array[] {
  const { elements, end } = splitStrings(raw, count);
  if (elements.length === count && end === raw.byteLength) return elements;
  throw new MisfitData(`the lengths of its byte strings do not add up: expected ${count} elements in ${raw.byteLength} bytes, found ${elements.length} in ${end}`);
}

/** Up to `count` byte strings, each behind its length, and where the last of them ends. The elements are views of `raw`. */
export function splitStrings(raw: Uint8Array, count: number): { readonly elements: readonly Uint8Array[]; readonly end: number } {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const elements: Uint8Array[] = [];
  let at = 0;
  while (elements.length < count && at + 4 <= raw.byteLength) {
    const length = view.getUint32(at, true);
    if (at + 4 + length > raw.byteLength) break;
    elements.push(raw.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { elements, end: at };
}
